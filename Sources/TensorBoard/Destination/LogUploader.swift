import Platform
import RecordIO

/// Brings the files of a log to a destination, for as long as they grow, in a thread of its own.
///
/// Files go there in the order in which TensorBoard reads them, and one is whole there before the next
/// one is begun: so who reads the destination sees what was on the disk some seconds ago. What cannot
/// be stored is tried again, at first after a second, then less often, and nothing on the disk is
/// touched. A file that is refused for good holds back what comes after it in its folder, and nothing
/// else.
public final class LogUploader: @unchecked Sendable {
    /// The folder whose files, and those of folders below it, are brought away.
    public let folder: String
    /// Where they go.
    public let destination: any LogDestination

    /// How often and how long it tries.
    public struct Options: Sendable {
        /// How long to wait from one look at the files to the next. A file that takes long to store
        /// waits ten times as long as it took.
        public var interval: Duration = .seconds(5)
        /// How long the last files may take, at the end, before they are left on the disk alone.
        public var patience: Duration = .seconds(120)
        /// Whether event files are removed from the disk at the end, each once it is safely away.
        public var removesStoredFiles = false

        /// Makes the default options.
        public init() {}
    }

    /// How far it is.
    public struct Progress: Sendable, Equatable {
        /// Bytes on the disk that are not at the destination, as far as is known.
        public var pendingBytes = 0
        /// Files that were stored, each as often as it was.
        public var storedFiles = 0
        /// Why nothing can be stored at present.
        public var problem: LogDestinationError?
    }

    private let options: Options
    private let report: @Sendable (LogDestinationError) -> Void
    private let monitor = Monitor()
    private let isWoken: Monitor.Condition
    private let generation = Fork.generation
    // All that follows is for those who hold the monitor.
    private var thread: BackgroundThread?
    private var current = Progress()
    private var deadline: ContinuousClock.Instant?

    private static let longestPause = Duration.seconds(30)

    /// Begins to bring files away.
    ///
    /// - Parameters:
    ///   - folder: The folder, which need not exist yet.
    ///   - destination: Where the files go.
    ///   - options: How often and how long it tries.
    ///   - report: Is told, in the uploader's thread, when something cannot be stored; again only after
    ///     something was, or when something else is wrong.
    public init(
        folder: String, to destination: any LogDestination, options: Options = Options(),
        report: @escaping @Sendable (LogDestinationError) -> Void
    ) {
        self.folder = folder
        self.destination = destination
        self.options = options
        self.report = report
        isWoken = Monitor.Condition(of: monitor)
        thread = BackgroundThread { [self] in
            run(UploadState(folder: folder, destination: destination))
        }
        if thread == nil {
            report(LogDestinationError("the system has no thread left", isTransient: false))
        }
    }

    /// How far it is.
    public var progress: Progress { monitor.locked { current } }

    /// Waits until everything that is on the disk now is at the destination, and ends.
    ///
    /// - Throws: `LogDestinationError` if that cannot be; everything is on the disk still.
    public func finish() throws(LogDestinationError) {
        guard generation == Fork.generation else { return }
        let thread = monitor.locked {
            deadline = .now + options.patience
            isWoken.signal()
            defer { self.thread = nil }
            return self.thread
        }
        thread?.join()
        let left = progress
        guard left.pendingBytes > 0 || left.problem != nil else { return }
        var cause = left.problem.map { "\($0)" } ?? "not everything could be stored"
        if !cause.hasPrefix(destination.name) { cause = "\(destination.name): \(cause)" }
        throw LogDestinationError(
            "\(cause); the log is in \(folder), with \(left.pendingBytes) bytes that are not there",
            isTransient: left.problem?.isTransient ?? true)
    }

    // MARK: The thread

    private func run(_ state: consuming UploadState) {
        var state = state
        var failures = 0
        while true {
            let deadline = monitor.locked { self.deadline }
            let outcome = state.storeAll(isLast: deadline != nil)
            note(outcome)
            guard let problem = outcome.problem else {
                failures = 0
                if deadline != nil { break }
                waitForEnd(atMost: options.interval)
                continue
            }
            // A file that is refused does not slow down the others.
            failures = problem.isTransient || outcome.storedFiles == 0 ? failures + 1 : 1
            if let deadline, !problem.isTransient || .now > deadline { break }
            var pause = min(Duration.seconds(1 << min(failures - 1, 10)), Self.longestPause)
            if !problem.isTransient { pause = max(pause, options.interval) }
            if deadline == nil { waitForEnd(atMost: pause) } else { sleep(1) }
        }
        if options.removesStoredFiles, progress.problem == nil { state.removeEventFiles() }
    }

    private func note(_ outcome: UploadState.Outcome) {
        let isNew = monitor.locked {
            let isNew = Self.isNew(outcome, after: current.problem)
            current.problem = outcome.problem
            current.pendingBytes = outcome.pendingBytes
            current.storedFiles += outcome.storedFiles
            return isNew
        }
        if isNew, let problem = outcome.problem { report(problem) }
    }

    /// Whether the problem of a look at the files is to be told. A server that is gone is told of once;
    /// so is a file that is refused, though others are stored.
    private static func isNew(
        _ outcome: UploadState.Outcome, after last: LogDestinationError?
    ) -> Bool {
        guard let problem = outcome.problem else { return false }
        guard let last else { return true }
        return problem.isTransient && last.isTransient
            ? outcome.storedFiles > 0 : problem != last
    }

    /// Waits, unless the end is asked for.
    private func waitForEnd(atMost pause: Duration) {
        monitor.locked {
            if deadline == nil { isWoken.wait(atMost: pause) }
        }
    }
}
