/// Values that plans leave to each other: a session's memory of what it has computed already.
///
/// The article's loop evaluates a loss right after each training step, and the next step begins
/// with that very forward pass. So a tensor that several plans compute, from nothing but feeds and
/// variables, is kept outside of their arenas together with the versions of what it was computed
/// from; as long as those have not changed, nobody computes it again.
final class SharedValues {
    /// What a value is computed from.
    enum Origin: Hashable {
        case feed(Tensor)
        case variable(Node)
    }

    /// A tensor at given shapes of all feeds: constants that follow from them are behind it, too.
    struct Key: Hashable {
        let tensor: Tensor
        let feeds: [Tensor: Specialization.Feed]
        /// How it is stored, if in blocks of images.
        let order: UInt32?
    }

    /// A kept value, if anybody needs it kept.
    final class Entry {
        fileprivate(set) var plans: Set<Int> = []
        fileprivate(set) var memory: Arena?
        /// 1 and the sum of its origins' versions when it was computed, 0 before. Versions only
        /// grow: the same sum means the same versions.
        let signature = Counter(0)

        var isShared: Bool { plans.count > 1 }
    }

    /// What was fed last for a tensor.
    final class Fed {
        let version = Counter(1)
        private var value: Value?

        /// Takes note of what a run is fed.
        func take(_ value: Value) {
            if self.value == value { return }
            self.value = value
            version.pointer.pointee += 1
        }
    }

    /// A number that a running plan reads without asking anybody where it is.
    final class Counter {
        let pointer: UnsafeMutablePointer<UInt64>

        init(_ start: UInt64) {
            pointer = .allocate(capacity: 1)
            pointer.initialize(to: start)
        }

        deinit { pointer.deallocate() }
    }

    private var entries: [Key: Entry] = [:]
    private var feeds: [Tensor: Fed] = [:]
    private var shardSums: [Tensor: ShardTerms] = [:]
    private var shardRows: [ShardRows.Key: ShardRows] = [:]
    private var variableVersions: [Node: Counter] = [:]
    /// The plans that write to each variable.
    private var writers: [Node: Set<Int>] = [:]
    /// Grows when plans made before would be made differently now.
    private(set) var generation = 0

    /// When a value changes: something is fed, or a plan runs that writes to a variable.
    enum Occasion: Hashable {
        case feed(Tensor)
        case plan(Int)
    }

    /// Takes note of the variables that a plan writes to.
    func note(_ written: [Node], plan: Int) {
        for variable in written where writers[variable, default: []].insert(plan).inserted {
            generation += 1
        }
    }

    /// When a value changes that is computed from `origins`.
    func occasions(_ origins: [Origin]) -> Set<Occasion> {
        var result: Set<Occasion> = []
        for origin in origins {
            switch origin {
            case .feed(let tensor): result.insert(.feed(tensor))
            case .variable(let node): result.formUnion((writers[node] ?? []).map(Occasion.plan))
            }
        }
        return result
    }

    /// The entry of a tensor that a plan computes.
    func register(_ key: Key, plan: Int) -> Entry {
        let entry = entries[key] ?? Entry()
        entries[key] = entry
        if entry.plans.insert(plan).inserted, entry.isShared { generation += 1 }
        return entry
    }

    /// Gives an entry memory of its own.
    func keep(_ entry: Entry, bytes: Int) {
        guard entry.memory == nil else { return }
        entry.memory = Arena(size: bytes)
        generation += 1
    }

    /// What is fed for a tensor.
    func fed(_ tensor: Tensor) -> Fed {
        if let known = feeds[tensor] { return known }
        let fed = Fed()
        feeds[tensor] = fed
        return fed
    }

    /// Where shards' numbers of a tensor are.
    func shardTerms(_ tensor: Tensor) -> ShardTerms {
        if let known = shardSums[tensor] { return known }
        let terms = ShardTerms()
        shardSums[tensor] = terms
        return terms
    }

    /// The rows of a tensor that shards have computed, for the whole batch.
    func shardRows(_ tensor: Tensor, shape: [Int]) -> ShardRows {
        let key = ShardRows.Key(tensor: tensor, shape: shape)
        if let known = shardRows[key] { return known }
        let rows = ShardRows(shape: shape)
        shardRows[key] = rows
        return rows
    }

    /// The version of what a value comes from, at least 1; it grows whenever that has changed.
    func version(_ origin: Origin) -> Counter {
        switch origin {
        case .feed(let tensor): return fed(tensor).version
        case .variable(let node):
            if let known = variableVersions[node] { return known }
            let version = Counter(1)
            variableVersions[node] = version
            return version
        }
    }
}
