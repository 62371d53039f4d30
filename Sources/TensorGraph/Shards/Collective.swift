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
/// sums, for a + b is b + a. Between two processes that is as few bytes, so that more numbers go so.
///
/// A process has its numbers as soon as they have arrived; what it sends others may take later, as long as
/// it does not change.
struct Collective {
    /// What it is; named as in MPI.
    enum Kind {
        /// All get the sums.
        case allReduce
        /// Each gets the sums of its part.
        case reduceScatter
        /// All get the parts that each has.
        case allGather
    }

    /// Memory for what arrives to be added, and for copies of numbers that change while they are sent.
    let room: UnsafeMutableBufferPointer<Float>?
    /// Whether its numbers are there, and those of sums may be changed.
    private(set) var isThere = false
    /// Whether others have taken all that this process sends, too.
    private(set) var isDone = false
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
    private var round = 0
    private var receiving: (any PendingMessage)?
    /// What others have not taken yet.
    private var sending: [any PendingMessage] = []

    /// Whether so many numbers are summed by exchanging them whole.
    private static func isWhole(_ count: Int, over link: any Messenger) -> Bool {
        count <= (link.count == 2 ? 1 << 17 : 1024)
    }

    /// How many numbers it needs room for.
    static func roomCount(_ kind: Kind, _ count: Int, over link: any Messenger) -> Int {
        switch kind {
        case .allGather: 0
        case .allReduce where isWhole(count, over: link):
            count * (1 + link.count.trailingZeroBitCount)
        case .allReduce, .reduceScatter: count
        }
    }

    /// Begins it.
    ///
    /// - Parameters:
    ///   - parts: those of sums, but of an all-gather any.
    ///   - room: of ``roomCount(_:_:over:)`` numbers, its own until it is done; `nil` for none.
    init(
        _ kind: Kind, _ numbers: UnsafeMutableBufferPointer<Float>, _ parts: Parts,
        room: UnsafeMutableBufferPointer<Float>?, tag: Int, over link: any Messenger
    ) throws {
        (self.kind, self.numbers, self.parts, self.room) = (kind, numbers, parts, room)
        self.tag = tag
        isWhole = kind == .allReduce && Self.isWhole(numbers.count, over: link)
        own = parts.turned(link.rank, processes: link.count)
        bit = link.count.trailingZeroBitCount - 1
        if kind == .allGather || bit < 0 { (isSpreading, bit) = (true, 0) }
        try beginRound(link)
    }

    /// Goes on as far as messages have arrived.
    mutating func advance(over link: any Messenger) throws {
        try notePartings()
        while !isComplete(link), try hasArrived() {
            if !isSpreading { add(link) }
            endRound()
            try beginRound(link)
        }
        let isComplete = isComplete(link)
        isDone = isComplete && sending.isEmpty
        // Sums may be changed: nothing is sent from where they are.
        isThere = isDone || isComplete && (kind == .allGather || isWhole)
    }

    private func isComplete(_ link: any Messenger) -> Bool {
        isSpreading
            && (isWhole || kind == .reduceScatter || bit == link.count.trailingZeroBitCount)
    }

    /// The numbers of the 2ᵇ parts around one, b being this round's bit.
    private func block(around part: Int, _ link: any Messenger) -> Range<Int> {
        guard !isWhole else { return numbers.indices }
        let first = (part >> bit) << bit
        return parts.numbers(first..<first + 1 << bit, processes: link.count)
    }

    private mutating func beginRound(_ link: any Messenger) throws {
        guard !isComplete(link) else { return }
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
        send: Range<Int>, receive: Range<Int>, _ peer: Int, _ link: any Messenger
    ) throws {
        // What is added to what is here arrives beside it.
        let place = isSpreading ? numbers.baseAddress : room?.baseAddress
        if !receive.isEmpty, let place {
            let bytes = UnsafeMutableBufferPointer(
                start: place + receive.lowerBound, count: receive.count)
            receiving = try link.receive(UnsafeMutableRawBufferPointer(bytes), from: peer, tag: tag)
        }
        if !send.isEmpty {
            let bytes = UnsafeRawBufferPointer(leaving(send))
            sending.append(try link.send(bytes, to: peer, tag: tag))
            sent.messages += 1
            sent.bytes += bytes.count
        }
    }

    /// Numbers as they are to be sent: those that change meanwhile are copied.
    private func leaving(_ part: Range<Int>) -> UnsafeBufferPointer<Float> {
        let numbers = UnsafeBufferPointer(rebasing: numbers[part])
        guard isWhole, let room else { return numbers }
        let copy = UnsafeMutableBufferPointer(
            rebasing: room[(1 + round) * numbers.count..<(2 + round) * numbers.count])
        _ = copy.update(from: numbers)
        return UnsafeBufferPointer(copy)
    }

    /// Whether what this round needs has arrived, and nothing is sent any more that it changes.
    private mutating func hasArrived() throws -> Bool {
        if let message = receiving {
            guard try message.isDone() else { return false }
            receiving = nil
        }
        return isSpreading || isWhole || sending.isEmpty
    }

    private mutating func notePartings() throws {
        for index in sending.indices.reversed() where try sending[index].isDone() {
            sending.remove(at: index)
        }
    }

    private func add(_ link: any Messenger) {
        guard let sums = numbers.baseAddress, let received = room?.baseAddress else { return }
        let block = block(around: own, link)
        let (own, other) = (sums + block.lowerBound, received + block.lowerBound)
        kernel_add(own, own, other, block.count)
    }

    private mutating func endRound() {
        round += 1
        if isSpreading {
            bit += 1
        } else if bit > 0 {
            bit -= 1
        } else {
            isSpreading = true
        }
    }
}
