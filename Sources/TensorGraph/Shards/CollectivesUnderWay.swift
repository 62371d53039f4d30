internal import CKernels
internal import Platform

/// The sums and gathers of a process that are under way, which a thread of their own moves on while others
/// compute.
///
/// MPI moves messages only while it is called, and a step's kernels take milliseconds each. So the
/// thread calls it again and again as long as something is under way. In between it sleeps, at least four
/// times as long as the call took, unless something is begun: where the processor and not the link is what
/// limits, others compute on. Whoever begins something leaves it to the thread, and does not wait until
/// that has come back from a call. Whoever waits moves all on; where messages need no thread, whoever begins
/// something does so, too.
///
/// Nobody waits for another process to take what is sent to it, before the numbers are to change that are
/// sent. So one that is late for a moment catches up while the other goes on.
final class CollectivesUnderWay: @unchecked Sendable {
    private let link: any Messenger
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
    private var collectives: [Collective] = []
    /// How many there were before them.
    private var firstNumber = 0
    /// How many from the first one on have all their numbers, and how many are done.
    private var thereCount = 0
    private var doneCount = 0
    /// Room for sums that none of those under way has.
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
        let kind: Collective.Kind
        let numbers: UnsafeMutableBufferPointer<Float>
        let parts: Parts
        let tag: Int
        let time = ContinuousClock.now
    }

    init(over link: any Messenger) {
        self.link = link
        hasSome = Monitor.Condition(of: queue)
    }

    deinit {
        // What is under way may still be read and written.
        let done = collectives.filter(\.isDone).compactMap(\.room)
        for memory in free + done { memory.deallocate() }
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
        _ kind: Collective.Kind, _ numbers: UnsafeMutableBufferPointer<Float>,
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
                try advance()
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
                let count = Collective.roomCount(
                    request.kind, request.numbers.count, over: link)
                collectives.append(
                    try Collective(
                        request.kind, request.numbers, request.parts,
                        room: count > 0 ? room(count) : nil, tag: request.tag, over: link))
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
        free += collectives[..<doneCount].compactMap(\.room)
        collectives.removeFirst(doneCount)
        firstNumber += doneCount
        thereCount -= doneCount
        doneCount = 0
    }

    /// Waits for all, and until others have taken what this process sends.
    func finish() throws { try wait { doneCount == collectives.count } }

    /// Waits for the numbers of all up to the one of that number.
    func finish(through number: Int) throws {
        try wait { thereCount == collectives.count || firstNumber + thereCount > number }
    }

    /// Waits for the numbers of the one of that number.
    func finish(_ number: Int) throws {
        try wait {
            let index = number - firstNumber
            return !collectives.indices.contains(index) || collectives[index].isThere
        }
    }

    /// Waits until others have taken what this process sends for the one of that number.
    func finishSending(_ number: Int) throws {
        try wait {
            let index = number - firstNumber
            return !collectives.indices.contains(index) || collectives[index].isDone
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
        let isDone = doneCount == collectives.count
        queue.locked { isIdle = isDone && requests.isEmpty }
        return time
    }

    private func tellFailure() throws { if let failure { throw failure } }

    /// Goes on with all of them.
    private func advance() throws {
        for index in collectives.indices.dropFirst(doneCount) where !collectives[index].isDone {
            let wasThere = collectives[index].isThere
            try collectives[index].advance(over: link)
            guard !wasThere, collectives[index].isThere else { continue }
            traffic.messages += collectives[index].sent.messages
            traffic.bytes += collectives[index].sent.bytes
        }
        while doneCount < collectives.count, collectives[doneCount].isDone { doneCount += 1 }
        thereCount = max(thereCount, doneCount)
        while thereCount < collectives.count, collectives[thereCount].isThere { thereCount += 1 }
        if thereCount == collectives.count, let since = began {
            let now = ContinuousClock.now
            traffic.underWay += since.duration(to: now)
            (began, ended) = (nil, now)
        }
    }
}
