internal import CKernels

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
        fileprivate var plans: Set<Int> = []
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

/// The pass that finds out what a plan can leave to others and take from them.
struct Sharing {
    /// Nodes that are run together or not at all: their origins change on the same occasions, and
    /// the same plans compute them.
    struct Segment {
        private(set) var origins: [SharedValues.Origin] = []
        /// The values that the rest of the plan takes from it.
        var exports: [SharedValues.Entry] = []

        fileprivate mutating func add(_ more: [SharedValues.Origin]) {
            for origin in more where !origins.contains(origin) { origins.append(origin) }
        }
    }

    /// What the nodes of a segment have in common: when they change, and which plans compute them,
    /// so that no plan has to compute what another leaves out.
    private struct Kind: Hashable {
        let occasions: Set<SharedValues.Occasion>
        let plans: Set<Int>
    }

    private(set) var segments: [Segment] = []
    /// The segment of each node that belongs to one.
    private(set) var segmentOfNode: [Node: Int] = [:]
    /// What each node's value is computed from, if from feeds and variables alone.
    let origins: [Node: [SharedValues.Origin]]
    /// The memory of each tensor that is kept.
    private(set) var kept: [Tensor: Arena] = [:]

    /// - Parameters:
    ///   - plan: the plan's number in its session.
    ///   - running: the nodes that run, in order.
    ///   - fetches: what is fetched, as the tensors that own the memory.
    ///   - inputs: what a node's kernel reads, as the tensors that own the memory.
    ///   - order: the order of the pixels of images that are stored in blocks.
    ///   - bytes: how many a tensor is stored in.
    init(
        plan: Int, _ specialization: Specialization, running: [Node], fetches: [Tensor],
        shared: SharedValues, inputs: (Node) -> [Tensor],
        order: (Tensor) -> kernel_pixel_order?, bytes: (Tensor) -> Int
    ) {
        let feeds = specialization.feeds
        origins = Self.origins(running, specialization, inputs)
        var entries: [Tensor: SharedValues.Entry] = [:]
        for node in running {
            guard origins[node] != nil else { continue }
            for index in node.outputs.indices {
                let tensor = node.output(index)
                entries[tensor] = shared.register(
                    .init(tensor: tensor, feeds: feeds, order: order(tensor)?.rawValue), plan: plan)
            }
        }
        var segmentOfKind: [Kind: Int] = [:]
        for node in running {
            guard let origins = origins[node], let entry = entries[node.output()], entry.isShared
            else { continue }
            let kind = Kind(occasions: shared.occasions(origins), plans: entry.plans)
            let segment = segmentOfKind[kind] ?? segments.count
            if segment == segments.count { segments.append(Segment()) }
            segments[segment].add(origins)
            segmentOfKind[kind] = segment
            segmentOfNode[node] = segment
        }
        var isExported: Set<Tensor> = []
        func export(_ tensor: Tensor) {
            guard let segment = segmentOfNode[tensor.node], let entry = entries[tensor],
                isExported.insert(tensor).inserted
            else { return }
            shared.keep(entry, bytes: bytes(tensor))
            segments[segment].exports.append(entry)
        }
        for node in running {
            for input in inputs(node) where segmentOfNode[input.node] != segmentOfNode[node] {
                export(input)
            }
        }
        for fetch in fetches { export(fetch) }
        // What another plan takes from here is computed into the memory that it takes it from.
        for (tensor, entry) in entries where segmentOfNode[tensor.node] != nil {
            guard let memory = entry.memory else { continue }
            kept[tensor] = memory
            export(tensor)
        }
    }

    /// For each running node the origins of its value, ordered; none for one whose value depends on
    /// more than those: on chance, on what the run itself writes, or on a node with effects.
    private static func origins(
        _ running: [Node], _ specialization: Specialization, _ inputs: (Node) -> [Tensor]
    ) -> [Node: [SharedValues.Origin]] {
        let written = writtenBefore(specialization)
        var result: [Node: [SharedValues.Origin]] = [:]
        search: for node in running where !node.op.hasEffect {
            guard node.outputs.allSatisfy({ $0.type.stride > 0 }) else { continue }
            var origins: Set<SharedValues.Origin> = []
            for input in inputs(node) {
                if specialization.isFed(input) {
                    origins.insert(.feed(input))
                } else if input.node.isVariable {
                    guard !(written[node.id]?.contains(input.node) ?? false) else {
                        continue search
                    }
                    origins.insert(.variable(input.node))
                } else if specialization.value(input) == nil {
                    guard let known = result[input.node] else { continue search }
                    origins.formUnion(known)
                }
            }
            result[node] = origins.sorted { $0.order < $1.order }
        }
        return result
    }

    /// For each node (by its id) the variables that are written before it runs, as far as its
    /// dependencies say.
    private static func writtenBefore(_ specialization: Specialization) -> [Int: Set<Node>] {
        var result: [Int: Set<Node>] = [:]
        for node in specialization.nodes {
            var written: Set<Node> = []
            for before in node.inputs.map(\.node) + specialization.waitedFor(node) {
                if let known = result[before.id] { written.formUnion(known) }
                for target in before.op.writes { written.insert(before.inputs[target].node) }
            }
            if !written.isEmpty { result[node.id] = written }
        }
        return result
    }
}

extension SharedValues.Origin {
    /// An order that does not change from run to run.
    fileprivate var order: (Int, Int) {
        switch self {
        case .feed(let tensor): (tensor.node.id, tensor.index)
        case .variable(let node): (node.id, 0)
        }
    }
}
