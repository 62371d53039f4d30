internal import CKernels
public import TensorFlowTypes

/// A run whose batch is cut into shards, and whose effects are those of their mean.
///
/// For each shard is computed what the run's effects take: gradients, what moving averages change by,
/// and the fetches. Their means over all shards are then what the effects are made of, once. So a step
/// of an optimizer is one on the whole batch, but that a batch normalization has the statistics of its
/// shard.
///
/// Sums go through a fixed binary tree over the shards, ((0 + 1) + (2 + 3)) + …, whichever process
/// computes them: the numbers are the same to the last bit for every number of processes. They are
/// summed over processes bucket by bucket, the first ones while later ones are computed.
public final class ShardedRun {
    private let session: Session
    private let shards: Shards
    private let communicator: (any Communicator)?
    /// What computes a shard, for each number of rows that one has.
    private var computing: [Int: PreparedRun] = [:]
    /// What makes the effects of the means; `nil` where the run has none.
    private let applying: PreparedRun?
    private let operands: [Tensor]
    /// Where the effects read each operand's sum.
    private let terms: [ShardTerms]
    private var sums: ShardSums
    /// What each of this process's shards is fed.
    private var feeds: [[Tensor: Value]]
    private let fetchCount: Int
    /// Further numbers of this process, which are summed over all of them.
    public var tally: [Float]

    /// All processes make their runs in the same order.
    ///
    /// - Parameters:
    ///   - fetches: scalars.
    ///   - feed: the rows of the whole batch, which stay until ``feed(_:_:)`` gives others.
    ///   - communicator: of the processes among which the shards are divided.
    ///   - tallyCount: how many numbers ``tally`` has.
    /// - Throws: ``SessionError``.
    public init(
        _ session: Session, _ fetches: [Tensor], targets: [Node] = [], feed: [Tensor: Value],
        _ shards: Shards, _ communicator: (any Communicator)? = nil, tallyCount: Int = 0
    ) throws {
        self.session = session
        self.shards = shards
        self.communicator = (communicator?.count ?? 1) > 1 ? communicator : nil
        fetchCount = fetches.count
        tally = Array(repeating: 0, count: tallyCount)
        feeds = shards.own.map { Self.feed(feed, of: $0, shards) }
        let specialization = try Specialization(
            graph: session.graph, fetches: fetches, targets: targets,
            feeds: session.checked(feeds[0]))
        let operands = specialization.fedOperands
        for operand in operands where specialization.type(operand).type != .float {
            throw SessionError.notSummed(operand.name, "\(specialization.type(operand).type)")
        }
        self.operands = operands
        for fed in feeds {
            let rows = Self.rows(of: fed)
            if computing[rows] == nil {
                computing[rows] = try session.prepareToSend(fetches + operands, feed: fed)
            }
        }
        terms = operands.map(session.resources.shared.shardTerms)
        let sizes = (fetches + operands).map { specialization.type($0).shape.elementCount ?? 0 }
        let order = computing[Self.rows(of: feeds[0])]?.fetchOrder ?? []
        let sums = ShardSums(
            sizes: sizes, order: try self.communicator.map { try Self.agreed(order, $0) } ?? order,
            levels: shards.own.count.trailingZeroBitCount, tallyCount: tallyCount)
        self.sums = sums
        let writers = specialization.writers
        applying =
            writers.isEmpty
            ? nil
            : try session.prepare(
                targets: targets + writers.filter { !targets.contains($0) },
                summed: Dictionary(
                    uniqueKeysWithValues: operands.enumerated().map { index, operand in
                        let arrivals = sums.buckets(of: fetches.count + index)
                        return (operand, .init(specialization.type(operand), arrivals: arrivals))
                    }))
    }

    /// The order in which process 0 computes: a plan of other rows may have another, and what lies at
    /// one place of a bucket is summed.
    private static func agreed(_ order: [Int], _ communicator: any Communicator) throws -> [Int] {
        let own = order.map { UInt32($0) }
        let bytes = try communicator.broadcast(own.withUnsafeBytes { Array($0) })
        return bytes.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map {
                Int(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
        }
    }

    /// Feeds other values from the next run on.
    ///
    /// - Parameter value: the rows of the whole batch, or of this process's shards.
    public func feed(_ tensor: Tensor, _ value: Value) {
        for (index, shard) in shards.own.enumerated() {
            feeds[index][tensor] = Self.value(value, of: shard, shards)
        }
    }

    /// Runs.
    ///
    /// - Parameter profile: where each node's time is noted, if given; then no sum is begun early.
    /// - Throws: ``SessionError/uninitialized(_:)``; what the communicator throws.
    public func run(profile: RunProfile? = nil) throws {
        // Sums of shards are made as in the runs themselves, whoever makes them.
        let denormals = kernel_denormals_flush()
        defer { kernel_denormals_restore(denormals) }
        try refresh()
        sums.begin(tally)
        for index in feeds.indices { try compute(index, profile) }
        if communicator != nil {
            for (index, terms) in terms.enumerated() {
                terms.set(last: UnsafePointer(sums.numbers(of: fetchCount + index).baseAddress))
            }
        }
        if let profile {
            try communicator?.finishSums()
            try applying?.run(profile: profile)
        } else {
            // The first effects, while the last sums are under way.
            try applying?.run(whenNeeded: { try communicator?.finishSums(first: $0 + 1) })
            try communicator?.finishSums()
        }
        tally = sums.tally
    }

    /// Computes one of the process's shards, and begins the sums that are complete with it.
    private func compute(_ index: Int, _ profile: RunProfile?) throws {
        guard let run = computing[Self.rows(of: feeds[index])] else { return }
        for (tensor, value) in feeds[index] { run.feed(tensor, value) }
        let shard = shards.own.lowerBound + index
        let share = Float(shards.rows(of: shard).count) / Float(shards.batchSize)
        let isLast = index == feeds.count - 1
        func take(_ fetch: Int) throws {
            run.withFloats(fetch) { numbers in
                if isLast, communicator == nil, fetch >= fetchCount {
                    sums.leave(
                        numbers, share: share, of: fetch, shard: index,
                        to: terms[fetch - fetchCount])
                } else {
                    sums.add(
                        numbers, share: share, of: fetch, shard: index, isLast: isLast,
                        in: isLast ? run.changeableFloats(fetch) : nil,
                        pool: session.resources.pool)
                }
            }
            guard isLast, let communicator else { return }
            while let bucket = sums.nextComplete() { try communicator.beginSum(bucket) }
        }
        if let profile {
            try run.run(profile: profile)
            for fetch in sums.order { try take(fetch) }
        } else {
            try run.run(whenFetched: take)
        }
    }

    /// The mean of the first fetch over all shards.
    public var scalar: Float { sums.numbers(of: 0)[0] }

    /// Bytes of a run's sums.
    public var summedBytes: Int { sums.bytes }

    /// Makes the plans anew that would be made otherwise now, so that none changes until the run has
    /// ended.
    private func refresh() throws {
        let runs = Array(computing.values) + (applying.map { [$0] } ?? [])
        // A plan that is made anew may be the reason to make another one so.
        while !runs.allSatisfy(\.isCurrent) { for run in runs { try run.refresh() } }
    }

    private static func feed(
        _ feed: [Tensor: Value], of shard: Int, _ shards: Shards
    ) -> [Tensor: Value] {
        feed.mapValues { value($0, of: shard, shards) }
    }

    /// A shard's rows of a value; all of one that has no rows of the batch.
    private static func value(_ value: Value, of shard: Int, _ shards: Shards) -> Value {
        let rows = shards.rows(of: shard)
        switch value.shape.first {
        case shards.batchSize: return value.rows(rows)
        case shards.ownRows.count:
            let start = shards.ownRows.lowerBound
            return value.rows(rows.lowerBound - start..<rows.upperBound - start)
        default: return value
        }
    }

    /// The rows that a shard is fed: by them its run is known.
    private static func rows(of feed: [Tensor: Value]) -> Int {
        feed.values.compactMap(\.shape.first).max() ?? 0
    }
}
