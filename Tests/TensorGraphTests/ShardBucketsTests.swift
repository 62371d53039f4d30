import CKernels
import Testing

@testable import TensorGraph

/// What shards compute, and the buckets in which it goes to other processes.
@Suite struct ShardBucketsTests {
    /// Small tensors that share a bucket, one that fills one, and large ones in parts.
    private static let sizes = [3, 140_000, 1, 1 << 18, 700_000, 0, 17, (1 << 18) + 1, 5]

    /// Numbers that differ from tensor to tensor and from shard to shard.
    private static func numbers(_ tensor: Int, _ shard: Int) -> [Float] {
        (0..<sizes[tensor]).map { Float(($0 * 31 + tensor * 7 + shard * 13) % 1009) }
    }

    private func sums(order: [Int], levels: Int) -> ShardBuckets {
        ShardBuckets(sizes: Self.sizes, order: order, levels: levels, tallyCount: 3)
    }

    @Test(arguments: [
        (0, [0..<0]), (1, [0..<1]), (1 << 18, [0..<262_144]),
        ((1 << 18) + 1, [0..<131_072, 131_072..<262_145]),
        (700_000, [0..<233_328, 233_328..<466_656, 466_656..<700_000]),
    ])
    func parts(count: Int, expected: [Range<Int>]) {
        #expect(ShardBuckets.parts(of: count) == expected)
    }

    /// All are large enough to be divided among processes.
    @Test(arguments: [0, 1, 1 << 18, 1 << 18 + 1, 481 * 545, 3 << 18 + 5, 6_422_528])
    func partsAreAlike(count: Int) {
        let parts = ShardBuckets.parts(of: count)
        #expect(parts.first?.lowerBound == 0 && parts.last?.upperBound == count)
        for (one, next) in zip(parts, parts.dropFirst()) {
            #expect(one.upperBound == next.lowerBound && next.lowerBound % 16 == 0)
        }
        let (least, most) = (ShardBuckets.partCount / 2 - 16, ShardBuckets.partCount)
        #expect(parts.allSatisfy { $0.count >= min(count, least) && $0.count <= most })
    }

    /// Whatever the order, each number is in one bucket, and a tensor's parts in buckets that follow
    /// each other.
    @Test(arguments: [[0, 1, 2, 3, 4, 5, 6, 7, 8], [7, 4, 0, 8, 3, 6, 5, 2, 1]])
    func buckets(order: [Int]) throws {
        var sums = sums(order: order, levels: 0)
        sums.begin([4, 5, 6])
        var given: [UnsafeMutableBufferPointer<Float>] = []
        for (place, tensor) in order.enumerated() {
            Self.numbers(tensor, 0).withUnsafeBufferPointer {
                sums.add($0, share: 1, of: tensor, shard: 0, isLast: true, pool: nil)
            }
            while let (bucket, _) = sums.nextComplete() { given.append(bucket) }
            // What is there is given away as soon as a bucket is full.
            let before = sums.buckets(of: tensor)[0]
            #expect(given.count >= (place == order.count - 1 ? before + 1 : before))
        }
        #expect(sums.nextComplete() == nil)
        // As if there were another process with the same numbers.
        for bucket in given { for index in bucket.indices { bucket[index] *= 2 } }
        #expect(sums.tally == [8, 10, 12])
        for tensor in order {
            #expect(Array(sums.numbers(of: tensor)) == Self.numbers(tensor, 0).map { $0 * 2 })
            let buckets = sums.buckets(of: tensor)
            let parts = ShardBuckets.parts(of: Self.sizes[tensor])
            #expect(
                buckets.count == parts.count
                    && buckets == Array(buckets[0]...buckets[parts.count - 1]))
            for (bucket, part) in zip(buckets, parts) where !part.isEmpty {
                let first = try #require(sums.numbers(of: tensor).baseAddress) + part.lowerBound
                let range = try #require(given[bucket].baseAddress)
                #expect(first >= range && first + part.count <= range + given[bucket].count)
            }
        }
        #expect(given.reduce(0) { $0 + $1.count } < Self.sizes.reduce(0, +) + 16 * 10)
    }

    /// A large tensor is summed where it was computed if it may be changed there, in all its buckets; a
    /// small one, or one that others depend on, is copied.
    @Test(arguments: [true, false])
    func largeOnesStayWhereTheyWereComputed(isChangeable: Bool) throws {
        var sums = sums(order: Array(Self.sizes.indices), levels: 1)
        for run in 0..<2 {
            // Where a plan is made anew, its fetches lie elsewhere.
            let computed = Self.sizes.map {
                UnsafeMutableBufferPointer<Float>.allocate(capacity: $0)
            }
            defer { for numbers in computed { numbers.deallocate() } }
            sums.begin([0, 0, 0])
            var given: [UnsafeMutableBufferPointer<Float>] = []
            for shard in 0..<2 {
                for (tensor, memory) in computed.enumerated() {
                    _ = memory.initialize(from: Self.numbers(tensor, shard + run))
                    sums.add(
                        UnsafeBufferPointer(memory), share: 0.5, of: tensor, shard: shard,
                        isLast: shard == 1, in: shard == 1 && isChangeable ? memory : nil,
                        pool: nil)
                    while let (bucket, _) = sums.nextComplete() { given.append(bucket) }
                }
            }
            for (tensor, memory) in computed.enumerated() {
                let numbers = sums.numbers(of: tensor)
                let expected = zip(Self.numbers(tensor, run), Self.numbers(tensor, run + 1))
                    .map { $0 * 0.5 + $1 * 0.5 }
                #expect(Array(numbers) == expected)
                let isLarge = Self.sizes[tensor] >= 1 << 17
                #expect((numbers.baseAddress == memory.baseAddress) == (isLarge && isChangeable))
                #expect(sums.isLarge(tensor) == isLarge)
                for (bucket, part) in zip(
                    sums.buckets(of: tensor), ShardBuckets.parts(of: Self.sizes[tensor]))
                where isLarge {
                    #expect(
                        given[bucket].baseAddress
                            == numbers.baseAddress.map { $0 + part.lowerBound })
                    #expect(given[bucket].count == part.count)
                }
            }
        }
    }

    /// Leaves are multiplied by their shares and added as a tree has it, or the last one is left to
    /// whoever reads the sum.
    @Test(arguments: [0, 1, 2, 3])
    func trees(levels: Int) throws {
        let shares: [Float] = [0.3, 0.1, 0.7, 0.2, 0.9, 0.4, 0.6, 0.8]
        let count = 1 << levels
        func tree(_ leaves: ArraySlice<[Float]>) -> [Float] {
            guard leaves.count > 1 else { return leaves[leaves.startIndex] }
            let middle = leaves.startIndex + leaves.count / 2
            return zip(tree(leaves[..<middle]), tree(leaves[middle...])).map { $0 + $1 }
        }
        var sums = sums(order: Array(Self.sizes.indices), levels: levels)
        sums.begin([0, 0, 0])
        let terms = ShardTerms()
        for tensor in [0, 6, 1] {
            let leaves = (0..<count).map { shard in
                Self.numbers(tensor, shard).map { $0 * shares[shard] }
            }
            for shard in 0..<count {
                Self.numbers(tensor, shard).withUnsafeBufferPointer { numbers in
                    if shard == count - 1 {
                        sums.leave(
                            numbers, share: shares[shard], of: tensor, shard: shard, to: terms)
                        #expect(terms.pointer.pointee.level_count == levels)
                        #expect(terms.pointer.pointee.last == numbers.baseAddress)
                    }
                    sums.add(
                        numbers, share: shares[shard], of: tensor, shard: shard,
                        isLast: shard == count - 1, pool: nil)
                }
            }
            #expect(Array(sums.numbers(of: tensor)) == tree(leaves[...]))
        }
    }

    /// Rows have a bucket by themselves, that is complete with the last shard's; they are multiplied by the
    /// shard's share where that is asked for.
    @Test func rows() throws {
        let gathered = [1: ShardRows(shape: [10, 3]), 2: ShardRows(shape: [10, 2])]
        var buckets = ShardBuckets(
            sizes: [4, 6, 4, 5], rows: gathered, order: [0, 1, 3, 2], levels: 1, tallyCount: 1)
        buckets.begin([7])
        var contents: [String] = []
        for shard in 0..<2 {
            for tensor in [0, 1, 3, 2] {
                let numbers = (0..<[4, 6, 4, 5][tensor]).map { Float(10 * shard + $0) }
                try numbers.withUnsafeBufferPointer {
                    if gathered[tensor] == nil {
                        buckets.add(
                            $0, share: 0.5, of: tensor, shard: shard, isLast: shard == 1, pool: nil)
                    } else {
                        try buckets.addRows(
                            $0, share: tensor == 2 ? 0.5 : nil, of: tensor, first: 4 + 2 * shard,
                            isLast: shard == 1)
                    }
                }
                while let (numbers, content) = buckets.nextComplete() {
                    switch content {
                    case .rows(let rows):
                        #expect(rows.numbers.baseAddress == numbers.baseAddress)
                        contents.append("rows \(rows.size)")
                    case .smallSums: contents.append("sums \(numbers.count)")
                    case .largeSum: contents.append("large")
                    }
                }
            }
        }
        // The tally is there from the beginning, but the last one.
        #expect(contents == ["sums 16", "rows 3", "sums 16", "rows 2", "sums 16"])
        let found = [1, 2].map { Array(gathered[$0]?.numbers ?? .init(start: nil, count: 0)) }
        #expect(
            found[0] == [Float](repeating: 0, count: 12) + [
                0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15,
            ]
                + [Float](repeating: 0, count: 6))
        #expect(
            found[1] == [Float](repeating: 0, count: 8) + [0, 0.5, 1, 1.5, 5, 5.5, 6, 6.5]
                + [Float](repeating: 0, count: 4))
        #expect([0, 1, 3, 2].map { buckets.buckets(of: $0)[0] } == [0, 1, 2, 3])
        #expect(buckets.tally == [7])
    }
}
