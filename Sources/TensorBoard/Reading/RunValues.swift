/// The values of a run, tag by tag, as TensorBoard shows them: without those that a later start of
/// the program made void.
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
    /// The tags, in the order in which their first values stand in the files.
    public private(set) var tags: [TagValues] = []
    /// Where files could not be read to their ends.
    public private(set) var problems: [EventFileError] = []

    private var indices: [String: Int] = [:]
    private var fileVersion = 0
    private var hasStarted = false
    private var lastStep: Int64 = -1

    /// What stands under a tag; `nil` if nothing does.
    public subscript(tag: String) -> TagValues? {
        indices[tag].map { tags[$0] }
    }

    /// Reads all files of a run, each as far as it is whole.
    init(files: [String]) {
        for (number, path) in files.enumerated() {
            do throws(EventFileError) {
                var reader = try EventFileReader(path: path)
                while let event = try reader.next() { add(event, file: number, of: files) }
            } catch {
                problems.append(error)
            }
        }
    }

    private mutating func add(_ event: Event, file: Int, of files: [String]) {
        switch event.content {
        case .fileVersion(let version, _):
            fileVersion = version.split(separator: ":").last.flatMap { Int($0) } ?? 0
        case .session(.start) where fileVersion >= 2:
            // The first one starts the run; each further one continues it from its step.
            if hasStarted {
                for index in tags.indices { tags[index].forget(from: event.step) }
            }
            hasStarted = true
        case .summary(let values):
            // Writers of old had no records of starts: a step that goes back says the same.
            let goesBack = fileVersion < 2 && event.step < lastStep
            lastStep = event.step
            for (number, value) in values.enumerated() {
                let index = index(of: value)
                if goesBack { tags[index].forget(from: event.step) }
                tags[index].add(value, number: number, of: event, in: files[file])
            }
        default:
            break
        }
    }

    private mutating func index(of value: Event.Value) -> Int {
        if let index = indices[value.tag] { return index }
        indices[value.tag] = tags.count
        tags.append(
            TagValues(
                tag: value.tag, kind: value.kind ?? .unknown, metadata: value.metadata))
        return tags.count - 1
    }
}

/// The values of a run under one tag.
public struct TagValues: Sendable {
    /// The tag.
    public let tag: String
    /// What the values are.
    public let kind: Series.Kind
    /// What the first value says about all: title, description, plugin.
    public let metadata: Event.Metadata?
    /// The points of a curve, in the order in which they were written; empty for other kinds.
    public private(set) var scalars: [Point] = []
    /// Where the values of other kinds are, in the order in which they were written.
    public private(set) var stored: [StoredValue] = []

    /// A point of a curve.
    public struct Point: Sendable, Equatable {
        /// The step.
        public let step: Int64
        /// Seconds since 1970.
        public let wallTime: Double
        /// The value.
        public let value: Double
    }

    /// A value that is still in its file.
    public struct StoredValue: Sendable, Equatable {
        /// The step.
        public let step: Int64
        /// Seconds since 1970.
        public let wallTime: Double
        /// The event file.
        public let path: String
        /// Where the event's record starts: bytes from the file's start.
        public let offset: Int
        /// Which of the event's values it is.
        public let number: Int

        /// Reads the value.
        ///
        /// - Throws: `EventFileError` if the file cannot be read, or has changed.
        public func load() throws(EventFileError) -> Event.Value {
            var reader = try EventFileReader(path: path, at: offset)
            guard let values = try reader.next()?.values, number < values.count else {
                throw EventFileError(
                    path: path, offset: offset, problem: .notAnEvent,
                    description: "the value at byte \(offset) is gone: the file has changed")
            }
            return values[number]
        }
    }

    init(tag: String, kind: Series.Kind, metadata: Event.Metadata?) {
        self.tag = tag
        self.kind = kind
        self.metadata = metadata
    }

    mutating func add(_ value: Event.Value, number: Int, of event: Event, in path: String) {
        if kind == .scalars, let scalar = value.scalar {
            scalars.append(Point(step: event.step, wallTime: event.wallTime, value: scalar))
        } else {
            stored.append(
                StoredValue(
                    step: event.step, wallTime: event.wallTime, path: path, offset: event.offset,
                    number: number))
        }
    }

    /// Forgets the values from a step on.
    mutating func forget(from step: Int64) {
        scalars.removeAll { $0.step >= step }
        stored.removeAll { $0.step >= step }
    }
}

extension EventLog.Run {
    /// Reads the values of the run, as TensorBoard shows them.
    ///
    /// A file that ends inside a record, or is damaged, is read up to there; `problems` says so.
    public func values() -> RunValues {
        RunValues(files: files)
    }
}
