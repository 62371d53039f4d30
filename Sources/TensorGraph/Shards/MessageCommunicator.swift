/// A communicator that stands on messages.
///
/// Bytes are given and gathered when no sums or gathers are under way any more: a messenger is called by
/// one thread at a time.
public final class MessageCommunicator: Communicator {
    private let link: any Messenger
    private let underWay: CollectivesUnderWay
    /// The number of the last sum, and of the last one that was waited for.
    private var lastSum = -1, finishedSum = -1
    private var tag = 0

    /// This process's number.
    public var rank: Int { link.rank }
    /// How many there are.
    public var count: Int { link.count }

    /// - Precondition: the number of processes is a power of two.
    public init(_ link: any Messenger) {
        precondition(link.count.nonzeroBitCount == 1, "sums need a power of two of processes")
        self.link = link
        underWay = CollectivesUnderWay(over: link)
    }

    deinit { underWay.end() }

    // MARK: Numbers

    /// What sums and gathers have cost so far.
    public var traffic: Traffic { underWay.cost }

    /// Begins a sum.
    @discardableResult
    public func beginSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> Int {
        lastSum = try begin(.allReduce, numbers, .ofSums(numbers.count))
        return lastSum
    }

    /// Begins a sum of which each process gets a part.
    @discardableResult
    public func beginReduceScatter(_ numbers: UnsafeMutableBufferPointer<Float>) throws -> Int {
        lastSum = try begin(.reduceScatter, numbers, .ofSums(numbers.count))
        return lastSum
    }

    /// Begins to give all processes the part that each has.
    @discardableResult
    public func beginAllGather(
        _ numbers: UnsafeMutableBufferPointer<Float>, _ parts: Parts
    ) throws -> Int {
        try begin(.allGather, numbers, parts)
    }

    private func begin(
        _ kind: Collective.Kind, _ numbers: UnsafeMutableBufferPointer<Float>,
        _ parts: Parts
    ) throws -> Int {
        guard count > 1 else { return 0 }
        return try underWay.begin(kind, numbers, parts, tag: nextTag())
    }

    /// Waits for one of them.
    public func finish(_ number: Int) throws { try underWay.finish(number) }

    /// Waits for all up to one of them.
    public func finish(through number: Int) throws { try underWay.finish(through: number) }

    /// Waits until others have taken what one of them sends.
    public func finishSending(_ number: Int) throws { try underWay.finishSending(number) }

    /// Waits for all.
    public func finish() throws { try underWay.finish() }

    /// Waits for the sums.
    public func finishSums() throws {
        guard lastSum > finishedSum, count > 1 else { return }
        try underWay.finish(through: lastSum)
        finishedSum = lastSum
        underWay.countRound()
    }

    // MARK: Bytes

    /// Gives all the bytes of process 0, by a binomial tree: whoever has them gives them to the process
    /// whose number differs in the next lower bit.
    public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
        guard count > 1, !bytes.isEmpty else { return }
        try finish()
        let tag = nextTag()
        let lowest = rank == 0 ? count.trailingZeroBitCount : rank.trailingZeroBitCount
        if rank != 0 {
            try receive(bytes, from: rank & (rank - 1), tag: tag)
        }
        for bit in (0..<lowest).reversed() {
            try send(UnsafeRawBufferPointer(bytes), to: rank | 1 << bit, tag: tag)
        }
    }

    /// Gathers the bytes in process 0, which gives all of them to all.
    public func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
        guard count > 1 else { return [bytes] }
        try finish()
        let tag = nextTag()
        var all: [[UInt8]] = [bytes]
        if rank == 0 {
            for peer in 1..<count {
                var length = UInt64(0)
                try withUnsafeMutableBytes(of: &length) { try receive($0, from: peer, tag: tag) }
                var own = [UInt8](repeating: 0, count: Int(length))
                if length > 0 {
                    try own.withUnsafeMutableBytes { try receive($0, from: peer, tag: tag) }
                }
                all.append(own)
            }
        } else {
            var length = UInt64(bytes.count)
            try withUnsafeBytes(of: &length) { try send($0, to: 0, tag: tag) }
            if length > 0 { try bytes.withUnsafeBytes { try send($0, to: 0, tag: tag) } }
        }
        var lengths = [UInt64](repeating: 0, count: count)
        if rank == 0 { lengths = all.map { UInt64($0.count) } }
        try lengths.withUnsafeMutableBytes { try broadcast($0) }
        var joined = rank == 0 ? all.flatMap(\.self) : []
        if rank != 0 { joined = [UInt8](repeating: 0, count: Int(lengths.reduce(0, +))) }
        try joined.withUnsafeMutableBytes { try broadcast($0) }
        var start = 0
        return lengths.map { length in
            defer { start += Int(length) }
            return Array(joined[start..<start + Int(length)])
        }
    }

    private func nextTag() -> Int {
        defer { tag = (tag + 1) % 32_000 }
        return tag
    }

    private func send(_ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws {
        try withMessage(bytes.count) { message in
            message.copyMemory(from: bytes)
            return try link.send(UnsafeRawBufferPointer(message), to: peer, tag: tag)
        }
    }

    private func receive(
        _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
    ) throws {
        try withMessage(bytes.count) { message in
            try link.receive(message, from: peer, tag: tag)
        } then: {
            bytes.copyMemory(from: UnsafeRawBufferPointer($0))
        }
    }

    /// Waits for a message that `begin` begins. Its bytes have memory of their own: where the wait fails, the
    /// message is still under way, and they stay until the process ends.
    private func withMessage(
        _ byteCount: Int, begin: (UnsafeMutableRawBufferPointer) throws -> any PendingMessage,
        then: (UnsafeMutableRawBufferPointer) -> Void = { _ in }
    ) throws {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: 8)
        let message = try begin(bytes)
        try link.wait { try message.isDone() }
        then(bytes)
        bytes.deallocate()
    }
}

extension Messenger {
    /// Waits until something is done.
    func wait(_ isDone: () throws -> Bool) throws {
        var vain = 0
        while try !isDone() {
            try rest(vain: vain)
            vain += 1
        }
    }
}
