internal import TensorFlowTypes

/// The part of a graph that a run needs, with every shape known, and with all
/// values known that follow from shapes and constants.
///
/// Shape arithmetic, predicates and the branches that they do not take are gone after it: their
/// nodes remain, without anything to run, for the order that they stand for.
struct Specialization {
    /// The nodes that a run needs, oldest first.
    private(set) var nodes: [Node] = []
    /// What is known of the tensors that are fed.
    let feeds: [Tensor: Feed]
    /// Whether the run may change variables.
    private let effects: Effects
    private var states: [State?]
    private var isNeeded: [Bool] = []
    /// The graph's nodes come first; those behind them are the plan's own.
    private let graphCount: Int
    private var originals: [Node: Node] = [:]
    /// The inputs of nodes that read a copy of what the graph says.
    private var replacedInputs: [Node: [Tensor]] = [:]

    /// What is known of a tensor that is fed.
    struct Feed: Hashable {
        var shape: [Int]
        var type: DataType
        /// The value of a bool scalar, by which a conditional's branch is chosen when the run is
        /// planned.
        var predicate: Bool?
        /// Of what shards compute and the run reads: when each part of the sum is there
        /// (``ShardBuckets/parts(of:)``), or all rows are, among others; a later one has a larger number.
        var arrivals: [Int]?
        /// Whether the run reads the rows of all shards, and not their sum.
        var isOfRows = false

        /// What shards compute, of which the run reads the sum.
        init(_ type: TensorType, arrivals: [Int]) {
            shape = type.shape.known ?? []
            self.type = type.type
            self.arrivals = arrivals
        }

        /// What shards compute, of which the run reads all rows.
        init(rows: [Int], arrival: Int) {
            (shape, type, arrivals, isOfRows) = (rows, .float, [arrival], true)
        }

        init(_ value: Value) {
            shape = value.shape
            type = value.type
            predicate = value.bool
        }
    }

    /// What is known of a node.
    private struct State {
        var outputs: [TensorType] = []
        var values: [Value?] = []
        var isDead: [Bool] = []
        var isNodeDead = false
        /// The input that a merge passes on.
        var chosen = 0
        var context: OpContext?
    }

    /// - Throws: ``SessionError`` when something needed is not fed, or never computed, or changes a
    ///   variable in a run without effects.
    init(
        graph: Graph, fetches: [Tensor], targets: [Node], feeds: [Tensor: Feed],
        effects: Effects = .all
    ) throws {
        self.feeds = feeds
        self.effects = effects
        graphCount = graph.nodes.count
        states = Array(repeating: nil, count: graphCount)
        for node in reachable(from: fetches, targets, count: graph.nodes.count) {
            states[node.id] = try specialize(node)
        }
        for fetch in fetches where isDead(fetch) {
            throw SessionError.notComputed(fetch.name)
        }
        let count = graph.nodes.count
        isNeeded = neededNodes(fetches: fetches, targets: targets, effects, count: count)
        nodes = graph.nodes.filter { isNeeded[$0.id] }
        if effects == .none {
            let ofTargets = neededNodes(fetches: [], targets: targets, .all, count: count)
            let writer = graph.nodes.first { node in
                !node.op.writes.isEmpty && (isNeeded[node.id] || ofTargets[node.id])
            }
            guard let writer else { return }
            let asked = targets.first?.name ?? fetches.first?.name ?? writer.name
            throw SessionError.hasEffect(asked, node: writer.name)
        }
    }

    // MARK: What the later passes ask

    /// The concrete type and shape of a tensor.
    func type(_ tensor: Tensor) -> TensorType {
        if let feed = feeds[tensor] { return TensorType(Shape(feed.shape), feed.type) }
        return states[tensor.node.id]?.outputs[tensor.index] ?? tensor.node.outputs[tensor.index]
    }

    /// The value of a tensor, if it is known.
    func value(_ tensor: Tensor) -> Value? {
        if let feed = feeds[tensor] { return feed.predicate.map { Value($0) } }
        return states[tensor.node.id]?.values[tensor.index]
    }

    /// The size of a tensor in memory.
    func bytes(_ tensor: Tensor) -> Int {
        let type = type(tensor)
        return (type.shape.elementCount ?? 0) * type.type.stride
    }

    func isFed(_ tensor: Tensor) -> Bool { feeds[tensor] != nil }

    /// Whether what is fed for a tensor is the sum of what shards have computed.
    func isSummed(_ tensor: Tensor) -> Bool {
        feeds[tensor].map { $0.arrivals != nil && !$0.isOfRows } ?? false
    }

    /// Whether what is fed for a tensor are the rows that shards have computed.
    func isOfRows(_ tensor: Tensor) -> Bool { feeds[tensor]?.isOfRows ?? false }

    /// Whether nothing is left of the node to run.
    func isFolded(_ node: Node) -> Bool {
        guard let state = states[node.id], !state.values.isEmpty, !node.op.hasEffect else {
            return false
        }
        return state.values.allSatisfy { $0 != nil }
    }

    /// The tensors that the node is computed from.
    func inputs(_ node: Node) -> [Tensor] {
        if let replaced = replacedInputs[node] { return replaced }
        return node.op.role == .join
            ? [node.inputs[states[node.id]?.chosen ?? 0]] : node.inputs
    }

    /// What the node's op sees of it.
    func context(_ node: Node) -> OpContext {
        states[node.id]?.context ?? OpContext(node: node, inputs: [], values: [])
    }

    // MARK: Nodes of the plan's own

    /// Adds a node that computes what another one does, from inputs of the same shapes, and that
    /// belongs to this run alone.
    mutating func addCopy(of node: Node, inputs: [Tensor]) -> Node {
        let copy = add(
            node.name + "/again", node.op, inputs, node.attributes, node.outputs, states[node.id])
        originals[copy] = originals[node] ?? node
        return copy
    }

    /// The graph's node for one of a run: the node itself, or what it is a copy of; `nil` for one
    /// that the graph knows nothing of.
    func original(_ node: Node) -> Node? {
        node.id < graphCount ? node : originals[node]
    }

    /// Adds a node with one output that belongs to this run alone.
    mutating func addNode(_ name: String, _ op: Op, inputs: [Tensor], output: TensorType) -> Node {
        add(
            name, op, inputs, [:], [output],
            State(outputs: [output], values: [nil], isDead: [false]))
    }

    private mutating func add(
        _ name: String, _ op: Op, _ inputs: [Tensor], _ attributes: [String: AttributeValue],
        _ outputs: [TensorType], _ state: State?
    ) -> Node {
        let node = Node(
            name: name, op: op, id: states.count, inputs: inputs, controlInputs: [],
            attributes: attributes, branch: nil, graph: inputs[0].node.graph)
        node.outputs = outputs
        states.append(state)
        isNeeded.append(true)
        nodes.append(node)
        return node
    }

    /// Lets a node read another tensor of the same shape.
    mutating func replaceInput(_ input: Int, of node: Node, by tensor: Tensor) {
        var inputs = inputs(node)
        inputs[input] = tensor
        replacedInputs[node] = inputs
    }

    // MARK: Forward

    private func reachable(from fetches: [Tensor], _ targets: [Node], count: Int) -> [Node] {
        var isReached = [Bool](repeating: false, count: count)
        var result: [Node] = []
        var stack = targets + fetches.filter { feeds[$0] == nil }.map(\.node)
        while let node = stack.popLast() {
            guard !isReached[node.id] else { continue }
            isReached[node.id] = true
            result.append(node)
            stack.append(contentsOf: node.controlInputs)
            for input in node.inputs where feeds[input] == nil { stack.append(input.node) }
        }
        return result.sorted { $0.id < $1.id }
    }

    private func specialize(_ node: Node) throws -> State {
        var state = State()
        let isJoin = node.op.role == .join
        let deadInputs = node.inputs.map(isDead)
        let isWaitingForDead = node.controlInputs.contains { states[$0.id]?.isNodeDead ?? false }
        let isDead = isJoin ? !deadInputs.contains(false) : deadInputs.contains(true)
        guard !isDead, !isWaitingForDead else {
            state.isNodeDead = true
            state.outputs = node.outputs
            state.values = Array(repeating: nil, count: node.outputs.count)
            state.isDead = Array(repeating: true, count: node.outputs.count)
            return state
        }
        if node.op.role == .fed {
            // Something waits for it; it is there when it is fed.
            guard isFed(node.output()) else { throw SessionError.notFed(node.name) }
            state.outputs = [type(node.output())]
            state.values = [value(node.output())]
            state.isDead = [false]
            return state
        }
        state.chosen = deadInputs.firstIndex(of: false) ?? 0
        let inputs = isJoin ? [node.inputs[state.chosen]] : node.inputs
        var context = OpContext(node: node, inputs: inputs.map(type), values: inputs.map(value))
        let misfit = OpContext.Misfit()
        context.misfit = misfit
        context.outputs = node.op.outputs(context)
        if let message = misfit.message { throw SessionError.misfit(message) }
        context.misfit = nil
        state.outputs = context.outputs
        let none = [Value?](repeating: nil, count: state.outputs.count)
        state.values = node.op.hasEffect ? none : node.op.fold?(context) ?? none
        for (index, value) in state.values.enumerated() {
            if let value { state.outputs[index].shape = Shape(value.shape) }
            let shape = state.outputs[index].shape
            guard shape.isFullyDefined else {
                throw SessionError.openShape(node.output(index).name, "\(shape)")
            }
        }
        state.isDead = Array(repeating: false, count: state.outputs.count)
        if node.op.role == .fork {
            guard let predicate = context.values[1]?.bool else {
                throw SessionError.unknownPredicate(node.inputs[1].name)
            }
            state.isDead[predicate ? 0 : 1] = true
            state.values = [context.values[0], context.values[0]]
        } else if isJoin {
            state.values = [context.values[0], Value(Int32(state.chosen))]
        }
        state.context = context
        return state
    }

    private func isDead(_ tensor: Tensor) -> Bool {
        feeds[tensor] == nil && (states[tensor.node.id]?.isDead[tensor.index] ?? false)
    }

    // MARK: Backward

    /// Which nodes are left to be needed: not those behind a value that is known, nor those of a
    /// branch not taken, nor what is only waited for and writes nothing.
    private func neededNodes(
        fetches: [Tensor], targets: [Node], _ effects: Effects, count: Int
    ) -> [Bool] {
        enum Need: Int { case none, itsWrites, all }
        var needs = [Need](repeating: .none, count: count)
        let roots = targets + fetches.filter { feeds[$0] == nil }.map(\.node)
        var stack = roots.map { (node: $0, need: Need.all) }
        while let (node, asked) = stack.popLast() {
            guard let state = states[node.id], !state.isNodeDead else { continue }
            let need = node.op.writes.isEmpty ? asked : .all
            guard need.rawValue > needs[node.id].rawValue else { continue }
            needs[node.id] = need
            if effects == .all {
                for before in node.controlInputs { stack.append((before, .itsWrites)) }
            }
            let isFolded = isFolded(node)
            for input in inputs(node) where feeds[input] == nil {
                if !isFolded {
                    stack.append((input.node, need))
                } else if value(input) != nil, effects == .all {
                    stack.append((input.node, .itsWrites))
                }
            }
        }
        return needs.map { $0 == .all }
    }

    /// What a node waits for beside its inputs: the nodes that its control dependencies name, or,
    /// where one of those is not needed itself, the needed ones before it.
    func waitedFor(_ node: Node) -> [Node] {
        var result: [Node] = []
        var seen: Set<Node> = []
        var stack = node.controlInputs
        while let before = stack.popLast() {
            guard seen.insert(before).inserted else { continue }
            if isNeeded[before.id] {
                result.append(before)
            } else {
                stack.append(contentsOf: before.controlInputs)
                stack.append(contentsOf: before.inputs.filter { feeds[$0] == nil }.map(\.node))
            }
        }
        return result
    }
}
