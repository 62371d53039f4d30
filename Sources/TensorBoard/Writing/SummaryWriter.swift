import Platform

/// Logs a run for TensorBoard: summaries, and the graph, into an event file of its own.
///
/// ```swift
/// let writer = try SummaryWriter(logdir: "log/first")
/// try writer.addScalar(0.25, tag: "loss", step: 1)
/// try writer.add(Summary([.histogram(weights, tag: "conv1/weights")]), step: 1)
/// try writer.close()
/// ```
///
/// Any thread may log; what one thread logs keeps its order. Encoding and writing are the work of a
/// thread of the writer's own. Between it and those that log lies a queue: they wait only while it
/// is full. The file always ends with a whole record, so TensorBoard can read it at any time.
///
/// When a write fails, as on a full disk, everything that was written stays readable. What happens
/// then is a matter of the options: each later call throws the error, or what cannot be written is
/// counted and dropped, and the program goes on.
///
/// The last reference to a writer closes it when it goes, and so does the end of the program by
/// `exit` or by returning from its main function. Signals end a program without that, unless
/// ``flushOnSignals(_:)`` has been called.
///
/// In a copy of the process that `fork` made, a writer of the original writes nothing and throws.
public final class SummaryWriter: Sendable {
    /// The run's folder.
    public let logdir: String
    /// What all tags begin with: empty but in a writer of a ``scope(_:)``, where a slash ends it.
    public let tagPrefix: String

    /// `nil` in a writer that does nothing.
    private let queue: EventQueue?
    private let thread: Locked<BackgroundThread?>
    private let status: WriterStatus
    private let generation: Int
    private let options: Options
    /// Brings the files elsewhere, if they are to go there.
    private let uploader: LogUploader?
    /// What the run's Custom Scalars tab shows so far.
    let layout: Locked<LayoutState>
    /// What the first of its calls have said of the run for the HParams tab.
    let session: Locked<SessionRecords>
    /// In a writer of a scope, the one that has the file.
    private let owner: SummaryWriter?

    /// The event file that is being written:
    /// `<logdir>/events.out.tfevents.<seconds>.<host>.<process>.<number><suffix>`. The folder, where
    /// failures are no reason to stop and no file could be made yet.
    public var path: String { status.path }

    /// Whether it does nothing, as ``disabled`` does.
    public var isDisabled: Bool { queue == nil }

    /// The step of all calls that name none. While it is `nil`, which it is at first, these count by
    /// themselves, tag by tag: a value belongs to the step after the last one of its tag, in the run's
    /// earlier files too, and to step 0 where there is none.
    public var step: Int? {
        get { queue?.defaultStep.map { Int(clamping: $0) } }
        set { queue?.defaultStep = newValue.map { Int64(clamping: $0) } }
    }

    /// Which of the values are logged; ``Options/recording`` at first.
    public var recording: Recording {
        get { queue?.recording ?? .never }
        set { queue?.recording = newValue }
    }

    /// How many events could not be written and were dropped; always 0 where failures are thrown.
    public var droppedEvents: Int { status.droppedEvents }

    /// The greatest step for which values were logged in the run's folder, by this writer or by those
    /// before it; `nil` if there are none. To find it, the other event files are read.
    ///
    /// A program that goes on with a run may count on from there.
    public var lastStep: Int64? {
        if isDisabled { return nil }
        let earlier = RunHistory(folder: logdir).lastStep(
            before: options.purgeStep, except: path)
        guard let own = queue?.lastStep else { return earlier }
        return max(own, earlier ?? own)
    }

    /// Starts a new event file, after all others in the folder. What they say stays as it is, unless
    /// the options ask for a purge.
    ///
    /// - Parameters:
    ///   - logdir: The run's folder; it is made if there is none. Its path below TensorBoard's log
    ///     folder is the name of the run.
    ///   - options: How the writer works.
    /// - Throws: `EventFileError` if the folder or the file cannot be made or written, unless the
    ///   options say to go on; if the system has no thread left.
    public init(logdir: String, options: Options = Options()) throws(EventFileError) {
        precondition(options.queueCapacity > 0, "a queue of \(options.queueCapacity) events")
        precondition(
            options.maximumFileSize.map { $0 > 0 } ?? true,
            "files of \(options.maximumFileSize ?? 0) bytes")
        guard !logdir.hasNUL else {
            throw EventFileError(
                path: logdir.quoted, problem: .refused,
                description: "a folder's path cannot have a NUL; leave it out")
        }
        let openWriters = OpenWriters.all
        var options = options
        let isLocal = options.destination is LocalFiles
        if !isLocal {
            options.maximumFileSize = options.maximumFileSize ?? Self.standardUploadSize
            try Self.check(options.destination, for: logdir, options.failurePolicy)
        }
        let status = WriterStatus(path: logdir)
        let files = try EventFiles(in: logdir, options: options, status: status)
        let queue = EventQueue(
            options: options, folder: logdir, status: status)
        let thread = BackgroundThread { Self.write(from: queue, to: files) }
        guard let thread else {
            throw EventFileError(
                path: status.path, problem: .system(code: EAGAIN),
                description: "cannot be written: the system has no thread left")
        }
        self.logdir = logdir
        tagPrefix = ""
        owner = nil
        layout = Locked(LayoutState())
        session = Locked(SessionRecords())
        self.status = status
        self.queue = queue
        self.thread = Locked(thread)
        generation = Fork.generation
        self.options = options
        let (policy, destination) = (options.failurePolicy, options.destination)
        uploader =
            isLocal
            ? nil
            : LogUploader(folder: logdir, to: destination, options: options.upload) { error in
                policy.report(error, folder: logdir)
            }
        openWriters.add(self)
    }

    /// How long files are that are stored anew as they grow, in bytes.
    private static let standardUploadSize = 8 << 20

    /// Looks whether a destination takes files. One that does not answer may do so later.
    private static func check(
        _ destination: any LogDestination, for folder: String, _ policy: FailurePolicy
    ) throws(EventFileError) {
        do throws(LogDestinationError) {
            try destination.check()
        } catch {
            if !error.isTransient, case .throwing = policy {
                throw EventFileError(
                    path: folder, offset: nil, problem: .notStored, wholeDescription: "\(error)")
            }
            policy.report(error, folder: folder)
        }
    }

    /// A writer that does nothing: its calls make no file and throw no error. For those processes of
    /// several that are not to log, and for programs that are to log only when asked.
    ///
    /// ```swift
    /// let writer = isLogging ? try SummaryWriter(logdir: "log") : .disabled
    /// ```
    public static let disabled = SummaryWriter()

    private init() {
        logdir = ""
        tagPrefix = ""
        owner = nil
        layout = Locked(LayoutState())
        session = Locked(SessionRecords())
        queue = nil
        thread = Locked(nil)
        status = WriterStatus(path: "")
        generation = 0
        options = Options()
        uploader = nil
    }

    /// The writer of a scope: all but the tags is another one's.
    init(of other: SummaryWriter, tagPrefix: String) {
        self.tagPrefix = tagPrefix
        owner = other.owner ?? other
        logdir = other.logdir
        queue = other.queue
        thread = other.thread
        status = other.status
        generation = other.generation
        options = other.options
        uploader = other.uploader
        layout = other.layout
        session = other.session
    }

    deinit {
        guard owner == nil else { return }
        OpenWriters.all.remove(self)
        closeQuietly()
    }

    /// Logs values.
    ///
    /// - Parameters:
    ///   - summary: The values.
    ///   - step: The step that they belong to; unless given, ``step``, or else the one after the last
    ///     of their tags.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed. With the
    ///   problem `refused`, and nothing logged, if a tag was logged for another plugin before, by any
    ///   writer of this process in the same folder, since TensorBoard would show nothing of what comes
    ///   second; what other processes have logged there `EventLog.check(_:)` finds; if a tag, a title or an explanation has a NUL; if the time is
    ///   not finite, which would make TensorBoard drop the values.
    public func add<Step: BinaryInteger>(
        _ summary: Summary, step: Step? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        let summary = summary.inScope(tagPrefix)
        try put(
            .summary(summary), step: step.clamped, wallTime: wallTime, tags: summary.tags,
            as: summary.values.isEmpty ? .ofRun : .value)
    }

    /// Logs a point of a curve.
    ///
    /// - Parameters:
    ///   - value: The value; it may be infinite or not a number.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to; unless given, ``step``, or else the one after the tag's
    ///     last.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` as `add(_:step:wallTime:)` has it.
    @inlinable
    public func addScalar<Step: BinaryInteger>(
        _ value: Float, tag: String, step: Step? = nil as Int?, wallTime: Double? = nil
    ) throws(EventFileError) {
        try addPoint(value, tag, step.map { Int64(clamping: $0) }, wallTime)
    }

    /// Logs a point of a curve.
    @usableFromInline
    func addPoint(
        _ value: Float, _ tag: String, _ step: Int64?, _ wallTime: Double?
    ) throws(EventFileError) {
        guard let queue else { return }
        guard try isOriginal() else {
            status.drop(1)
            return
        }
        let time = wallTime ?? WallClock.now()
        let refusal =
            time.isFinite
            ? try queue.putScalar(
                value, tag: tagPrefix.isEmpty ? tag : tagPrefix + tag, step: step, wallTime: time)
            : Refusal(ofTime: time)
        if let refusal { try refuse(refusal) }
    }

    /// Logs the run's graph. Of several, whoever logs them, TensorBoard shows the last one; with
    /// `--load_fast=false` the first one.
    ///
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed; with the
    ///   problem `refused` if a name has a NUL.
    public func addGraph(_ graph: GraphDefinition) throws(EventFileError) {
        try put(
            .graph(graph), step: 0, wallTime: nil, tags: [("__run_graph__", "graphs")], as: .ofRun)
    }

    /// Logs what the nodes of the graph took in a step, which the Graphs tab then shows as compute
    /// time and memory.
    ///
    /// - Parameters:
    ///   - metadata: Times and memory, by device and node.
    ///   - tag: The name by which the tab offers the step, such as `step 100`; each is to have a
    ///     name of its own in a run.
    ///   - step: The step that was measured.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addRunMetadata(
        _ metadata: RunMetadata, tag: String, step: some BinaryInteger, wallTime: Double? = nil
    ) throws(EventFileError) {
        let tag = tagPrefix + tag
        try put(
            .runMetadata(tag: tag, metadata), step: Int64(clamping: step), wallTime: wallTime,
            tags: [(tag, "graph_tagged_run_metadata")], as: .ofRun)
    }

    /// Waits until everything logged so far is on the disk.
    ///
    /// - Throws: `EventFileError` if a write failed and failures are thrown; if the writer is closed.
    public func flush() throws(EventFileError) {
        guard let queue, try isOriginal() else { return }
        try queue.flush()
    }

    /// Writes everything that is still waiting, and ends the file. A second call does nothing.
    ///
    /// In a copy of the process it does nothing at all.
    ///
    /// - Throws: `EventFileError` if a write failed, now or before, and failures are thrown.
    public func close() throws(EventFileError) {
        guard let queue, generation == Fork.generation else { return }
        queue.close()
        let wasOpen = thread.withLock { thread in
            thread?.join()
            defer { thread = nil }
            return thread != nil
        }
        guard wasOpen else { return }
        let stored = Result { () throws(LogDestinationError) in try uploader?.finish() }
        if let error = queue.error { throw error }
        if case .failure(let error) = stored {
            let whole = EventFileError(
                path: logdir, offset: nil, problem: .notStored, wholeDescription: "\(error)")
            if case .throwing = options.failurePolicy { throw whole }
            options.failurePolicy.report(whole)
        }
    }

    /// How far the files are on their way to the destination; `nil` without one.
    public var uploadProgress: LogUploader.Progress? { uploader?.progress }

    /// Logs an event.
    ///
    /// - Parameters:
    ///   - step: Its step; `nil` for the next one.
    ///   - tags: The tags of its values, with the plugins that show them.
    ///   - standing: What it is to the run.
    func put(
        _ content: PendingEvent.Content, step: Int64?, wallTime: Double?,
        tags: [(tag: String, plugin: String)], as standing: PendingEvent.Standing
    ) throws(EventFileError) {
        guard let queue else { return }
        guard try isOriginal() else {
            status.drop(1)
            return
        }
        let time = wallTime ?? WallClock.now()
        let refusal =
            if let refusal = time.isFinite ? content.refusal : Refusal(ofTime: time) {
                refusal
            } else {
                try queue.put(content, step: step, wallTime: time, tags: tags, as: standing)
            }
        if let refusal { try refuse(refusal) }
    }

    /// Logs nothing of a call.
    ///
    /// - Throws: `EventFileError` if failures are thrown.
    func refuse(_ refusal: Refusal) throws(EventFileError) {
        let error = EventFileError(
            path: path, problem: .refused, description: "not logged: \(refusal.reason)")
        if case .throwing = options.failurePolicy { throw error }
        status.drop(1)
        options.failurePolicy.report(error)
    }

    /// Tells of a failure beside a call that logs something.
    ///
    /// - Throws: The error if failures are thrown.
    func tell(_ error: EventFileError) throws(EventFileError) {
        if case .throwing = options.failurePolicy { throw error }
        options.failurePolicy.report(error)
    }

    /// Whether the process is the one that the writer was made in, and not a copy.
    ///
    /// - Throws: `EventFileError` if it is a copy and failures are thrown.
    func isOriginal() throws(EventFileError) -> Bool {
        if isDisabled || generation == Fork.generation { return true }
        guard case .throwing = options.failurePolicy else { return false }
        throw EventFileError(
            path: logdir, problem: .forked,
            description: "the process was forked after its writer was made: make one of its own")
    }

    /// What the writer's thread does.
    private static func write(from queue: EventQueue, to files: EventFiles) {
        do throws(EventFileError) {
            while let batch = queue.next() {
                try files.write(batch.events)
                if batch.flush != nil { try files.synchronize() }
                queue.finish(batch, failures: files.takeCallFailures())
            }
            try files.synchronize()
        } catch {
            queue.fail(error)
        }
    }
}
