import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

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
/// When a write fails, as on a full disk, everything that was written stays readable, nothing more
/// is written, and each later call throws the error.
///
/// The last reference to a writer closes it when it goes, and so does the end of the program by
/// `exit` or by returning from its main function.
public final class SummaryWriter: Sendable {
    /// The event file: `<logdir>/events.out.tfevents.<seconds>.<host>.<process>.<number>`.
    public let path: String

    private let queue: EventQueue
    private let thread: Mutex<BackgroundThread?>

    /// How a writer works.
    public struct Options: Sendable {
        /// How long an event may wait before it is written. TensorBoard looks for new data every
        /// five seconds: in two, an event is there at its next look, and a killed program loses
        /// little, while the disk is left alone.
        public var flushInterval: Duration = .seconds(2)
        /// How many events may wait. Whoever logs more has to wait until there is room.
        public var queueCapacity = 4096
        /// The step at which logging starts. Where a run is continued in its folder, TensorBoard
        /// forgets what earlier files say from that step on.
        public var initialStep: Int64 = 0

        /// Makes the default options.
        public init() {}
    }

    /// Starts a new event file, after all others in the folder.
    ///
    /// - Parameters:
    ///   - logdir: The run's folder; it is made if there is none. Its path below TensorBoard's log
    ///     folder is the name of the run.
    ///   - options: How the writer works.
    /// - Throws: `EventFileError` if the folder or the file cannot be made or written.
    public init(logdir: String, options: Options = Options()) throws(EventFileError) {
        precondition(options.queueCapacity > 0, "a queue of \(options.queueCapacity) events")
        let file = try EventFile(in: logdir, startingAt: options.initialStep)
        let path = file.path
        let queue = EventQueue(
            capacity: options.queueCapacity, flushInterval: options.flushInterval, path: path)
        let thread = BackgroundThread { Self.write(from: queue, to: file) }
        guard let thread else {
            throw EventFileError(
                path: path, problem: .system(code: EAGAIN),
                description: "cannot be written: the system has no thread left")
        }
        self.path = path
        self.queue = queue
        self.thread = Mutex(thread)
        OpenWriters.add(self)
    }

    deinit {
        OpenWriters.remove(self)
        closeQuietly()
    }

    /// Logs values.
    ///
    /// - Parameters:
    ///   - summary: The values.
    ///   - step: The step that they belong to.
    ///   - wallTime: Seconds since 1970; the current time if none, or a number that is not finite,
    ///     is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func add(
        _ summary: Summary, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        try put(.summary(summary), step: step, wallTime: wallTime)
    }

    /// Logs a point of a curve.
    ///
    /// - Parameters:
    ///   - value: The value; it may be infinite or not a number.
    ///   - tag: The curve.
    ///   - step: The step that it belongs to.
    ///   - wallTime: Seconds since 1970; the current time if none is given.
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addScalar(
        _ value: Float, tag: String, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        try add(Summary([.scalar(value, tag: tag)]), step: step, wallTime: wallTime)
    }

    /// Logs the run's graph. TensorBoard shows a run's last one.
    ///
    /// - Throws: `EventFileError` if the writer is closed, or if an earlier write failed.
    public func addGraph(_ graph: GraphDefinition) throws(EventFileError) {
        try put(.graph(graph), step: 0, wallTime: nil)
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
        _ metadata: RunMetadata, tag: String, step: Int64, wallTime: Double? = nil
    ) throws(EventFileError) {
        try put(.runMetadata(tag: tag, metadata), step: step, wallTime: wallTime)
    }

    /// Waits until everything logged so far is on the disk.
    ///
    /// - Throws: `EventFileError` if the writer is closed, or if a write failed.
    public func flush() throws(EventFileError) {
        try queue.flush()
    }

    /// Writes everything that is still waiting, and ends the file. A second call does nothing.
    ///
    /// - Throws: `EventFileError` if a write failed, now or before.
    public func close() throws(EventFileError) {
        queue.close()
        let wasOpen = thread.withLock { thread in
            thread?.join()
            defer { thread = nil }
            return thread != nil
        }
        if wasOpen, let error = queue.error { throw error }
    }

    private func put(
        _ content: PendingEvent.Content, step: Int64, wallTime: Double?
    ) throws(EventFileError) {
        let now = WallClock.now()
        let time = wallTime ?? now
        try queue.put(
            PendingEvent(wallTime: time.isFinite ? time : now, step: step, content: content))
    }

    /// What the writer's thread does.
    private static func write(from queue: EventQueue, to file: EventFile) {
        do throws(EventFileError) {
            while let batch = queue.next() {
                try file.write(batch.events)
                if batch.flush != nil { try file.synchronize() }
                queue.finish(batch)
            }
            try file.synchronize()
        } catch {
            queue.fail(error)
        }
    }
}
