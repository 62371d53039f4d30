internal import CKernels

/// What a process's shards have computed, in the buckets in which it goes to other processes: sums over
/// shards, and rows of all of them.
///
/// A bucket of sums has several small tensors or a part of a large one, in the order in which they are
/// computed: few large messages, each as early as can be; and what is made of the first part of a large
/// tensor does not wait for the last. The last bucket has the tally, too. A large tensor is summed where it
/// was computed, if nothing else depends on it there: to copy it takes as long as to send it.
///
/// Rows have a bucket by themselves, wherever they are gathered.
///
/// A shard's numbers times its share of the batch are the tree's leaves. As in a binary counter, the
/// sum of 2ᵏ neighbours waits in level k for that of the next ones. Where there are no other
/// processes, the last leaf is added by whoever reads the sum.
struct ShardBuckets {
    private let sizes: [Int]
    /// Where the rows are gathered of those tensors that are not summed.
    private let rows: [Int: ShardRows]
    private var buckets: [Bucket] = []
    private var places: [Place]
    private let memory: Arena
    private let levels: [Arena]
    /// Where each tensor begins in a level.
    private var levelOffsets: [Int]
    /// At the last bucket's end.
    private let tallyNumbers: UnsafeMutableBufferPointer<Float>
    private let terms = ShardTerms()
    /// The first bucket that was not given away yet.
    private var next = 0

    /// Where a tensor is summed.
    private struct Place {
        /// Its buckets.
        var buckets: Range<Int>
        /// Room for its numbers.
        let room: UnsafeMutablePointer<Float>
        /// Where they begin: there, or where a large one was computed.
        var start: UnsafeMutablePointer<Float>
    }

    private struct Bucket {
        var numbers: UnsafeMutableBufferPointer<Float>
        let tensorCount: Int
        let content: Content
        /// How many of its tensors are not there yet.
        var missing = 0
    }

    /// What is in a bucket.
    enum Content {
        case smallSums
        /// A part of the sum of a tensor.
        case largeSum(Int)
        case rows(ShardRows)
    }

    /// A bucket is full with so many numbers.
    static let fullCount = 1 << 17
    /// A part of a large tensor has so many at the most, and half of that at the least.
    static let partCount = 1 << 18

    /// The parts of a tensor of so many numbers that are summed one after the other: all about as large, so
    /// that each can be divided among processes. They begin at multiples of a cache line.
    static func parts(of count: Int) -> [Range<Int>] {
        let partCount = max(1, (count + Self.partCount - 1) / Self.partCount)
        let lines = (count + 15) / 16
        func start(_ part: Int) -> Int { min(part * lines / partCount * 16, count) }
        return (0..<partCount).map { start($0)..<start($0 + 1) }
    }

    /// - Parameters:
    ///   - sizes: the numbers of each tensor.
    ///   - rows: where rows of tensors are gathered that are not summed.
    ///   - order: the order in which the tensors are computed.
    ///   - levels: the depth of the tree over the process's shards.
    init(
        sizes: [Int], rows: [Int: ShardRows] = [:], order: [Int], levels: Int, tallyCount: Int
    ) {
        let sizes = sizes.enumerated().map { rows[$0] == nil ? $1 : 0 }
        (self.sizes, self.rows) = (sizes, rows)
        // Buckets and tensors begin at multiples of a cache line.
        func rounded(_ count: Int) -> Int { (count + 15) & ~15 }
        let total = sizes.reduce(rounded(tallyCount)) { $0 + rounded($1) }
        memory = Arena(size: total * MemoryLayout<Float>.stride)
        let start = memory.pointer.assumingMemoryBound(to: Float.self)
        places = sizes.map { _ in Place(buckets: 0..<0, room: start, start: start) }

        var (end, filled, tensorCount) = (0, 0, 0)
        func close(
            _ buckets: inout [Bucket], count: Int? = nil, _ content: Content = .smallSums
        ) {
            let numbers = UnsafeMutableBufferPointer(
                start: start + end - filled, count: count ?? filled)
            buckets.append(Bucket(numbers: numbers, tensorCount: tensorCount, content: content))
            (filled, tensorCount) = (0, 0)
        }
        for tensor in order {
            let size = sizes[tensor]
            let isLarge = size >= Self.fullCount
            if isLarge || rows[tensor] != nil, filled > 0 { close(&buckets) }
            places[tensor] = Place(
                buckets: buckets.count..<buckets.count + 1, room: start + end, start: start + end)
            if let rows = rows[tensor] {
                buckets.append(
                    Bucket(numbers: rows.numbers, tensorCount: 1, content: .rows(rows)))
                continue
            }
            for part in Self.parts(of: size) {
                end += rounded(part.count)
                filled += rounded(part.count)
                tensorCount += 1
                places[tensor].buckets = places[tensor].buckets.lowerBound..<buckets.count + 1
                // Wherever a large one is summed, its buckets are its parts.
                if isLarge {
                    close(&buckets, count: part.count, .largeSum(tensor))
                } else if filled >= Self.fullCount {
                    close(&buckets)
                }
            }
        }
        tallyNumbers = UnsafeMutableBufferPointer(start: start + end, count: tallyCount)
        end += rounded(tallyCount)
        filled += rounded(tallyCount)
        if filled > 0 || buckets.isEmpty { close(&buckets) }

        levelOffsets = Array(repeating: 0, count: sizes.count)
        var levelSize = 0
        for (tensor, size) in sizes.enumerated() {
            levelOffsets[tensor] = levelSize
            levelSize += rounded(size)
        }
        self.levels = (0..<levels).map { _ in Arena(size: levelSize * MemoryLayout<Float>.stride) }
    }

    /// Begins with the tally's numbers and nothing else.
    mutating func begin(_ tally: [Float]) {
        next = 0
        for index in buckets.indices { buckets[index].missing = buckets[index].tensorCount }
        _ = tallyNumbers.update(from: tally)
    }

    /// The tally's sums.
    var tally: [Float] { Array(tallyNumbers) }

    /// The buckets of a tensor's parts, in order.
    func buckets(of tensor: Int) -> [Int] {
        let parts = Self.parts(of: sizes[tensor])
        return parts.indices.map { places[tensor].buckets.lowerBound + $0 }
    }

    /// Whether a tensor has buckets of its own, which are its parts.
    func isLarge(_ tensor: Int) -> Bool { sizes[tensor] >= Self.fullCount }

    /// The next bucket that is complete, each once and always in the same order: in all processes sums
    /// begin one after the other as they do in this one.
    ///
    /// - Returns: its numbers, and what they are.
    mutating func nextComplete() -> (UnsafeMutableBufferPointer<Float>, Content)? {
        guard next < buckets.count, buckets[next].missing == 0 else { return nil }
        next += 1
        return (buckets[next - 1].numbers, buckets[next - 1].content)
    }

    /// The sum of a tensor.
    func numbers(of tensor: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: places[tensor].start, count: sizes[tensor])
    }

    /// Adds a shard's numbers.
    ///
    /// - Parameters:
    ///   - share: what they are multiplied by first.
    ///   - shard: its number among the process's own.
    ///   - isLast: whether it is the last of those.
    ///   - room: the same numbers, where they may be changed until all sums are there.
    mutating func add(
        _ numbers: UnsafeBufferPointer<Float>, share: Float, of tensor: Int, shard: Int,
        isLast: Bool, in room: UnsafeMutableBufferPointer<Float>? = nil, pool: OpaquePointer?
    ) {
        let joined = (~shard).trailingZeroBitCount
        if isLast, isLarge(tensor) {
            place(tensor, at: room?.baseAddress ?? places[tensor].room)
        }
        let sum = isLast ? self.numbers(of: tensor).baseAddress : level(joined, tensor)
        terms.set(
            last: numbers.baseAddress, share: share, levels: levels(below: joined, of: tensor))
        if let sum, !numbers.isEmpty {
            kernel_sum_shards(pool, sum, terms.pointer, sizes[tensor])
        }
        if isLast { for bucket in places[tensor].buckets { buckets[bucket].missing -= 1 } }
    }

    /// Takes a shard's rows.
    ///
    /// - Parameters:
    ///   - share: what they are multiplied by; `nil` for nothing.
    ///   - first: the first one's place in the batch.
    /// - Throws: what the communicator throws.
    mutating func addRows(
        _ numbers: UnsafeBufferPointer<Float>, share: Float?, of tensor: Int, first: Int,
        isLast: Bool
    ) throws {
        guard let rows = rows[tensor], let to = rows.numbers.baseAddress,
            let from = numbers.baseAddress
        else { return }
        try rows.finishSending()
        let start = to + first * rows.size
        if let share {
            kernel_scale(start, from, share, numbers.count)
        } else {
            start.update(from: from, count: numbers.count)
        }
        if isLast { for bucket in places[tensor].buckets { buckets[bucket].missing -= 1 } }
    }

    /// Sums a large tensor from now on where its numbers begin.
    private mutating func place(_ tensor: Int, at start: UnsafeMutablePointer<Float>) {
        guard places[tensor].start != start else { return }
        places[tensor].start = start
        for (part, bucket) in zip(Self.parts(of: sizes[tensor]), places[tensor].buckets) {
            buckets[bucket].numbers = UnsafeMutableBufferPointer(
                start: start + part.lowerBound, count: part.count)
        }
    }

    /// Lets somebody add the last shard's numbers who reads the sum.
    func leave(
        _ numbers: UnsafeBufferPointer<Float>, share: Float, of tensor: Int, shard: Int,
        to terms: ShardTerms
    ) {
        let joined = (~shard).trailingZeroBitCount
        terms.set(
            last: numbers.baseAddress, share: share, levels: levels(below: joined, of: tensor))
    }

    private func levels(below joined: Int, of tensor: Int) -> [UnsafePointer<Float>] {
        (0..<joined).map { UnsafePointer(level($0, tensor)) }
    }

    private func level(_ level: Int, _ tensor: Int) -> UnsafeMutablePointer<Float> {
        levels[level].pointer.assumingMemoryBound(to: Float.self) + levelOffsets[tensor]
    }
}
