import Platform
import RecordIO

/// What of a log is at its destination already, and what is next.
struct UploadState: ~Copyable {
    private let folder: String
    private let destination: any LogDestination
    private var stored: [ExactName: Stored] = [:]

    private struct Stored {
        let version: Folder.FileVersion
        let byteCount: Int
        /// When it may be stored again.
        let next: ContinuousClock.Instant
    }

    /// What one look at the files has brought.
    struct Outcome {
        var storedFiles = 0
        var pendingBytes = 0
        var problem: LogDestinationError?
    }

    private struct Candidate {
        enum Kind {
            case events
            /// What a configuration names.
            case beside
            case configuration
        }

        let name: String
        let path: String
        let kind: Kind
        /// Whether TensorBoard reads no file of the folder after it.
        let isLast: Bool

        var folder: String { FilePath.folder(of: name) }
    }

    /// The files that one look at them has not stored, as far as others wait for them.
    private struct HeldBack {
        private var folders: Set<ExactName> = []
        /// The folders of files that configurations name.
        private var named: [String] = []

        mutating func insert(_ candidate: Candidate) {
            folders.insert(ExactName(candidate.folder))
            if candidate.kind == .beside { named.append(candidate.folder) }
        }

        /// Whether a file waits: files of a folder keep their order, and a configuration names files in
        /// its folder and in those below.
        func holds(_ candidate: Candidate) -> Bool {
            let folder = candidate.folder
            if folders.contains(ExactName(folder)) { return true }
            guard candidate.kind == .configuration else { return false }
            return named.contains { folder == "." || $0.hasPrefix("\(folder)/") }
        }
    }

    init(folder: String, destination: any LogDestination) {
        self.folder = folder
        self.destination = destination
    }

    /// Stores what has changed, file by file. Where a file is refused for good, it goes on with other
    /// folders; where the destination may take it later, with nothing.
    ///
    /// - Parameter isLast: Whether all of it is stored, also what was stored just now.
    mutating func storeAll(isLast: Bool) -> Outcome {
        var outcome = Outcome()
        var heldBack = HeldBack()
        for candidate in candidates {
            let name = ExactName(candidate.name)
            guard let version = Folder.version(ofFile: candidate.path),
                version != stored[name]?.version
            else { continue }
            let storedBytes = stored[name]?.byteCount ?? 0
            let isTooSoon = stored[name].map { .now < $0.next } ?? false
            let size = Folder.file(at: candidate.path)?.byteCount ?? storedBytes
            let waits = outcome.problem?.isTransient == true || heldBack.holds(candidate)
            if waits || isTooSoon && candidate.isLast && !isLast {
                outcome.pendingBytes += max(size - storedBytes, 0)
                if waits { heldBack.insert(candidate) }
                continue
            }
            do throws(LogDestinationError) {
                let begin = ContinuousClock.now
                guard let file = try Self.file(candidate) else { continue }
                try destination.store(file)
                stored[name] = Stored(
                    version: version, byteCount: file.byteCount,
                    next: .now + (.now - begin) * 10)
                outcome.storedFiles += 1
            } catch {
                // What may pass is waited for at the end, whatever else is wrong.
                if error.isTransient {
                    outcome.problem = error
                } else if outcome.problem == nil {
                    outcome.problem = Self.naming(candidate, in: error)
                }
                heldBack.insert(candidate)
                outcome.pendingBytes += max(size - storedBytes, 0)
            }
        }
        return outcome
    }

    /// Removes the event files that are at the destination as they are on the disk.
    mutating func removeEventFiles() {
        for candidate in candidates
        where EventFileName.isEventFile(FilePath.name(of: candidate.path)) {
            let version = stored[ExactName(candidate.name)]?.version
            if version != nil, version == Folder.version(ofFile: candidate.path) {
                Folder.removeFile(candidate.path)
            }
        }
    }

    /// The error with the file's name.
    private static func naming(
        _ candidate: Candidate, in error: LogDestinationError
    ) -> LogDestinationError {
        let text = error.description
        return text.contains(candidate.name)
            ? error
            : LogDestinationError("\(candidate.name): \(text)", isTransient: error.isTransient)
    }

    /// The file as it is; `nil` if it is gone.
    private static func file(_ candidate: Candidate) throws(LogDestinationError) -> LogFile? {
        do throws(FileError) {
            return try LogFile(name: candidate.name, path: candidate.path)
        } catch {
            if error.code == ENOENT { return nil }
            throw LogDestinationError("\(error)", isTransient: false)
        }
    }

    /// The files that TensorBoard reads, those of a folder in its order; what names other files comes
    /// after these.
    private var candidates: [Candidate] {
        var events: [Candidate] = []
        var beside: [Candidate] = []
        var configurations: [Candidate] = []
        try? Folder.walk(folder) { _ in
        } visit: { visit in
            var first = true
            for entry in visit.entries.reversed() where entry.isFile {
                func candidate(_ kind: Candidate.Kind) -> Candidate {
                    Candidate(
                        name: visit.name == "." ? entry.name : "\(visit.name)/\(entry.name)",
                        path: FilePath.joining(visit.path, entry.name), kind: kind, isLast: first)
                }
                if EventFileName.isEventFile(entry.name) {
                    events.append(candidate(.events))
                    first = false
                } else if entry.name == ProjectorFolder.configurationName {
                    configurations.append(candidate(.configuration))
                } else if ProjectorFolder.fileNames.contains(entry.name) {
                    beside.append(candidate(.beside))
                }
            }
        }
        return events.reversed() + beside + configurations
    }
}
