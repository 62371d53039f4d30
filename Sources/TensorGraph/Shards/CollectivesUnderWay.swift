internal import CKernels
internal import Platform

/// The sums and gathers of a process that are under way, which a thread of their own moves on while others
/// compute.
///
/// MPI moves messages only while it is called, and a step's kernels take milliseconds each. So the
/// thread calls it again and again as long as something is under way. In between it sleeps, at least twice
/// as long as the call took: where the processor and not the link is what limits, others compute on. A
/// process that waits moves all on by itself.
final class CollectivesUnderWay<Link: Messenger>: @unchecked Sendable {
    /// Everything below is used by one thread at a time, the one that has locked it.
    private let monitor = Monitor()
    private let hasSome: Monitor.Condition
    private let link: Link
    /// Those that were not known to be done when the last one began, and those begun since.
    private var collectives: [Collective<Link>] = []
    /// How many there were before them.
    private var firstNumber = 0
    /// Which of them are known to be done, and how many from the first one on.
    private var isDone: [Bool] = []
    private var doneCount = 0
    /// Room for what sums receive that none of those under way has.
    private var free: [UnsafeMutableBufferPointer<Float>] = []
    /// Since when something has been under way; `nil` where nothing is.
    private var began: ContinuousClock.Instant?
    private var traffic = Traffic()
    private var isWaitedFor = false
    private var isEnding = false
    /// What has gone wrong; nobody waits any more then.
    private var failure: (any Error)?
    private var thread: BackgroundThread?

    /// How long the thread sleeps at the least: at 10 Gbit/s, the time of 300 kB.
    private static var shortestPause: Duration { .microseconds(250) }

    init(over link: Link) {
        self.link = link
        hasSome = Monitor.Condition(of: monitor)
    }

    deinit {
        for memory in free + collectives.compactMap(\.received) { memory.deallocate() }
    }

    /// Ends the thread.
    func end() {
        monitor.locked {
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
    func begin(
        _ kind: Collective<Link>.Kind, _ numbers: UnsafeMutableBufferPointer<Float>,
        _ parts: Parts, tag: Int
    ) throws -> Int {
        try monitor.locked {
            try tellFailure()
            let now = ContinuousClock.now
            began = began ?? now
            forgetDone()
            collectives.append(
                try Collective(
                    kind, numbers, parts,
                    received: kind == .allGather ? nil : room(numbers.count), tag: tag, over: link))
            isDone.append(false)
            traffic.moving += now.duration(to: .now)
            if thread == nil, link.wantsThread {
                thread = BackgroundThread { [self] in moveOn() }
            }
            hasSome.signal()
            return firstNumber + collectives.count - 1
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
        let wasThere = try monitor.locked {
            try tellFailure()
            isWaitedFor = !isThere()
            return !isWaitedFor
        }
        guard !wasThere else { return }
        let start = ContinuousClock.now
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
        monitor.locked {
            while !isEnding {
                guard began != nil, failure == nil else {
                    hasSome.wait()
                    continue
                }
                let start = ContinuousClock.now
                do { try advance() } catch { failure = error }
                let time = start.duration(to: .now)
                if !isWaitedFor { traffic.moving += time }
                hasSome.wait(atMost: max(Self.shortestPause, time * 2))
            }
        }
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
            traffic.underWay += since.duration(to: .now)
            began = nil
        }
    }
}
