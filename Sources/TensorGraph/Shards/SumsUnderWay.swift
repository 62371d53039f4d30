internal import CKernels
internal import Platform

/// The sums of a process that are under way, which a thread of their own moves on while others compute.
///
/// MPI moves messages only while it is called, and a step's kernels take milliseconds each. So the
/// thread calls it again and again as long as there are sums. In between it sleeps, at least twice as
/// long as the call took: where the processor and not the link is what limits, others compute on. A
/// process that waits for a sum moves it on by itself.
final class SumsUnderWay<Link: Messenger>: @unchecked Sendable {
    /// Everything below is used by one thread at a time, the one that has locked it.
    private let monitor = Monitor()
    private let hasSums: Monitor.Condition
    private let link: Link
    private var sums: [TreeSum<Link>] = []
    /// Room for what sums receive, and how much of it those under way have.
    private var room: [UnsafeMutableBufferPointer<Float>] = []
    /// How many of the first sums are known to be there.
    private var doneCount = 0
    /// When the sums that are under way began, since when none was; `nil` where none is.
    private var began: ContinuousClock.Instant?
    private var traffic = Traffic()
    private var isWaitedFor = false
    private var isEnding = false
    /// What has gone wrong in the thread.
    private var failure: (any Error)?
    private var thread: BackgroundThread?

    /// How long the thread sleeps at the least: at 10 Gbit/s, the time of 300 kB.
    private static var shortestPause: Duration { .microseconds(250) }

    init(over link: Link) {
        self.link = link
        hasSums = Monitor.Condition(of: monitor)
    }

    deinit { for memory in room { memory.deallocate() } }

    /// Ends the thread.
    func end() {
        monitor.locked {
            isEnding = true
            hasSums.signal()
        }
        thread?.join()
    }

    /// What sums have cost so far.
    var cost: Traffic { monitor.locked { traffic } }

    /// Begins a sum.
    func begin(_ numbers: UnsafeMutableBufferPointer<Float>, tag: Int) throws {
        try monitor.locked {
            try tellFailure()
            let now = ContinuousClock.now
            began = began ?? now
            let received = received(numbers.count)
            sums.append(try TreeSum(numbers, received: received, tag: tag, over: link))
            traffic.moving += now.duration(to: .now)
            if thread == nil, link.allowsThreads {
                thread = BackgroundThread { [self] in moveOn() }
            }
            hasSums.signal()
        }
    }

    /// Room for the next sum.
    private func received(_ count: Int) -> UnsafeMutablePointer<Float> {
        let number = sums.count
        if number == room.count { room.append(.allocate(capacity: max(1, count))) }
        if room[number].count < count {
            room[number].deallocate()
            room[number] = .allocate(capacity: count)
        }
        return room[number].baseAddress.unsafelyUnwrapped
    }

    /// Waits for the first sums; all of them if none are said.
    func finish(first count: Int = .max) throws {
        let isThere = try monitor.locked {
            try tellFailure()
            isWaitedFor = doneCount < min(count, sums.count)
            return !isWaitedFor
        }
        guard !isThere else { return }
        let start = ContinuousClock.now
        defer {
            monitor.locked {
                traffic.waiting += start.duration(to: .now)
                isWaitedFor = false
            }
        }
        try link.wait {
            try monitor.locked {
                try tellFailure()
                try advance()
                return doneCount >= min(count, sums.count)
            }
        }
    }

    /// Forgets the sums, which are there.
    func clear() {
        monitor.locked {
            for sum in sums {
                traffic.messages += sum.sent.messages
                traffic.bytes += sum.sent.bytes
            }
            if !sums.isEmpty { traffic.rounds += 1 }
            sums.removeAll(keepingCapacity: true)
            doneCount = 0
        }
    }

    /// Moves sums on until the end.
    private func moveOn() {
        // Sums are the same to the bit, whoever adds.
        _ = kernel_denormals_flush()
        monitor.locked {
            while !isEnding {
                guard began != nil, failure == nil else {
                    hasSums.wait()
                    continue
                }
                let start = ContinuousClock.now
                do { try advance() } catch { failure = error }
                let time = start.duration(to: .now)
                if !isWaitedFor { traffic.moving += time }
                hasSums.wait(atMost: max(Self.shortestPause, time * 2))
            }
        }
    }

    private func tellFailure() throws { if let failure { throw failure } }

    /// Goes on with all of them.
    private func advance() throws {
        for index in sums.indices.dropFirst(doneCount) {
            let isDone = try sums[index].advance(over: link)
            if isDone, index == doneCount { doneCount += 1 }
        }
        if doneCount == sums.count, let since = began {
            traffic.underWay += since.duration(to: .now)
            began = nil
        }
    }
}
