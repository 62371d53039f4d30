import RecordIO
import TensorBoard

/// The runs and tags of a log that a command was asked for, and what it has to tell of them.
struct LogSelection {
    private var runs: NameFilter
    private var tags: NameFilter
    private let reader: LogRules
    private var failures = Failures()

    init(_ filter: LogFilter, _ reader: LogRules) {
        runs = NameFilter(option: "--run", filter.run)
        tags = NameFilter(option: "--tag", filter.tag)
        self.reader = reader
    }

    /// Reads one run after another.
    ///
    /// - Parameters:
    ///   - permitsNoTag: Whether it is right that the filter finds no tag.
    ///   - begin: Is given each run before its tags.
    ///   - ofNone: Is given the names of runs that have no tag.
    ///   - body: Is given the tags that are meant, and the name of their run.
    /// - Throws: What `body` throws; `CommandError` if the filter finds nothing.
    mutating func forEach(
        of log: EventLog, permitsNoTag: Bool = false,
        begin: ((name: String, folder: String), RunValues, inout Failures) -> Void = { _, _, _ in },
        ofNone: (String) -> Void = { _ in },
        _ body: (String, TagValues, inout Failures) throws -> Void
    ) throws {
        let folders = Dictionary(
            log.runs.map { ($0.name, FilePath.folder(of: $0.files.first ?? "")) }
        ) { first, _ in
            first
        }
        try forEachRun(of: log) { run, values, selection in
            begin((run, folders[run] ?? log.folder), values, &selection.failures)
            if values.tags.isEmpty { ofNone(run) }
            for tag in values.tags where selection.tags.takes(tag.tag) {
                try body(run, tag, &selection.failures)
                selection.tellOfUnshown(tag, run: run)
            }
        }
        if permitsNoTag, !runs.foundNothing {
            tags = NameFilter(option: "--tag", [])
            return
        }
        try throwIfNothingIsFound()
    }

    /// Reads one run after another.
    ///
    /// - Parameters:
    ///   - begin: Is given each run that has a tag that is meant, before its tags.
    ///   - body: Is given these.
    /// - Throws: `CommandError` if the filter finds nothing.
    mutating func forEachTag(
        of log: EventLog, begin: (String, RunValues) -> Void, _ body: (TagValues) -> Void
    ) throws {
        forEachRun(of: log) { run, values, selection in
            let meant = values.tags.filter { selection.tags.takes($0.tag) }
            if meant.isEmpty { return }
            begin(run, values)
            for tag in meant {
                body(tag)
                selection.tellOfUnshown(tag, run: run)
            }
        }
        try throwIfNothingIsFound()
    }

    /// - Throws: `CommandError` if the filter has found nothing.
    private func throwIfNothingIsFound() throws {
        for complaints in [
            runs.foundNothing ? runs.complaints("run") : [],
            tags.foundNothing ? tags.complaints("tag") : [],
        ] where !complaints.isEmpty {
            throw CommandError(complaints.joined(separator: "\ngan: "))
        }
    }

    /// Reads one run after another, all tags of each.
    mutating func forEachRun(
        of log: EventLog, _ body: (String, RunValues, inout LogSelection) throws -> Void
    ) rethrows {
        failures = Failures(after: log.problems.count)
        for run in log.runs where runs.takes(run.name) {
            let values = run.values(as: reader.rules, requiring: reader.checksums)
            tell(values.problems)
            try body(run.name, values, &self)
        }
    }

    /// Whether something has failed so far.
    var hasFailures: Bool { failures.isAny }

    /// Does something that may fail while other things go on.
    mutating func note(_ body: (inout Failures) -> Void) { body(&failures) }

    /// Makes something of which parts may fail.
    mutating func noting<Result>(_ body: (inout Failures) throws -> Result) rethrows -> Result {
        try body(&failures)
    }

    /// Says what was left out.
    ///
    /// - Throws: The exit code 1 if anything was.
    mutating func end() throws {
        for line in runs.complaints("run") + tags.complaints("tag") { failures.add(line) }
        try failures.end()
    }

    /// A file that is being written often ends inside a record: that is told, but no failure.
    private mutating func tell(_ problems: [EventFileError]) {
        for problem in problems {
            if problem.problem == .truncated {
                System.printError("gan: \(problem.description.printable)\n")
            } else {
                failures.add(problem.description + (advice(problem).map { "; \($0)" } ?? ""))
            }
        }
    }

    private func advice(_ problem: EventFileError) -> String? {
        switch problem.problem {
        case .damagedData where reader.rules != .python: "to take it as it is: --no-checksum"
        case .timeIsNotANumber, .timeIsInfinite: "to take all: --as all"
        default: nil
        }
    }

    /// Says what TensorBoard does not show of a tag.
    private mutating func tellOfUnshown(_ tag: TagValues, run: String) {
        let values = tag.kind == .unknown ? tag.stored : tag.unshown
        guard let first = values.first else { return }
        let count = values.count == 1 ? "a value is" : "\(values.count) values are"
        let text = "\(run): \(tag.tag): \(count)"
        guard tag.kind != .unknown else {
            failures.add(
                "\(text) of no kind, for no metadata say of which, and TensorBoard shows nothing of "
                    + "them; to export numbers: --as all; to have them shown: gan log repair")
            return
        }
        let what = (try? first.load().form) ?? "something else"
        let kind =
            switch tag.kind {
            case .scalars: "point of a curve"
            case .images: "image"
            default: "value of the kind \(tag.kind)"
            }
        failures.add(
            "\(text) left out: \(what) is no \(kind), and TensorBoard shows the tag as its first "
                + "value has it")
    }
}

extension Event.Value {
    /// What it is, in a few words.
    fileprivate var form: String {
        switch content {
        case .scalar: return "a number"
        case .histogram: return "a histogram"
        case .image: return "an image"
        case .audio: return "a sound"
        case .unknown: return "nothing"
        case .invalid(let kind): return "a broken message of kind \(kind)"
        case .tensor(let tensor):
            let sizes = tensor.shape.map { "\($0)" }.joined(separator: ", ")
            return "a tensor of type \(tensor.typeName) and shape [\(sizes)]"
        }
    }
}
