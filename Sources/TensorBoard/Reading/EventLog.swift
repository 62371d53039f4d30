import Platform
import RecordIO

/// A log folder as TensorBoard sees it: a run for each folder below it that has event files.
public struct EventLog: Sendable {
    /// The log folder.
    public let folder: String
    /// The runs, in the order of their names' bytes.
    public let runs: [Run]
    /// Folders below the log folder that cannot be read. What is in them is not in `runs`.
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
                let files = visit.entries.filter {
                    $0.isFile && EventFileName.isEventFile($0.name)
                }
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

extension EventLog.Run {
    /// What a run's files hold.
    public struct Contents: Sendable, Equatable {
        /// The series, in the order in which their first values stand in the files.
        public fileprivate(set) var series: [Series] = []
        /// How many events there are.
        public fileprivate(set) var eventCount = 0
        /// What could not be read, and how much is left out there. A truncated end is no damage while
        /// the file is being written.
        public fileprivate(set) var problems: [EventFileError] = []

        fileprivate var metaGraph: Series?
    }

    /// Reads all files of the run, and passes over damage.
    public func contents() -> Contents {
        var contents = Contents()
        var indices: [Event.Key: Int] = [:]
        for file in files {
            do throws(EventFileError) {
                var reader = try EventFileReader(path: file)
                while let part = try reader.nextPart() {
                    switch part {
                    case .event(let event): contents.count(event, &indices)
                    case .damage(let damage): contents.problems.append(damage.error)
                    }
                }
            } catch {
                contents.problems.append(error)
            }
        }
        // The graph of a `MetaGraphDef` is that of the run only where there is no other.
        if let graph = contents.metaGraph, indices[Event.Key.graph] == nil {
            contents.series.insert(graph, at: 0)
        }
        return contents
    }
}

extension EventLog.Run.Contents {
    fileprivate mutating func count(_ event: Event, _ indices: inout [Event.Key: Int]) {
        eventCount += 1
        if case .metaGraph = event.content, event.graphDefinition != nil {
            metaGraph = Series(tag: "", kind: .graphs, adding: event, to: metaGraph)
        }
        for (key, kind) in event.keys {
            if let index = indices[key] {
                series[index].count += 1
                series[index].lastStep = event.step
            } else {
                indices[key] = series.count
                series.append(
                    Series(tag: key.tag, kind: kind ?? .unknown, adding: event, to: nil))
            }
        }
    }
}

extension Series {
    /// A series with one more value.
    fileprivate init(tag: String, kind: Kind, adding event: Event, to series: Series?) {
        self.init(
            tag: tag, kind: kind, count: (series?.count ?? 0) + 1,
            firstStep: series?.firstStep ?? event.step, lastStep: event.step)
    }
}

extension Event {
    /// What tells a series from the others of a run: a graph's tag may be a curve's too.
    fileprivate struct Key: Hashable {
        var tag: String
        var kind: Series.Kind?

        static let graph = Key(tag: "", kind: .graphs)
    }

    /// The series that the event has values for, and what these are, where the event itself says
    /// so.
    fileprivate var keys: [(key: Key, kind: Series.Kind?)] {
        switch content {
        case .summary(let values):
            values.map { (Key(tag: $0.tag, kind: nil), $0.kind) }
        case .graph:
            [(.graph, .graphs)]
        case .runMetadata(let tag, _):
            [(Key(tag: tag, kind: .runMetadata), .runMetadata)]
        case .fileVersion, .metaGraph, .session, .unknown:
            []
        }
    }
}
