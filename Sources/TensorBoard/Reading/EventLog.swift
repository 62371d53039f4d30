import Platform
import RecordIO

/// A log folder as TensorBoard sees it: a run for each folder below it that has event files.
public struct EventLog: Sendable {
    /// The log folder.
    public let folder: String
    /// The runs, in the order of their names' bytes.
    public let runs: [Run]
    /// What below the log folder cannot be read, and is not in `runs`: folders, and pipes, sockets and
    /// devices that are named as event files are.
    public let problems: [EventFileError]

    /// A folder with event files.
    public struct Run: Sendable, Equatable {
        /// The path from the log folder to the run's; `.` for the log folder itself.
        public let name: String
        /// The paths of the event files, in the order in which they are read.
        public let files: [String]
    }

    /// Looks for runs in a folder and all folders below it.
    ///
    /// Links are followed, but each folder is visited once: under its own path if it lies below the
    /// log folder, else under that of the first link to it. TensorBoard visits it under each.
    ///
    /// - Throws: `EventFileError` if the log folder itself cannot be read.
    public init(folder: String) throws(EventFileError) {
        self.folder = folder
        var runs: [Run] = []
        var problems: [EventFileError] = []
        do throws(FileError) {
            try Folder.walk(folder) { error in
                // A folder that was removed just now is none.
                if error.code != ENOENT { problems.append(EventFileError(error)) }
            } visit: { visit in
                let entries = visit.entries.filter { EventFileName.isEventFile($0.name) }
                for entry in entries {
                    guard let obstacle = entry.obstacle else { continue }
                    problems.append(
                        EventFileError(
                            FileError(path: "\(visit.path)/\(entry.name)", obstacle: obstacle)))
                }
                let files = entries.filter(\.isFile)
                if files.isEmpty { return }
                runs.append(
                    Run(name: visit.name, files: files.map { "\(visit.path)/\($0.name)" }))
            }
        } catch {
            throw EventFileError(error)
        }
        self.runs = runs.sorted { FileName.precedes($0.name, $1.name) }
        self.problems = problems
    }
}
