internal import CKernels

/// What all processes do together with numbers while it is under way: a sum, or one of its halves.
///
/// A sum (all-reduce) goes by recursive halving and doubling (Rabenseifner, "Optimization of collective
/// reduction operations", ICCS 2004; Thakur, Rabenseifner and Gropp, IJHPCA 19(1), 2005). In round k a
/// process exchanges with the one whose number differs in bit k. First each sends the half of its block
/// that it does not go on with, and adds the other one's to the half that it keeps (reduce-scatter); then
/// the blocks travel back (all-gather). Since round k joins neighbours of 2ᵏ processes, each number is
/// summed as a binary tree over processes has it: ((0 + 1) + (2 + 3)) + …, and a process sends
/// 2 (n - 1)/n of the numbers, as around a ring.
///
/// Few numbers are summed by exchanging them whole in each round instead: half the messages, and the same
/// sums, for a + b is b + a.
struct Collective<Link: Messenger> {
    /// What it is; named as in MPI.
    enum Kind {
        /// All get the sums.
        case allReduce
        /// Each gets the sums of its part.
        case reduceScatter
        /// All get the parts that each has.
        case allGather
    }

    /// Room for what is added to what is here; `nil` where nothing is.
    let received: UnsafeMutableBufferPointer<Float>?
    /// What was sent so far.
    private(set) var sent = (messages: 0, bytes: 0)

    private let numbers: UnsafeMutableBufferPointer<Float>
    private let kind: Kind
    private let parts: Parts
    private let tag: Int
    private let isWhole: Bool
    /// The number of this process's part.
    private let own: Int
    /// By which bit the number of the other one's part differs in this round.
    private var bit: Int
    private var isSpreading = false
    private var sending: Link.Message?
    private var receiving: Link.Message?

    /// At most so many numbers are summed by exchanging them whole.
    static var smallCount: Int { 1024 }

    /// Begins it.
    ///
    /// - Parameters:
    ///   - parts: those of sums, but of an all-gather any.
    ///   - received: room for as many numbers, its own until it is done; all but an all-gather need it.
    init(
        _ kind: Kind, _ numbers: UnsafeMutableBufferPointer<Float>, _ parts: Parts,
        received: UnsafeMutableBufferPointer<Float>?, tag: Int, over link: Link
    ) throws {
        (self.kind, self.numbers, self.parts, self.received) = (kind, numbers, parts, received)
        self.tag = tag
        isWhole = kind == .allReduce && numbers.count <= Self.smallCount
        own = parts.turned(link.rank, processes: link.count)
        bit = link.count.trailingZeroBitCount - 1
        if kind == .allGather || bit < 0 { (isSpreading, bit) = (true, 0) }
        try beginRound(link)
    }

    /// Goes on as far as messages have arrived.
    ///
    /// - Returns: whether it is done.
    mutating func advance(over link: Link) throws -> Bool {
        while !isDone(link) {
            guard try hasArrived(link) else { return false }
            if !isSpreading { add(link) }
            endRound()
            try beginRound(link)
        }
        return true
    }

    private func isDone(_ link: Link) -> Bool {
        isSpreading
            && (isWhole || kind == .reduceScatter || bit == link.count.trailingZeroBitCount)
    }

    /// The numbers of the 2ᵇ parts around one, b being this round's bit.
    private func block(around part: Int, _ link: Link) -> Range<Int> {
        guard !isWhole else { return numbers.indices }
        let first = (part >> bit) << bit
        return parts.numbers(first..<first + 1 << bit, processes: link.count)
    }

    private mutating func beginRound(_ link: Link) throws {
        guard !isDone(link) else { return }
        let other = own ^ 1 << bit
        let peer = parts.turned(other, processes: link.count)
        let (mine, others) = (block(around: own, link), block(around: other, link))
        if isSpreading {
            try exchange(send: mine, receive: others, peer, link)
        } else {
            try exchange(send: others, receive: mine, peer, link)
        }
    }

    private mutating func exchange(
        send: Range<Int>, receive: Range<Int>, _ peer: Int, _ link: Link
    ) throws {
        // What is added to what is here arrives beside it.
        let place = isSpreading ? numbers.baseAddress : received?.baseAddress
        if !receive.isEmpty, let place {
            let bytes = UnsafeMutableBufferPointer(
                start: place + receive.lowerBound, count: receive.count)
            receiving = try link.receive(UnsafeMutableRawBufferPointer(bytes), from: peer, tag: tag)
        }
        if !send.isEmpty {
            let bytes = UnsafeBufferPointer(rebasing: numbers[send])
            sending = try link.send(UnsafeRawBufferPointer(bytes), to: peer, tag: tag)
            sent.messages += 1
            sent.bytes += bytes.count * MemoryLayout<Float>.stride
        }
    }

    private mutating func hasArrived(_ link: Link) throws -> Bool {
        if var message = receiving {
            guard try link.isDone(&message) else {
                receiving = message
                return false
            }
            receiving = nil
        }
        if var message = sending {
            guard try link.isDone(&message) else {
                sending = message
                return false
            }
            sending = nil
        }
        return true
    }

    private func add(_ link: Link) {
        guard let sums = numbers.baseAddress, let received = received?.baseAddress else { return }
        let block = block(around: own, link)
        let (own, other) = (sums + block.lowerBound, received + block.lowerBound)
        kernel_add(own, own, other, block.count)
    }

    private mutating func endRound() {
        if isSpreading {
            bit += 1
        } else if bit > 0 {
            bit -= 1
        } else {
            isSpreading = true
        }
    }
}
