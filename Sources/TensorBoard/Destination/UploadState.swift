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
        let name: String
        let path: String
        /// Whether TensorBoard reads no file of the folder after it.
        var isLast = true
    }

    init(folder: String, destination: any LogDestination) {
        self.folder = folder
        self.destination = destination
    }

    /// Stores what has changed, file by file.
    ///
    /// - Parameter isLast: Whether all of it is stored, also what was stored just now.
    mutating func storeAll(isLast: Bool) -> Outcome {
        var outcome = Outcome()
        for candidate in candidates {
            let name = ExactName(candidate.name)
            guard let version = Folder.version(ofFile: candidate.path),
                version != stored[name]?.version
            else { continue }
            let storedBytes = stored[name]?.byteCount ?? 0
            let isTooSoon = stored[name].map { .now < $0.next } ?? false
            let size = Folder.file(at: candidate.path)?.byteCount ?? storedBytes
            if outcome.problem != nil || isTooSoon && candidate.isLast && !isLast {
                outcome.pendingBytes += max(size - storedBytes, 0)
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
                outcome.problem = error
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
                let candidate = Candidate(
                    name: visit.name == "." ? entry.name : "\(visit.name)/\(entry.name)",
                    path: FilePath.joining(visit.path, entry.name), isLast: first)
                if EventFileName.isEventFile(entry.name) {
                    events.append(candidate)
                    first = false
                } else if entry.name == ProjectorFolder.configurationName {
                    configurations.append(candidate)
                } else if ProjectorFolder.fileNames.contains(entry.name) {
                    beside.append(candidate)
                }
            }
        }
        return events.reversed() + beside + configurations
    }
}
