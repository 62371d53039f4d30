/// A communicator that stands on messages.
public final class MessageCommunicator<Link: Messenger>: Communicator {
    private let link: Link
    private let sums: SumsUnderWay<Link>
    private var tag = 0

    /// This process's number.
    public var rank: Int { link.rank }
    /// How many there are.
    public var count: Int { link.count }

    /// - Precondition: the number of processes is a power of two.
    public init(_ link: Link) {
        precondition(link.count.nonzeroBitCount == 1, "sums need a power of two of processes")
        self.link = link
        sums = SumsUnderWay(over: link)
    }

    deinit { sums.end() }

    // MARK: Sums

    /// What sums have cost so far.
    public var traffic: Traffic { sums.cost }

    /// Begins a sum.
    public func beginSum(_ numbers: UnsafeMutableBufferPointer<Float>) throws {
        if count > 1 { try sums.begin(numbers, tag: nextTag()) }
    }

    /// Waits for the first sums.
    public func finishSums(first count: Int) throws { try sums.finish(first: count) }

    /// Waits for the sums.
    public func finishSums() throws {
        try sums.finish()
        sums.clear()
    }

    // MARK: Bytes

    /// Gives all the bytes of process 0, by a binomial tree: whoever has them gives them to the process
    /// whose number differs in the next lower bit.
    public func broadcast(_ bytes: UnsafeMutableRawBufferPointer) throws {
        guard count > 1, !bytes.isEmpty else { return }
        let tag = nextTag()
        let lowest = rank == 0 ? count.trailingZeroBitCount : rank.trailingZeroBitCount
        if rank != 0 {
            try finish(link.receive(bytes, from: rank & (rank - 1), tag: tag))
        }
        for bit in (0..<lowest).reversed() {
            try finish(link.send(UnsafeRawBufferPointer(bytes), to: rank | 1 << bit, tag: tag))
        }
    }

    /// Gathers the bytes in process 0, which gives all of them to all.
    public func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
        guard count > 1 else { return [bytes] }
        let tag = nextTag()
        var all: [[UInt8]] = [bytes]
        if rank == 0 {
            for peer in 1..<count {
                var length = UInt64(0)
                try withUnsafeMutableBytes(of: &length) {
                    try finish(link.receive($0, from: peer, tag: tag))
                }
                var own = [UInt8](repeating: 0, count: Int(length))
                if length > 0 {
                    try own.withUnsafeMutableBytes {
                        try finish(link.receive($0, from: peer, tag: tag))
                    }
                }
                all.append(own)
            }
        } else {
            var length = UInt64(bytes.count)
            try withUnsafeBytes(of: &length) { try finish(link.send($0, to: 0, tag: tag)) }
            if length > 0 {
                try bytes.withUnsafeBytes { try finish(link.send($0, to: 0, tag: tag)) }
            }
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

    private func finish(_ message: Link.Message) throws {
        var message = message
        try link.wait { try link.isDone(&message) }
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
