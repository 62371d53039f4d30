import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// The writers that are open, so that the end of the program can close them: a writer that a global
/// variable refers to is never deinitialized.
enum OpenWriters {
    private struct State {
        var writers: [ObjectIdentifier: Reference] = [:]
        var isRegistered = false
    }

    private struct Reference {
        weak var writer: SummaryWriter?
    }

    private static let state = Mutex(State())

    /// Has the writer closed when the program ends.
    static func add(_ writer: SummaryWriter) {
        state.withLock { state in
            state.writers[ObjectIdentifier(writer)] = Reference(writer: writer)
            if !state.isRegistered {
                state.isRegistered = true
                atexit { OpenWriters.closeAll() }
            }
        }
    }

    /// Forgets a writer that is going.
    static func remove(_ writer: SummaryWriter) {
        state.withLock { _ = $0.writers.removeValue(forKey: ObjectIdentifier(writer)) }
    }

    private static func closeAll() {
        let writers = state.withLock { $0.writers.values.compactMap(\.writer) }
        for writer in writers { writer.closeQuietly() }
    }
}

extension SummaryWriter {
    /// Closes the writer where nobody can be thrown an error: it goes to standard error.
    func closeQuietly() {
        do throws(EventFileError) {
            try close()
        } catch {
            let line = Array("\(error)\n".utf8)
            _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        }
    }
}
