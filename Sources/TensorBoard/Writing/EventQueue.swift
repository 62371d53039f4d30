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

    // All that follows is for those who hold the monitor.
    private let monitor = Monitor()
    /// Something for the writer to look at.
    private let hasWork: Monitor.Condition
    /// Something was written, or will never be.
    private let hasProgress: Monitor.Condition
    private var events: [PendingEvent] = []
    /// Memory for the events that come next, while the writer has the last ones.
    private var spareEvents: [PendingEvent] = []
    private var cost = 0
    private var oldest = ContinuousClock.now
    /// How often a flush was asked for, and how many of these are done.
    private var askedFlushes = 0
    private var doneFlushes = 0
    private var isClosed = false
    /// Whether the writer has written everything and left.
    private var isFinished = false
    private var failure: EventFileError?

    /// The events that wait never hold more memory than about this, but for a single longer one.
    private static let costLimit = 64 << 20

    /// Makes an empty queue.
    init(capacity: Int, flushInterval: Duration, status: WriterStatus) {
        self.capacity = capacity
        self.flushInterval = flushInterval
        self.status = status
        hasWork = Monitor.Condition(of: monitor)
        hasProgress = Monitor.Condition(of: monitor)
    }

    /// Puts an event at the end, once there is room.
    ///
    /// - Throws: `EventFileError` if the queue is closed, or the writer failed.
    func put(_ event: PendingEvent) throws(EventFileError) {
        let eventCost = event.cost
        try monitor.locked { () throws(EventFileError) in
            while true {
                if let failure { throw failure }
                if isClosed {
                    throw EventFileError(
                        path: status.path, problem: .closed,
                        description: "closed: nothing more can be logged")
                }
                if events.isEmpty
                    || events.count < capacity && cost + eventCost <= Self.costLimit
                {
                    break
                }
                hasWork.signal()
                hasProgress.wait()
            }
            if events.isEmpty { oldest = .now }
            events.append(event)
            cost += eventCost
            if events.count == 1 || isUrgent { hasWork.signal() }
        }
    }

    /// Waits until all events that were put so far are on the disk.
    ///
    /// - Throws: `EventFileError` if the writer failed.
    func flush() throws(EventFileError) {
        try monitor.locked { () throws(EventFileError) in
            askedFlushes += 1
            let flush = askedFlushes
            hasWork.signal()
            while doneFlushes < flush, failure == nil, !isFinished { hasProgress.wait() }
            if let failure { throw failure }
        }
    }

    /// Takes no more events; those that wait are still written.
    func close() {
        monitor.locked {
            isClosed = true
            hasWork.signal()
            hasProgress.signal()
        }
    }

    /// Why nothing can be written any more.
    var error: EventFileError? {
        monitor.locked { failure }
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
    func finish(_ batch: consuming Batch) {
        let flush = batch.flush
        var memory = batch.events
        _ = consume batch
        memory.removeAll(keepingCapacity: memory.capacity <= 4 * capacity)
        monitor.locked {
            spareEvents = memory
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
