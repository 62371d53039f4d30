/// The pass that makes a large value again where a later loop needs it, instead of keeping it.
///
/// A gradient reads what the forward pass made long before, when it has left the caches: a relu,
/// say, which is a scale and a shift of a convolution that the same loop reads anyway. And what a
/// loop makes beside the sums that the next loop waits for is written to memory just to be read
/// once. Where such a value costs less to make than to store and to read again, the later loop gets
/// nodes of its own for it, and the value is never stored.
struct Recomputation {
    /// How all nodes run; those that nobody reads any more do not, and there are copies.
    private(set) var executions: [Node: Execution]

    /// Elements from which on a value that a relu or the like makes is worth it.
    private static let leastCount = 1 << 14
    /// Elements from which on a pool's gradient is, too: more than a core's caches hold beside other
    /// things.
    private static let leastCountOfPools = 1 << 18

    private let source: (Tensor) -> Tensor
    private let readers: Readers
    private var stages: Stages

    /// - Parameters:
    ///   - specialization: the graph, which gets the copies and the inputs that read them.
    ///   - source: the tensor that owns a tensor's memory.
    init(
        _ specialization: inout Specialization, fetches: Set<Tensor>,
        executions: [Node: Execution], source: @escaping (Tensor) -> Tensor
    ) {
        self.executions = executions
        self.source = source
        readers = Readers(specialization, executions, source)
        stages = Stages()
        for node in specialization.nodes where isCheap(node, specialization) {
            guard !fetches.contains(node.output()) else { continue }
            makeAgain(node, &specialization)
        }
    }

    /// Whether the node makes a large value for little.
    private func isCheap(_ node: Node, _ specialization: Specialization) -> Bool {
        let least: Int
        switch executions[node] {
        case .unary where node.op.isCheap, .binary where node.op.isCheap: least = Self.leastCount
        case .pooling(_, _, isGradient: true): least = Self.leastCountOfPools
        default: return false
        }
        return count(node.output(), specialization) >= least
    }

    private func count(_ tensor: Tensor, _ specialization: Specialization) -> Int {
        specialization.type(tensor).shape.elementCount ?? 0
    }

    // MARK: What is made again, and for whom

    /// Gives the readers in later loops copies of a node, if that pays.
    private mutating func makeAgain(_ node: Node, _ specialization: inout Specialization) {
        let value = node.output()
        let (shape, all) = (specialization.type(value).shape, readers[value])
        for reader in all {
            let input = specialization.inputs(reader.node)[reader.input]
            guard isPartOfLoop(reader.node), specialization.type(input).shape == shape else {
                return
            }
        }
        let own = stage(node, specialization)
        let late = all.filter { stage($0.node, specialization) > own }
        guard !late.isEmpty, isWorthIt(node, specialization) else { return }
        for later in Set(late.map { stage($0.node, specialization) }).sorted() {
            var made: [Node: Tensor] = [:]
            let again = copy(node, stage: later, &made, &specialization)
            for reader in late where stage(reader.node, specialization) == later {
                specialization.replaceInput(reader.input, of: reader.node, by: again)
            }
        }
        if late.count == all.count { executions[node] = .nothing }
    }

    private func isPartOfLoop(_ node: Node) -> Bool {
        switch executions[node] {
        case .unary, .binary, .sum, .copy, .columnSums, .pooling: true
        case .nothing, .alias, .call, nil: false
        }
    }

    /// Whether what has to be read instead is there in any case, and not much more than the value.
    private mutating func isWorthIt(_ node: Node, _ specialization: Specialization) -> Bool {
        var leaves: Set<Tensor> = []
        collectLeaves(node, specialization, &leaves)
        for leaf in leaves where isOfOneLoop(leaf, specialization) { return false }
        let read = leaves.reduce(0) { $0 + count($1, specialization) }
        return 2 * read <= 3 * count(node.output(), specialization)
    }

    /// The operands, but for rows, that it is made from, as far as it would be made again.
    private mutating func collectLeaves(
        _ node: Node, _ specialization: Specialization, _ leaves: inout Set<Tensor>
    ) {
        for input in specialization.inputs(node).map(source)
        where count(input, specialization) > Elementwise.tileSize {
            if isMadeAgain(input, specialization) {
                collectLeaves(input.node, specialization, &leaves)
            } else {
                leaves.insert(input)
            }
        }
    }

    /// Whether an operand is made again, too: if only its own loop reads it.
    private mutating func isMadeAgain(_ tensor: Tensor, _ specialization: Specialization) -> Bool {
        isCheap(tensor.node, specialization) && isOfOneLoop(tensor, specialization)
    }

    /// Whether only the loop reads the value that makes it.
    private mutating func isOfOneLoop(_ tensor: Tensor, _ specialization: Specialization) -> Bool {
        switch executions[tensor.node] {
        case .unary, .binary, .sum, .copy, .pooling(_, _, isGradient: true): break
        default: return false
        }
        let own = stage(tensor.node, specialization)
        for reader in readers[tensor] {
            guard isPartOfLoop(reader.node), stage(reader.node, specialization) == own else {
                return false
            }
        }
        return true
    }

    /// - Parameter made: the copies for one later loop.
    private mutating func copy(
        _ node: Node, stage: Int, _ made: inout [Node: Tensor],
        _ specialization: inout Specialization
    ) -> Tensor {
        if let known = made[node] { return known }
        var inputs = specialization.inputs(node)
        for (index, input) in inputs.enumerated() where isMadeAgain(source(input), specialization) {
            inputs[index] = copy(source(input).node, stage: stage, &made, &specialization)
        }
        let copy = specialization.addCopy(of: node, inputs: inputs)
        executions[copy] = executions[node]
        stages.set(copy, stage)
        made[node] = copy.output()
        return copy.output()
    }

    private mutating func stage(_ node: Node, _ specialization: Specialization) -> Int {
        stages.stage(node, specialization, executions, source)
    }
}

/// In which loop at the earliest a node can be: 0 for one that reads what is there before a run, and
/// one more for each loop or call that has to have ended.
private struct Stages {
    private var known: [Node: Int] = [:]

    mutating func set(_ node: Node, _ stage: Int) { known[node] = stage }

    mutating func stage(
        _ node: Node, _ specialization: Specialization, _ executions: [Node: Execution],
        _ source: (Tensor) -> Tensor
    ) -> Int {
        if let stage = known[node] { return stage }
        known[node] = 0
        var result = 0
        for input in specialization.inputs(node).map(source) {
            let maker = input.node
            guard !specialization.isFed(input), specialization.value(input) == nil,
                !maker.isVariable
            else { continue }
            let before = stage(maker, specialization, executions, source)
            switch executions[maker] {
            case .unary, .binary, .sum, .copy, .pooling(_, _, isGradient: true):
                result = max(result, before)
            default:
                result = max(result, before + 1)
            }
        }
        known[node] = result
        return result
    }
}
