internal import CKernels

/// One sum over all processes while it is under way.
///
/// Recursive halving and doubling (Rabenseifner, "Optimization of collective reduction operations",
/// ICCS 2004; Thakur, Rabenseifner and Gropp, IJHPCA 19(1), 2005). In round k a process exchanges with
/// the one whose number differs in bit k. First each sends the half of its part that it does not go on
/// with, and adds the other one's to the half that it keeps; then the parts travel back. Since round k
/// joins neighbours of 2ᵏ processes, each number is summed as a binary tree over processes has it:
/// ((0 + 1) + (2 + 3)) + …, and a process sends 2 (n - 1)/n of the numbers, as around a ring.
///
/// Few numbers are exchanged whole in each round instead: half the messages, and the same sums, for
/// a + b is b + a.
struct TreeSum<Link: Messenger> {
    private let numbers: UnsafeMutableBufferPointer<Float>
    private let received: UnsafeMutablePointer<Float>
    private let tag: Int
    private let roundCount: Int
    private let isWhole: Bool
    private var round = 0
    private var isSpreading = false
    /// The part that is kept in each round, before it.
    private var parts: [Range<Int>]
    /// What was sent so far.
    private(set) var sent = (messages: 0, bytes: 0)
    private var sending: Link.Message?
    private var receiving: Link.Message?

    /// At most so many numbers are exchanged whole.
    static var smallCount: Int { 1024 }

    /// Begins the sum.
    ///
    /// - Parameter received: room for as many numbers, the sum's own until it is done.
    init(
        _ numbers: UnsafeMutableBufferPointer<Float>, received: UnsafeMutablePointer<Float>,
        tag: Int, over link: Link
    ) throws {
        self.numbers = numbers
        self.received = received
        self.tag = tag
        roundCount = link.count.trailingZeroBitCount
        isWhole = numbers.count <= Self.smallCount
        parts = [0..<numbers.count]
        try beginRound(link)
    }

    /// Goes on as far as messages have arrived.
    ///
    /// - Returns: whether the sum is there.
    mutating func advance(over link: Link) throws -> Bool {
        while !isDone {
            guard try hasArrived(link) else { return false }
            if !isSpreading { add(link) }
            endRound()
            try beginRound(link)
        }
        return true
    }

    private var isDone: Bool { isWhole ? round == roundCount : isSpreading && round < 0 }

    /// What a process keeps of a part in a round: its lower half where its number's bit is 0.
    private func half(of part: Range<Int>, _ round: Int, rank: Int) -> Range<Int> {
        let middle = part.lowerBound + part.count / 2
        return rank >> round & 1 == 0
            ? part.lowerBound..<middle : middle..<part.upperBound
    }

    private mutating func beginRound(_ link: Link) throws {
        guard !isDone, roundCount > 0 else { return }
        let peer = link.rank ^ (1 << round)
        let part = parts[isWhole ? 0 : round]
        if isWhole {
            try exchange(send: part, receive: part, peer, link)
            return
        }
        let (own, other) = (
            half(of: part, round, rank: link.rank), half(of: part, round, rank: peer)
        )
        if isSpreading {
            try exchange(send: own, receive: other, peer, link)
        } else {
            parts.append(own)
            try exchange(send: other, receive: own, peer, link)
        }
    }

    private mutating func exchange(
        send: Range<Int>, receive: Range<Int>, _ peer: Int, _ link: Link
    ) throws {
        // Parts that are added to what is here arrive beside it.
        let place = isSpreading ? numbers.baseAddress : received
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
        guard roundCount > 0, let sums = numbers.baseAddress else { return }
        let part = isWhole ? parts[0] : parts[round + 1]
        let (own, other) = (sums + part.lowerBound, received + part.lowerBound)
        kernel_add(own, own, other, part.count)
    }

    private mutating func endRound() {
        if isSpreading {
            round -= 1
        } else if isWhole || round + 1 < roundCount {
            round += 1
        } else {
            isSpreading = true
        }
    }
}
