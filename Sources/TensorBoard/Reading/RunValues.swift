/// The values of a run, tag by tag, as TensorBoard shows them: without those that were logged again
/// later.
///
/// ```swift
/// let log = try EventLog(folder: "log")
/// for run in log.runs {
///     for point in run.values()["loss"]?.scalars ?? [] { print(run.name, point.step, point.value) }
/// }
/// ```
///
/// The points of curves are in memory. Everything else stays in its file until it is asked for, so
/// that a log may hold far more pictures than memory.
public struct RunValues: Sendable {
    /// Whose rules say which values count.
    public let rules: ReadingRules
    /// The tags, in the order in which their first values stand in the files.
    public private(set) var tags: [TagValues] = []
    /// How many events the files hold.
    public private(set) var eventCount = 0
    /// How long the run took, in seconds: from the first value in a file to its last, of all files
    /// together. The time between two files, when it was not running, is left out.
    public private(set) var seconds = 0.0
    /// What in the files could not be read, and what was passed over. A truncated end is no damage
    /// while the file is being written.
    public private(set) var problems: [EventFileError] = []

    private let checksums: EventFileReader.Checksums
    private var indices: [Key: Int] = [:]
    private var metaGraphs: [TagValues.StoredValue] = []
    private var fileVersion: Double?
    private var hasStarted = false
    private var lastStep: Int64 = -1
    /// The wall times in the file that is read.
    private var span: ClosedRange<Double>?
    /// What the first value of each tag in the file that is read says it is.
    private var kindsOfFile: [ExactName: Series.Kind] = [:]

    /// What tells a series from the others of a run. To TensorBoard it is the tag alone.
    private struct Key: Hashable {
        let tag: ExactName
        var isRunMetadata = false
    }

    /// What stands under a tag; `nil` if nothing does.
    public subscript(tag: String) -> TagValues? {
        indices[Key(tag: ExactName(tag))].map { tags[$0] }
    }

    /// Reads all files of a run.
    init(files: [String], as rules: ReadingRules, requiring checksums: EventFileReader.Checksums) {
        self.rules = rules
        self.checksums = checksums
        for path in files {
            if rules == .python, EventFileName.isLeftOutByPython(path) { continue }
            (kindsOfFile, span) = ([:], nil)
            defer { if let span { seconds += span.upperBound - span.lowerBound } }
            do throws(EventFileError) {
                var reader = try EventFileReader(path: path, requiring: checksums)
                if rules == .python {
                    guard try readToDamage(&reader) else { break }
                } else {
                    try read(&reader)
                }
            } catch {
                problems.append(error)
            }
        }
        addMetaGraph()
        for index in tags.indices { tags[index].finish(by: rules) }
    }

    /// Reads all that is whole of a file. By the rules of the data server, an event whose time is not
    /// a number ends the file, and one whose time is infinite is not there.
    private mutating func read(_ reader: inout EventFileReader) throws(EventFileError) {
        while let part = try reader.nextPart() {
            switch part {
            case .event(let event):
                if rules == .default, !event.wallTime.isFinite {
                    let isNaN = event.wallTime.isNaN
                    problems.append(
                        EventFileError(
                            path: reader.path, offset: event.offset,
                            event: isNaN ? .timeIsNotANumber : .timeIsInfinite))
                    if isNaN { return }
                } else {
                    add(event, of: reader.path)
                }
            case .damage(let damage): problems.append(damage.error)
            }
        }
    }

    /// Reads a file up to what is damaged, as the Python reader does, which then goes on with the
    /// run's next file.
    ///
    /// - Returns: Whether it does: a record that holds no event ends it.
    private mutating func readToDamage(
        _ reader: inout EventFileReader
    ) throws(EventFileError) -> Bool {
        do throws(EventFileError) {
            while let event = try reader.next() { add(event, of: reader.path) }
        } catch {
            switch error.problem {
            case .system: throw error
            case .truncated: problems.append(error)
            default: problems.append(error.endingPythonReader)
            }
            return error.problem != .notAnEvent
        }
        return true
    }

    private mutating func add(_ event: Event, of path: String) {
        eventCount += 1
        if let version = event.fileVersion { fileVersion = version }
        if case .metaGraph = event.content, event.graphDefinition != nil {
            metaGraphs.append(place(of: 0, of: event, in: path))
        }
        let values = event.valuesAndGraphs
        if !values.isEmpty, event.wallTime.isFinite {
            let time = event.wallTime
            span = min(span?.lowerBound ?? time, time)...max(span?.upperBound ?? time, time)
        }
        if rules == .python { forgetOrphans(of: event, values) }
        for (number, value) in values.enumerated() {
            var key = Key(tag: ExactName(value.tag))
            if rules == .all, case .runMetadata = event.content { key.isRunMetadata = true }
            if rules == .python, !isTensor(value, key.tag) { continue }
            tags[index(of: key)].add(
                value, of: event,
                at: place(of: number, of: event, in: path), by: rules,
                isDescribedInFile: kindsOfFile[key.tag] != .unknown)
        }
    }

    /// Whether the Python reader has a tensor for a value: of those that hold none, only if what the
    /// file says of the tag first is that they are hyperparameters.
    private mutating func isTensor(_ value: Event.Value, _ tag: ExactName) -> Bool {
        let kind = kindsOfFile[tag] ?? value.kind ?? .unknown
        kindsOfFile[tag] = kind
        if case .unknown = value.content { return kind == .hparams }
        return true
    }

    private func place(
        of number: Int, of event: Event, in path: String
    ) -> TagValues.StoredValue {
        .init(
            step: event.step, wallTime: event.wallTime, path: path, offset: event.offset,
            number: number, checksums: checksums)
    }

    /// The graph of a `MetaGraphDef` is that of the run only where there is no other.
    private mutating func addMetaGraph() {
        let key = Key(tag: "__run_graph__")
        guard !metaGraphs.isEmpty, indices[key] == nil else { return }
        tags[index(of: key)].take(metaGraphs, kind: .graphs)
    }

    private mutating func index(of key: Key) -> Int {
        if let index = indices[key] { return index }
        indices[key] = tags.count
        tags.append(TagValues(tag: key.tag.string))
        return tags.count - 1
    }

    /// What `_MaybePurgeOrphanedData` does.
    private mutating func forgetOrphans(of event: Event, _ values: [Event.Value]) {
        if let fileVersion, fileVersion >= 2 {
            if case .session(.start) = event.content {
                // The first one starts the run; each further one continues it from its step.
                if hasStarted {
                    for index in tags.indices { tags[index].forget(from: event.step) }
                }
                hasStarted = true
            }
        } else if event.isSummary, event.step < lastStep {
            // Writers of old had no records of starts: a step that goes back says the same.
            for value in values {
                guard let index = indices[Key(tag: ExactName(value.tag))] else { continue }
                tags[index].forget(from: event.step)
            }
        }
        if event.isSummary { lastStep = event.step }
    }
}

extension Event {
    /// Whether it is a summary to TensorBoard, which makes one of a graph, too.
    fileprivate var isSummary: Bool {
        switch content {
        case .summary, .graph, .runMetadata: true
        case .fileVersion, .metaGraph, .session, .unknown: false
        }
    }
}

extension EventLog.Run {
    /// Reads the values of the run, as TensorBoard shows them.
    ///
    /// Damaged records are left out, and what is whole behind them is read, as it is in a copy that
    /// `EventFileReader.repair(_:to:)` makes; `problems` says so. By the Python reader's rules, which
    /// show nothing behind one, a file is read up to there.
    ///
    /// - Parameters:
    ///   - rules: Whose rules say which values count where steps were logged again.
    ///   - checksums: Which checksums an event must have. The data server looks at those of lengths.
    public func values(
        as rules: ReadingRules = .default, requiring checksums: EventFileReader.Checksums = .all
    ) -> RunValues {
        RunValues(files: files, as: rules, requiring: checksums)
    }
}

extension EventFileError {
    /// The same error, whose description says what the Python reader makes of it.
    fileprivate var endingPythonReader: EventFileError {
        let rest = problem == .notAnEvent ? "this run" : "this file"
        return EventFileError(
            path: path, offset: offset, problem: problem,
            wholeDescription: "\(description); TensorBoard's Python reader shows nothing behind it "
                + "of \(rest)")
    }
}
