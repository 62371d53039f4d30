internal import CKernels

/// The sums over a process's shards, in the buckets in which they go to other processes.
///
/// A bucket has several small tensors or a large one, in the order in which they are computed: few
/// large messages, each as early as can be. The last one has the tally, too.
///
/// A shard's numbers times its share of the batch are the tree's leaves. As in a binary counter, the
/// sum of 2ᵏ neighbours waits in level k for that of the next ones.
struct ShardSums {
    /// The tensors, in the order in which they are computed.
    let order: [Int]
    private let sizes: [Int]
    private var buckets: [Bucket] = []
    /// The bucket of each tensor, and where in it the tensor begins.
    private var places: [(bucket: Int, offset: Int)]
    private let memory: Arena
    private let levels: [Arena]
    /// Where each tensor begins in a level.
    private var levelOffsets: [Int]
    private let tallyCount: Int
    /// The first bucket that was not given away yet.
    private var next = 0

    private struct Bucket {
        var numbers: UnsafeMutableBufferPointer<Float>
        /// The one tensor that it has, if that can be summed elsewhere.
        var single: Int?
        var tensors: [Int] = []
        /// How many of them are not there yet.
        var missing = 0
    }

    /// A bucket is full with so many numbers.
    private static let fullCount = 1 << 17

    /// - Parameters:
    ///   - sizes: the numbers of each tensor.
    ///   - order: the order in which the tensors are computed.
    ///   - levels: the depth of the tree over the process's shards.
    init(sizes: [Int], order: [Int], levels: Int, tallyCount: Int) {
        self.sizes = sizes
        self.order = order
        self.tallyCount = tallyCount
        var groups: [[Int]] = [[]]
        var filled = 0
        for tensor in order {
            if sizes[tensor] >= Self.fullCount {
                // Those before it go first, and those after it begin another bucket.
                groups += groups[groups.count - 1].isEmpty ? [] : [[]]
                groups[groups.count - 1] = [tensor]
                groups.append([])
                filled = 0
                continue
            }
            groups[groups.count - 1].append(tensor)
            filled += sizes[tensor]
            if filled >= Self.fullCount {
                groups.append([])
                filled = 0
            }
        }
        let last = groups.count - 1
        func rounded(_ count: Int) -> Int { (count + 15) & ~15 }
        func size(_ group: Int) -> Int {
            groups[group].reduce(group == last ? tallyCount : 0) { $0 + sizes[$1] }
        }
        let total = groups.indices.reduce(0) { $0 + rounded(size($1)) }
        memory = Arena(size: total * MemoryLayout<Float>.stride)
        levelOffsets = Array(repeating: 0, count: sizes.count)
        var levelSize = 0
        for (tensor, size) in sizes.enumerated() {
            levelOffsets[tensor] = levelSize
            levelSize += rounded(size)
        }
        self.levels = (0..<levels).map { _ in Arena(size: levelSize * MemoryLayout<Float>.stride) }
        places = Array(repeating: (0, 0), count: sizes.count)
        var start = memory.pointer.assumingMemoryBound(to: Float.self)
        for (number, group) in groups.enumerated() where number == last || !group.isEmpty {
            var offset = number == last ? tallyCount : 0
            for tensor in group {
                places[tensor] = (buckets.count, offset)
                offset += sizes[tensor]
            }
            let isSingle = group.count == 1 && number != last
            buckets.append(
                Bucket(
                    numbers: UnsafeMutableBufferPointer(start: start, count: offset),
                    single: isSingle ? group[0] : nil, tensors: group))
            start += rounded(offset)
        }
    }

    /// The bytes of all sums.
    var bytes: Int {
        buckets.reduce(0) { $0 + $1.numbers.count * MemoryLayout<Float>.stride }
    }

    /// Begins with the tally's numbers and nothing else.
    mutating func begin(_ tally: [Float]) {
        next = 0
        for index in buckets.indices { buckets[index].missing = buckets[index].tensors.count }
        let last = buckets[buckets.count - 1].numbers
        for (index, number) in tally.enumerated() { last[index] = number }
    }

    /// The tally's sums.
    var tally: [Float] { Array(buckets[buckets.count - 1].numbers.prefix(tallyCount)) }

    /// Lets a tensor be summed in other memory, if it has a bucket of its own.
    mutating func place(_ tensor: Int, at memory: UnsafeMutableBufferPointer<Float>) {
        let bucket = places[tensor].bucket
        if buckets[bucket].single == tensor { buckets[bucket].numbers = memory }
    }

    /// The next bucket that is complete, each once and always in the same order: in all processes sums
    /// begin one after the other as they do in this one.
    mutating func nextComplete() -> UnsafeMutableBufferPointer<Float>? {
        guard next < buckets.count, buckets[next].missing == 0 else { return nil }
        next += 1
        return buckets[next - 1].numbers
    }

    /// The sum of a tensor.
    func numbers(of tensor: Int) -> UnsafeMutableBufferPointer<Float> {
        let place = places[tensor]
        return UnsafeMutableBufferPointer(
            rebasing: buckets[place.bucket].numbers[place.offset..<place.offset + sizes[tensor]])
    }

    /// Adds a shard's numbers.
    ///
    /// - Parameters:
    ///   - share: what they are multiplied by first.
    ///   - shard: its number among the process's own.
    ///   - isLast: whether it is the last of those.
    mutating func add(
        _ numbers: UnsafeBufferPointer<Float>, share: Float, of tensor: Int, shard: Int,
        isLast: Bool
    ) {
        let count = sizes[tensor]
        let joined = (~shard).trailingZeroBitCount
        let sum =
            isLast
            ? self.numbers(of: tensor).baseAddress : level(joined, tensor)
        if let sum, let leaf = numbers.baseAddress {
            kernel_scale(sum, leaf, share, count)
            for level in 0..<joined { kernel_add(sum, self.level(level, tensor), sum, count) }
        }
        if isLast { buckets[places[tensor].bucket].missing -= 1 }
    }

    private func level(_ level: Int, _ tensor: Int) -> UnsafeMutablePointer<Float> {
        levels[level].pointer.assumingMemoryBound(to: Float.self) + levelOffsets[tensor]
    }
}
