import Platform

/// The writers that are open, so that the end of the program can close them: a writer that a global
/// variable refers to is never deinitialized.
final class OpenWriters: @unchecked Sendable {
    private struct Reference {
        weak var writer: SummaryWriter?
    }

    /// All there are in the program.
    static let all = OpenWriters()

    private let monitor = Fork.monitor
    private var writers: [ObjectIdentifier: Reference] = [:]
    private var generation = Fork.generation

    private init() {
        atexit { OpenWriters.all.closeAll() }
    }

    /// Has the writer closed when the program ends.
    func add(_ writer: SummaryWriter) {
        monitor.locked {
            forgetParents()
            writers[ObjectIdentifier(writer)] = Reference(writer: writer)
        }
    }

    /// Forgets a writer that is going.
    func remove(_ writer: SummaryWriter) {
        monitor.locked { _ = writers.removeValue(forKey: ObjectIdentifier(writer)) }
    }

    /// Waits until everything that was logged is written, as far as that can be.
    func flushAll() {
        for writer in current { try? writer.flush() }
    }

    private func closeAll() {
        for writer in current { writer.closeQuietly() }
    }

    private var current: [SummaryWriter] {
        monitor.locked {
            forgetParents()
            return writers.values.compactMap(\.writer)
        }
    }

    /// In a copy of the process, the writers are its parent's to close.
    private func forgetParents() {
        guard generation != Fork.generation else { return }
        generation = Fork.generation
        writers = [:]
    }
}

extension SummaryWriter {
    /// Closes the writer where nobody can be thrown an error: it goes to standard error.
    func closeQuietly() {
        do throws(EventFileError) {
            try close()
        } catch {
            StandardError.write("\(error)")
        }
    }
}
