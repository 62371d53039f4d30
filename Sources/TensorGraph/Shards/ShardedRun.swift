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
///
/// Of a dense layer whose rows of the whole batch are fewer numbers than its gradient, these rows are
/// gathered in place of sums, and the effects are made of all of them, in their order.
///
/// A large variable is changed in parts, by the process each that has that part of the sum; the parts are
/// gathered while the next run computes what does not need them (Xu et al., "Automatic cross-replica
/// sharding of weight update in data-parallel training", 2020; Rajbhandari et al., "ZeRO", SC 2020, first
/// stage). Of Adam's moments a process keeps its part alone, until ``gatherVariables()``.
public final class ShardedRun {
    private let session: Session
    private let shards: Shards
    private let communicator: (any Communicator)?
    /// What computes a shard, for each number of rows that one has.
    private var computing: [Int: PreparedRun] = [:]
    /// What makes the effects of the means; `nil` where the run has none.
    private let applying: PreparedRun?
    /// What the shards compute, and what becomes of it: fetches first.
    private let items: [Item]
    private var buckets: ShardBuckets
    /// What each of this process's shards is fed.
    private var feeds: [[Tensor: Value]]
    /// The tensors that are fed rows of the batch.
    private let batched: Set<Tensor>
    /// The tensors of whose sums each process gets its part.
    private var dividedSums: Set<Tensor> = []
    /// By which number the communicator knows each bucket of this run.
    private var numbers: [Int] = []
    /// Further numbers of this process, which are summed over all of them.
    public var tally: [Float]
    /// Bytes of all sums, with those that are made of rows.
    public let summedBytes: Int

    /// A tensor that shards compute.
    private enum Item {
        /// Its mean is the run's result.
        case fetch
        /// The effects read its sum, where these say that it is.
        case sum(Tensor, ShardTerms)
        /// The effects read its rows, times the shard's share of the batch or as they are.
        case rows(isScaled: Bool)
    }

    /// All processes make their runs in the same order.
    ///
    /// - Parameters:
    ///   - fetches: scalars.
    ///   - feed: the rows of the whole batch, which stay until ``feed(_:_:)`` gives others. What has
    ///     another number of rows is fed to each shard as it is.
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
        tally = Array(repeating: 0, count: tallyCount)
        let batched = Set(feed.filter { $0.value.shape.first == shards.batchSize }.keys)
        self.batched = batched
        let feeds = shards.own.map { shard in
            feed.reduce(into: [:]) { feeds, pair in
                feeds[pair.key] =
                    batched.contains(pair.key)
                    ? Self.rows(of: pair.value, shard, shards) : pair.value
            }
        }
        self.feeds = feeds
        let rows = shards.rows(of: shards.own.lowerBound).count
        let specialization = try Specialization(
            graph: session.graph, fetches: fetches, targets: targets,
            feeds: session.checked(feeds[0]))
        let operands = specialization.fedOperands
        for operand in operands where specialization.type(operand).type != .float {
            throw SessionError.notSummed(operand.name, "\(specialization.type(operand).type)")
        }
        func size(_ tensor: Tensor) -> Int { specialization.type(tensor).shape.elementCount ?? 0 }
        let shared = session.resources.shared
        let divided = Operands(
            operands, specialization, rows: rows, batchSize: shards.batchSize)
        let tensors = fetches + divided.summed + divided.rows.map(\.tensor)
        items =
            fetches.map { _ in .fetch } + divided.summed.map { .sum($0, shared.shardTerms($0)) }
            + divided.rows.map { .rows(isScaled: $0.isScaled) }
        summedBytes =
            ((fetches + operands).reduce(0) { $0 + size($1) } + tallyCount)
            * MemoryLayout<Float>.stride
        for (shard, fed) in zip(shards.own, feeds) {
            let rows = shards.rows(of: shard).count
            if computing[rows] == nil {
                computing[rows] = try session.prepareToSend(tensors, feed: fed)
            }
        }
        let rowsStart = fetches.count + divided.summed.count
        var gathered: [Int: ShardRows] = [:]
        for (index, row) in divided.rows.enumerated() {
            gathered[rowsStart + index] = shared.shardRows(row.tensor, shape: row.shape)
        }
        let order = computing[rows]?.fetchOrder ?? []
        let buckets = ShardBuckets(
            sizes: tensors.map(size), rows: gathered,
            order: try self.communicator.map { try Self.agreed(order, $0) } ?? order,
            levels: shards.own.count.trailingZeroBitCount, tallyCount: tallyCount)
        self.buckets = buckets
        let writers = specialization.writers
        guard !writers.isEmpty else {
            applying = nil
            return
        }
        var computed: [Tensor: Specialization.Feed] = [:]
        for (index, tensor) in divided.summed.enumerated() {
            computed[tensor] = .init(
                specialization.type(tensor), arrivals: buckets.buckets(of: fetches.count + index))
        }
        for (index, row) in divided.rows.enumerated() {
            computed[row.tensor] = .init(
                rows: row.shape, arrival: buckets.buckets(of: rowsStart + index)[0])
        }
        applying = try session.prepare(
            targets: targets + writers.filter { !targets.contains($0) }, computed: computed)
    }

    /// What the effects are made of that comes from what is fed.
    private struct Operands {
        /// Tensors of which they take the sum.
        private(set) var summed: [Tensor] = []
        /// Tensors of which they take all rows, with the shape of those.
        private(set) var rows: [(tensor: Tensor, shape: [Int], isScaled: Bool)] = []

        init(
            _ operands: [Tensor], _ specialization: Specialization, rows: Int, batchSize: Int
        ) {
            let products = operands.map {
                specialization.rowProducts(of: $0, rows: rows, batchSize: batchSize)
            }
            let (plain, scaled) = (
                Set(products.flatMap { $0?.map(\.a) ?? [] }),
                Set(products.flatMap { $0?.map(\.b) ?? [] })
            )
            for (operand, products) in zip(operands, products) {
                // A factor is scaled or not, whoever reads it.
                guard let products,
                    products.allSatisfy({ !scaled.contains($0.a) && !plain.contains($0.b) })
                else {
                    summed.append(operand)
                    continue
                }
                for (tensor, isScaled) in products.flatMap({ [($0.a, false), ($0.b, true)] })
                where !self.rows.contains(where: { $0.tensor == tensor }) {
                    let width = specialization.type(tensor).shape.known?.last ?? 0
                    self.rows.append((tensor, [batchSize, width], isScaled))
                }
            }
        }
    }

    // The communicator's thread writes to variables as long as their numbers arrive.
    deinit { if applying != nil { try? communicator?.finish() } }

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
    /// - Parameter value: of what has rows of the batch, those of the whole batch or of this process's
    ///   shards.
    public func feed(_ tensor: Tensor, _ value: Value) {
        for (index, shard) in shards.own.enumerated() {
            feeds[index][tensor] =
                batched.contains(tensor) ? Self.rows(of: value, shard, shards) : value
        }
    }

    /// Runs.
    ///
    /// - Parameter profile: where each node's time is noted, if given.
    /// - Throws: ``SessionError/uninitialized(_:)``; what the communicator throws.
    public func run(profile: RunProfile? = nil) throws {
        // Sums of shards are made as in the runs themselves, whoever makes them.
        let denormals = kernel_denormals_flush()
        defer { kernel_denormals_restore(denormals) }
        try refresh()
        try keepingMemory { try exchange(profile) }
        tally = buckets.tally
    }

    /// Where communication fails, messages that are under way may still be written to this run's memory
    /// and its session's: that stays until the process ends.
    private func keepingMemory(_ communicate: () throws -> Void) throws {
        do { try communicate() } catch {
            if communicator != nil { _ = Unmanaged.passRetained(self) }
            throw error
        }
    }

    /// Computes the shards and makes the effects, while sums and rows travel.
    private func exchange(_ profile: RunProfile?) throws {
        buckets.begin(tally)
        numbers = []
        for index in feeds.indices { try compute(index, profile) }
        if communicator != nil {
            for (index, item) in items.enumerated() {
                guard case .sum(_, let terms) = item else { continue }
                terms.set(last: UnsafePointer(buckets.numbers(of: index).baseAddress))
            }
        }
        // The first effects, while the last sums are under way.
        let exchanges = Plan.Exchanges(
            whenNeeded: { [numbers, communicator] arrival in
                try communicator?.finish(through: numbers[arrival])
            }, whenUpdated: gather)
        try applying?.run(exchanges, profile: profile)
        try communicator?.finishSums()
    }

    /// Begins to gather what each process has changed of a variable.
    private func gather(_ update: VariableUpdate) throws {
        guard let communicator else { return }
        let number = try communicator.beginAllGather(
            update.variable.floats(update.numbers), update.parts)
        session.resources.note(number, communicator, of: update.variable)
        for moment in update.moments { session.resources.note(update.division, of: moment) }
    }

    /// Gives this process all numbers of the variables of which each process has its part alone: Adam's
    /// moments. Until then the session does not give them away.
    ///
    /// All processes call it, after the same run.
    ///
    /// - Throws: what the communicator throws.
    public func gatherVariables() throws {
        guard let communicator, let applying else { return }
        let updates = applying.updates.filter { update in
            update.moments.contains { $0.divisions.contains(update.division) }
        }
        try keepingMemory {
            for update in updates {
                for moment in update.moments {
                    try communicator.beginAllGather(moment.floats(update.numbers), update.parts)
                }
            }
            try communicator.finish()
        }
        for update in updates {
            for moment in update.moments {
                session.resources.noteWhole(moment, update.division)
            }
        }
    }

    /// Computes one of the process's shards, and begins to send what is complete with it.
    private func compute(_ index: Int, _ profile: RunProfile?) throws {
        let shard = shards.own.lowerBound + index
        guard let run = computing[shards.rows(of: shard).count] else { return }
        for (tensor, value) in feeds[index] { run.feed(tensor, value) }
        let share = Float(shards.rows(of: shard).count) / Float(shards.batchSize)
        let isLast = index == feeds.count - 1
        func take(_ fetch: Int) throws {
            try run.withFloats(fetch) { numbers in
                switch items[fetch] {
                case .rows(let isScaled):
                    try buckets.addRows(
                        numbers, share: isScaled ? share : nil, of: fetch,
                        first: shards.rows(of: shard).lowerBound, isLast: isLast)
                case .sum(_, let terms) where isLast && communicator == nil:
                    buckets.leave(numbers, share: share, of: fetch, shard: index, to: terms)
                case .sum, .fetch:
                    buckets.add(
                        numbers, share: share, of: fetch, shard: index, isLast: isLast,
                        in: isLast ? run.changeableFloats(fetch) : nil,
                        pool: session.resources.pool)
                }
            }
            guard isLast, let communicator else { return }
            while let (numbers, content) = buckets.nextComplete() {
                self.numbers.append(try begin(numbers, content, communicator))
            }
        }
        try run.run(Plan.Exchanges(whenFetched: take), profile: profile)
    }

    private func begin(
        _ numbers: UnsafeMutableBufferPointer<Float>, _ content: ShardBuckets.Content,
        _ communicator: any Communicator
    ) throws -> Int {
        switch content {
        case .rows(let rows):
            let number = try communicator.beginAllGather(numbers, rows.parts)
            rows.gather = Gather(communicator: communicator, number: number)
            return number
        case .largeSum(let tensor) where isDivided(tensor):
            return try communicator.beginReduceScatter(numbers)
        case .smallSums, .largeSum: return try communicator.beginSum(numbers)
        }
    }

    private func isDivided(_ tensor: Int) -> Bool {
        if case .sum(let tensor, _) = items[tensor] { dividedSums.contains(tensor) } else { false }
    }

    /// The mean of the first fetch over all shards.
    public var scalar: Float { buckets.numbers(of: 0)[0] }

    /// Makes the plans anew that would be made otherwise now, so that none changes until the run has
    /// ended.
    private func refresh() throws {
        let runs = Array(computing.values) + (applying.map { [$0] } ?? [])
        // A plan that is made anew may be the reason to make another one so.
        while !runs.allSatisfy(\.isCurrent) { for run in runs { try run.refresh() } }
        divide()
    }

    /// Divides the updates among the processes: by rows, and by the sums of large tensors. All processes
    /// divide them alike, since they make the effects by the same program.
    private func divide() {
        guard let applying else { return }
        let large = items.enumerated().compactMap { index, item in
            if case .sum(let tensor, _) = item, buckets.isLarge(index) { tensor } else { nil }
        }
        dividedSums = []
        for update in applying.updates {
            guard update.sum.map(large.contains) ?? true else { continue }
            update.divide(among: communicator)
            if update.isDivided, let sum = update.sum { dividedSums.insert(sum) }
        }
    }

    /// A shard's rows of the whole batch's, or of those of the process's shards.
    private static func rows(of value: Value, _ shard: Int, _ shards: Shards) -> Value {
        let rows = shards.rows(of: shard)
        let isWhole = value.shape.first == shards.batchSize
        let start = isWhole ? 0 : shards.ownRows.lowerBound
        precondition(
            isWhole || value.shape.first == shards.ownRows.count,
            "a batch of \(shards.batchSize) rows was fed \(value.shape)")
        return value.rows(rows.lowerBound - start..<rows.upperBound - start)
    }
}
