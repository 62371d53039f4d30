import Platform

/// What connects the threads that log with the one that writes: a queue with bounds.
///
/// The writer does not wake for each event. It sleeps until the oldest one has waited for the flush
/// interval, or the queue is half full, or someone flushes or closes; so an event costs the thread
/// that logs it little more than a lock, and all that is waiting goes out in one write.
final class EventQueue: @unchecked Sendable {
    /// Events for the writer to write next, at once.
    struct Batch {
        /// The events, in the order in which they were put.
        let events: [PendingEvent]
        /// The last of the flushes that these events are written for, if for any.
        let flush: Int?
    }

    private let capacity: Int
    private let flushInterval: Duration
    private let status: WriterStatus

    // All that follows is for those who hold the monitor: so accesses never overlap, and a point of a
    // curve does not pay for checks of that.
    private let monitor = Monitor()
    /// Something for the writer to look at.
    private let hasWork: Monitor.Condition
    /// Something was written, or will never be.
    private let hasProgress: Monitor.Condition
    @exclusivity(unchecked) private var events: [PendingEvent] = []
    /// Memory for the events that come next, while the writer has the last ones.
    private var spareEvents: [PendingEvent] = []
    @exclusivity(unchecked) private var cost = 0
    @exclusivity(unchecked) private var oldest = ContinuousClock.now
    /// How often a flush was asked for, and how many of these are done.
    @exclusivity(unchecked) private var askedFlushes = 0
    @exclusivity(unchecked) private var doneFlushes = 0
    @exclusivity(unchecked) private var isClosed = false
    /// Whether the writer has written everything and left.
    private var isFinished = false
    @exclusivity(unchecked) private var failure: EventFileError?
    /// Failures that belong to one call each, and that nobody was told of yet.
    private var callFailures: [EventFileError] = []
    @exclusivity(unchecked) private var tags: KnownTags
    /// The greatest step that values were put for.
    @exclusivity(unchecked) private var greatestStep: Int64?
    /// The step of what is put without one; `nil` where that is counted.
    @exclusivity(unchecked) private var stepOfAll: Int64?
    /// Which values are taken.
    @exclusivity(unchecked) private var recordingNow: SummaryWriter.Recording
    @exclusivity(unchecked) private var recordsAll: Bool
    /// The last steps of tags in the folder's earlier files; `nil` while nobody has asked for them.
    private var earlierSteps: [ExactName: Int64]?
    private let folder: String
    private let purgeStep: Int64?

    /// The events that wait never hold more memory than about this, but for a single longer one.
    private static let costLimit = 64 << 20

    /// Makes an empty queue for the events of a folder.
    init(options: SummaryWriter.Options, folder: String, status: WriterStatus) {
        capacity = options.queueCapacity
        flushInterval = options.flushInterval
        purgeStep = options.purgeStep
        recordingNow = options.recording
        recordsAll = options.recording == .always
        self.folder = folder
        self.status = status
        tags = KnownTags(folder: folder, status: status)
        hasWork = Monitor.Condition(of: monitor)
        hasProgress = Monitor.Condition(of: monitor)
    }

    /// Puts an event at the end, once there is room.
    ///
    /// - Parameters:
    ///   - content: What is logged.
    ///   - step: The step that it belongs to; `nil` for the next one.
    ///   - wallTime: Seconds since 1970.
    ///   - tags: The tags of its values, with the plugins that show them.
    ///   - standing: What it is to the run.
    /// - Returns: Why it is refused, if it is.
    /// - Throws: `EventFileError` if the queue is closed, or the writer failed.
    func put(
        _ content: PendingEvent.Content, step: Int64?, wallTime: Double,
        tags: [(tag: String, plugin: String)], as standing: PendingEvent.Standing
    ) throws(EventFileError) -> Refusal? {
        let cost = content.cost
        return try monitor.locked { () throws(EventFileError) in
            try checkIsOpen()
            let known: [KnownTag]
            do throws(Refusal) {
                known = try self.tags.takeUp(tags)
            } catch {
                return error
            }
            let step = step ?? nextStep(of: known)
            if standing != .ofRun { for tag in known { tag.lastStep = step } }
            if standing == .value, !recordsAll,
                !recordingNow.takes(step, at: wallTime, of: known)
            {
                return nil
            }
            try append(
                PendingEvent(wallTime: wallTime, step: step, content: content), cost: cost)
            if standing != .ofRun { greatestStep = max(greatestStep ?? .min, step) }
            return nil
        }
    }

    /// Puts a point of a curve at the end, once there is room.
    ///
    /// - Returns: Why it is refused, if it is.
    /// - Throws: `EventFileError` if the queue is closed, or the writer failed.
    func putScalar(
        _ value: Float, tag: String, step: Int64?, wallTime: Double
    ) throws(EventFileError) -> Refusal? {
        try monitor.locked { () throws(EventFileError) in
            try checkIsOpen()
            let curve: Unmanaged<KnownTag>
            do throws(Refusal) {
                curve = try tags.curve(tag)
            } catch {
                return error
            }
            let step = step ?? nextStep(of: [curve.takeUnretainedValue()])
            curve._withUnsafeGuaranteedRef { $0.lastStep = step }
            if !recordsAll,
                !recordingNow.takes(step, at: wallTime, of: [curve.takeUnretainedValue()])
            {
                return nil
            }
            let event = PendingEvent(
                wallTime: wallTime, step: step, content: .scalar(curve, value))
            try append(event, cost: event.content.cost)
            greatestStep = max(greatestStep ?? .min, step)
            return nil
        }
    }

    /// The step of what is put without one.
    private func nextStep(of tags: [KnownTag]) -> Int64 {
        if let stepOfAll { return stepOfAll }
        let last = tags.compactMap { $0.lastStep ?? earlierStep(of: $0) }.max()
        return last.map { $0 == .max ? .max : $0 + 1 } ?? 0
    }

    /// The last step of a tag in the files that were there before.
    private func earlierStep(of tag: KnownTag) -> Int64? {
        let steps =
            earlierSteps
            ?? RunHistory(folder: folder).lastSteps(before: purgeStep, except: status.path)
        earlierSteps = steps
        return steps[tag.name]
    }

    /// The step of what is put without one; `nil` where that is counted.
    var defaultStep: Int64? {
        get { monitor.locked { stepOfAll } }
        set { monitor.locked { stepOfAll = newValue } }
    }

    /// Which values are taken.
    var recording: SummaryWriter.Recording {
        get { monitor.locked { recordingNow } }
        set {
            monitor.locked {
                recordingNow = newValue
                recordsAll = newValue == .always
            }
        }
    }

    /// The greatest step that values were put for; `nil` before there are any.
    var lastStep: Int64? {
        monitor.locked { greatestStep }
    }

    private func checkIsOpen() throws(EventFileError) {
        if let failure { throw failure }
        if isClosed {
            throw EventFileError(
                path: status.path, problem: .closed,
                description: "closed: nothing more can be logged")
        }
    }

    private func append(_ event: PendingEvent, cost eventCost: Int) throws(EventFileError) {
        while !events.isEmpty, events.count >= capacity || cost + eventCost > Self.costLimit {
            hasWork.signal()
            hasProgress.wait()
            try checkIsOpen()
        }
        if events.isEmpty { oldest = .now }
        events.append(event)
        cost += eventCost
        if events.count == 1 || isUrgent { hasWork.signal() }
    }

    /// Waits until all events that were put so far are on the disk.
    ///
    /// - Throws: `EventFileError` if the queue is closed, or the writer failed; or for calls that
    ///   failed, once.
    func flush() throws(EventFileError) {
        try monitor.locked { () throws(EventFileError) in
            try checkIsOpen()
            askedFlushes += 1
            let flush = askedFlushes
            hasWork.signal()
            while doneFlushes < flush, failure == nil, !isFinished { hasProgress.wait() }
            if let failure { throw failure }
            if let error = takeCallFailure() { throw error }
        }
    }

    /// What there is to tell of calls that failed; the last of it.
    private func takeCallFailure() -> EventFileError? {
        defer { callFailures = [] }
        return callFailures.first?.and(others: callFailures.count - 1)
    }

    /// Takes no more events; those that wait are still written.
    func close() {
        monitor.locked {
            isClosed = true
            hasWork.signal()
            hasProgress.signal()
        }
    }

    /// Why nothing can be written any more, or else which calls failed, once.
    var error: EventFileError? {
        monitor.locked { failure ?? takeCallFailure() }
    }

    // MARK: For the writer.

    /// Waits for events that should be written now.
    ///
    /// - Returns: `nil` once the queue is closed and empty.
    func next() -> Batch? {
        monitor.locked {
            while !isUrgent {
                if events.isEmpty {
                    hasWork.wait()
                } else {
                    let rest = flushInterval - oldest.duration(to: .now)
                    if rest <= .zero { break }
                    hasWork.wait(atMost: rest)
                }
            }
            let flush = askedFlushes > doneFlushes ? askedFlushes : nil
            if events.isEmpty, isClosed, flush == nil {
                isFinished = true
                return nil
            }
            defer {
                events = spareEvents
                spareEvents = []
                cost = 0
                hasProgress.signal()
            }
            return Batch(events: events, flush: flush)
        }
    }

    /// Notes that a batch was written, and brought to the disk if it was for a flush.
    ///
    /// - Parameter failures: Those that belong to one of the calls each.
    func finish(_ batch: consuming Batch, failures: [EventFileError]) {
        let flush = batch.flush
        var memory = batch.events
        _ = consume batch
        memory.removeAll(keepingCapacity: memory.capacity <= 4 * capacity)
        monitor.locked {
            spareEvents = memory
            callFailures += failures
            guard let flush else { return }
            doneFlushes = flush
            hasProgress.signal()
        }
    }

    /// Notes that nothing can be written any more. What waits is dropped.
    func fail(_ error: EventFileError) {
        monitor.locked {
            failure = error
            events = []
            hasProgress.signal()
        }
    }

    /// Whether the writer has something to do at once.
    private var isUrgent: Bool {
        isClosed || askedFlushes > doneFlushes || 2 * events.count >= capacity
            || 2 * cost >= Self.costLimit
    }
}
