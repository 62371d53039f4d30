internal import CKernels
internal import Platform

/// The sums and gathers of a process that are under way, which a thread of their own moves on while others
/// compute.
///
/// MPI moves messages only while it is called, and a step's kernels take milliseconds each. So the
/// thread calls it again and again as long as something is under way. In between it sleeps, at least four
/// times as long as the call took, unless something is begun: where the processor and not the link is what
/// limits, others compute on. Whoever begins something leaves it to the thread, and does not wait until
/// that has come back from a call. Whoever waits moves all on. Where messages need no thread, what is begun
/// is sent at once.
final class CollectivesUnderWay<Link: Messenger>: @unchecked Sendable {
    private let link: Link
    private var thread: BackgroundThread?

    /// What was begun and is left to the thread, under a lock of its own.
    private let queue = Monitor()
    private let hasSome: Monitor.Condition
    private var requests: [Request] = []
    private var nextNumber = 0
    /// Whether nothing was under way when the thread looked last, and nothing has been begun since.
    private var isIdle = true
    private var isEnding = false

    /// Everything below is used by one thread at a time, the one that has locked it.
    private let monitor = Monitor()
    /// Those that were not known to be done when the last one began, and those begun since.
    private var collectives: [Collective<Link>] = []
    /// How many there were before them.
    private var firstNumber = 0
    /// Which of them are known to be done, and how many from the first one on.
    private var isDone: [Bool] = []
    private var doneCount = 0
    /// Room for what sums receive that none of those under way has.
    private var free: [UnsafeMutableBufferPointer<Float>] = []
    /// Since when something has been under way, `nil` where nothing is; and until when something was.
    private var began: ContinuousClock.Instant?
    private var ended: ContinuousClock.Instant?
    private var traffic = Traffic()
    private var isWaitedFor = false
    /// What has gone wrong; nobody waits any more then.
    private var failure: (any Error)?

    /// How long the thread sleeps at the least: at 10 Gbit/s the time of 1.25 MB, which the system's
    /// buffers hold. Each time that it wakes, somebody else's caches are lost.
    private static var shortestPause: Duration { .milliseconds(1) }

    /// A collective to begin.
    private struct Request {
        let kind: Collective<Link>.Kind
        let numbers: UnsafeMutableBufferPointer<Float>
        let parts: Parts
        let tag: Int
        let time = ContinuousClock.now
    }

    init(over link: Link) {
        self.link = link
        hasSome = Monitor.Condition(of: queue)
    }

    deinit {
        for memory in free + collectives.compactMap(\.received) { memory.deallocate() }
    }

    /// Ends the thread.
    func end() {
        queue.locked {
            isEnding = true
            hasSome.signal()
        }
        thread?.join()
    }

    /// What all has cost so far.
    var cost: Traffic { monitor.locked { traffic } }

    /// Begins a collective.
    ///
    /// - Returns: its number: from 0, one more each time.
    /// - Throws: what is wrong with the messenger, where there is no thread; else a wait does.
    func begin(
        _ kind: Collective<Link>.Kind, _ numbers: UnsafeMutableBufferPointer<Float>,
        _ parts: Parts, tag: Int
    ) throws -> Int {
        let number = queue.locked {
            requests.append(Request(kind: kind, numbers: numbers, parts: parts, tag: tag))
            isIdle = false
            hasSome.signal()
            defer { nextNumber += 1 }
            return nextNumber
        }
        if !link.wantsThread {
            try monitor.locked {
                try tellFailure()
                let start = ContinuousClock.now
                try take()
                traffic.moving += start.duration(to: .now)
            }
        } else if thread == nil {
            thread = BackgroundThread { [self] in moveOn() }
        }
        return number
    }

    /// Begins what was asked for.
    private func take() throws {
        let taken = queue.locked {
            defer { requests.removeAll(keepingCapacity: true) }
            return requests
        }
        guard let first = taken.first else { return }
        began = began ?? max(first.time, ended ?? first.time)
        forgetDone()
        do {
            for request in taken {
                let received = request.kind == .allGather ? nil : room(request.numbers.count)
                collectives.append(
                    try Collective(
                        request.kind, request.numbers, request.parts, received: received,
                        tag: request.tag, over: link))
                isDone.append(false)
            }
        } catch {
            failure = error
            throw error
        }
    }

    /// Room for so many numbers.
    private func room(_ count: Int) -> UnsafeMutableBufferPointer<Float> {
        if let index = free.firstIndex(where: { $0.count >= count }) {
            return free.remove(at: index)
        }
        // One that is too small makes way.
        free.popLast()?.deallocate()
        return .allocate(capacity: max(1, count))
    }

    private func forgetDone() {
        free += collectives[..<doneCount].compactMap(\.received)
        collectives.removeFirst(doneCount)
        isDone.removeFirst(doneCount)
        firstNumber += doneCount
        doneCount = 0
    }

    /// Waits for all up to the one of that number; for all there are if none is said.
    func finish(through number: Int = .max) throws {
        try wait { doneCount == collectives.count || firstNumber + doneCount > number }
    }

    /// Waits for the one of that number.
    func finish(_ number: Int) throws {
        try wait {
            let index = number - firstNumber
            return !isDone.indices.contains(index) || isDone[index]
        }
    }

    private func wait(until isThere: () -> Bool) throws {
        let start = ContinuousClock.now
        let wasThere = try monitor.locked {
            try tellFailure()
            try take()
            isWaitedFor = !isThere()
            return !isWaitedFor
        }
        guard !wasThere else { return }
        defer {
            monitor.locked {
                traffic.waiting += start.duration(to: .now)
                isWaitedFor = false
            }
        }
        do {
            try link.wait {
                try monitor.locked {
                    try tellFailure()
                    try advance()
                    return isThere()
                }
            }
        } catch {
            monitor.locked { failure = failure ?? error }
            throw error
        }
    }

    /// Counts a round: what was begun for a step has been waited for.
    func countRound() { monitor.locked { traffic.rounds += 1 } }

    /// Moves all on until the end.
    private func moveOn() {
        // Sums are the same to the bit, whoever adds.
        _ = kernel_denormals_flush()
        while true {
            let isEnding = queue.locked {
                while isIdle, !self.isEnding { hasSome.wait() }
                return self.isEnding
            }
            if isEnding { return }
            guard let time = monitor.locked(move) else { return }
            queue.locked {
                guard !isIdle, requests.isEmpty, !self.isEnding else { return }
                hasSome.wait(atMost: max(Self.shortestPause, time * 4))
            }
        }
    }

    /// Moves all on once.
    ///
    /// - Returns: how long it took; `nil` after a failure.
    private func move() -> Duration? {
        guard failure == nil else { return nil }
        let start = ContinuousClock.now
        do {
            try take()
            try advance()
        } catch {
            failure = error
            return nil
        }
        let time = start.duration(to: .now)
        if !isWaitedFor { traffic.moving += time }
        queue.locked { isIdle = began == nil && requests.isEmpty }
        return time
    }

    private func tellFailure() throws { if let failure { throw failure } }

    /// Goes on with all of them.
    private func advance() throws {
        for index in collectives.indices.dropFirst(doneCount) where !isDone[index] {
            isDone[index] = try collectives[index].advance(over: link)
            guard isDone[index] else { continue }
            traffic.messages += collectives[index].sent.messages
            traffic.bytes += collectives[index].sent.bytes
        }
        while doneCount < collectives.count, isDone[doneCount] { doneCount += 1 }
        if doneCount == collectives.count, let since = began {
            let now = ContinuousClock.now
            traffic.underWay += since.duration(to: now)
            (began, ended) = (nil, now)
        }
    }
}
