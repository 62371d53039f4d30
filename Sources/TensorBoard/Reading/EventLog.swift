import RecordIO

/// A log folder as TensorBoard sees it: a run for each folder below it that has event files.
public struct EventLog: Sendable {
    /// The log folder.
    public let folder: String
    /// The runs, by name.
    public let runs: [Run]

    /// A folder with event files.
    public struct Run: Sendable, Equatable {
        /// The path from the log folder to the run's; `.` for the log folder itself.
        public let name: String
        /// The paths of the event files, in the order in which they are read.
        public let files: [String]
    }

    /// Looks for runs in a folder and all folders below it. Links are followed, but never round in
    /// circles.
    ///
    /// - Throws: `EventFileError` if a folder cannot be read.
    public init(folder: String) throws(EventFileError) {
        self.folder = folder
        var runs: [Run] = []
        do throws(FileError) {
            try Self.find(&runs, in: folder, name: ".", above: [])
        } catch {
            throw EventFileError(error)
        }
        self.runs = runs.sorted { $0.name < $1.name }
    }

    private static func find(
        _ runs: inout [Run], in folder: String, name: String, above: Set<Folder.Identity>
    ) throws(FileError) {
        let entries = try Folder.entries(of: folder)
        let files = entries.filter { !$0.isFolder && EventFileName.isEventFile($0.name) }
        if !files.isEmpty {
            runs.append(Run(name: name, files: files.map { "\(folder)/\($0.name)" }))
        }
        for entry in entries where entry.isFolder && !above.contains(entry.identity) {
            try find(
                &runs, in: "\(folder)/\(entry.name)",
                name: name == "." ? entry.name : "\(name)/\(entry.name)",
                above: above.union([entry.identity]))
        }
    }
}

extension EventLog.Run {
    /// What a run's files hold.
    public struct Contents: Sendable, Equatable {
        /// The series, in the order in which their first values stand in the files.
        public fileprivate(set) var series: [Series] = []
        /// How many events there are.
        public fileprivate(set) var eventCount = 0
        /// Where files could not be read to their ends. A truncated end is no damage while the file
        /// is being written.
        public fileprivate(set) var problems: [EventFileError] = []
    }

    /// Reads all files of the run, each as far as it is whole.
    public func contents() -> Contents {
        var contents = Contents()
        var indices: [Event.Key: Int] = [:]
        for file in files {
            do throws(EventFileError) {
                var reader = try EventFileReader(path: file)
                while let event = try reader.next() {
                    contents.eventCount += 1
                    for (key, kind) in event.keys {
                        if let index = indices[key] {
                            contents.series[index].count += 1
                            contents.series[index].lastStep = event.step
                        } else {
                            indices[key] = contents.series.count
                            contents.series.append(
                                Series(
                                    tag: key.tag, kind: kind ?? .unknown, count: 1,
                                    firstStep: event.step, lastStep: event.step))
                        }
                    }
                }
            } catch {
                contents.problems.append(error)
            }
        }
        return contents
    }
}

extension Event {
    /// What tells a series from the others of a run: a graph's tag may be a curve's too.
    fileprivate struct Key: Hashable {
        var tag: String
        var kind: Series.Kind?
    }

    /// The series that the event has values for, and what these are, where the event itself says
    /// so.
    fileprivate var keys: [(key: Key, kind: Series.Kind?)] {
        switch content {
        case .summary(let values):
            values.map { (Key(tag: $0.tag, kind: nil), $0.kind) }
        case .graph:
            [(Key(tag: "", kind: .graphs), .graphs)]
        case .runMetadata(let tag, _):
            [(Key(tag: tag, kind: .runMetadata), .runMetadata)]
        case .fileVersion, .metaGraph, .session, .unknown:
            []
        }
    }
}
