internal import CKernels
internal import TensorBoard

/// The passes behind a plan, from a specialized graph to bound kernels: an order, fusion, what is
/// shared with other plans, memory (`Compiler+Memory.swift`), kernels (`Compiler+Kernels.swift`).
struct Compiler {
    private(set) var specialization: Specialization
    let fetches: [Tensor]
    let resources: Resources
    private let steps: [Schedule.Step]
    /// What is run at a time, in order.
    private(set) var units: [ElementwiseFusion.Unit] = []
    /// What is run while others compute, if there is the time.
    private(set) var asides: Set<Node> = []
    /// How each node runs, after fusion.
    private(set) var executions: [Node: Execution] = [:]
    /// What a node reads that stands for others, too.
    private var operands: [Node: [Tensor]] = [:]
    /// For each tensor that is another name for one: that one.
    private var sources: [Tensor: Tensor] = [:]
    /// The memory of each result, constant and feed, and of each fetch that is set aside.
    var buffers: [Tensor: Buffer] = [:]
    var kept: [Int: Buffer] = [:]
    var scratch: UnsafeMutablePointer<Float>
    var arena = Arena(size: 0)
    /// The nodes whose work others do too.
    private(set) var replaced: [Node: [Node]] = [:]
    private(set) var sharing: Sharing?
    private var narrowing: Narrowing?
    private let blocks: ImageBlocks

    init(_ specialization: Specialization, fetches: [Tensor], resources: Resources) {
        self.specialization = specialization
        self.fetches = fetches
        self.resources = resources
        var executions: [Node: Execution] = [:]
        var sources: [Tensor: Tensor] = [:]
        func source(_ tensor: Tensor) -> Tensor { sources[tensor] ?? tensor }
        for node in specialization.nodes where !specialization.isFolded(node) {
            let execution = node.op.run(specialization.context(node))
            executions[node] = execution
            let inputs = specialization.inputs(node)
            if case .alias(let input) = execution {
                let shared = source(inputs[input])
                for index in node.outputs.indices { sources[node.output(index)] = shared }
            } else if let target = node.op.writes.first {
                sources[node.output()] = source(inputs[target])
            }
        }
        let again = Recomputation(
            &self.specialization, fetches: Set(fetches.map(source)), executions: executions,
            source: source)
        blocks = ImageBlocks(
            &self.specialization, fetches: Set(fetches.map(source)), executions: again.executions,
            source: source)
        executions = blocks.executions
        self.executions = executions
        self.sources = sources
        steps =
            Schedule(
                self.specialization, fetches: fetches, source: source,
                isPartOfLoop: { node in
                    switch executions[node] {
                    case .unary, .binary, .sum, .copy, .columnSums, .pooling: true
                    case .nothing, .alias, .call, nil: false
                    }
                }
            ).steps
        scratch = arena.pointer.assumingMemoryBound(to: Float.self)
        fuse()
    }

    /// Replaces groups of nodes by one that does all their work.
    private mutating func fuse() {
        let biases = FusedBiases(
            specialization, running: running, fetches: Set(fetches.map(source)), source: source,
            convolution: { node in
                blocks.blockedExecution(node, specialization, hasBias: true)
                    ?? Op.convolution(specialization.context(node), hasBias: true)
            })
        for addition in biases.additions {
            executions[addition.replaced] = .nothing
            replaced[addition.node] = [addition.replaced]
            executions[addition.node] = addition.execution
            operands[addition.node] = addition.operands
        }
        let fusedSteps = FusedSteps(
            specialization, running: running, executions: executions,
            fetches: Set(fetches.map(source)), source: source)
        for step in fusedSteps.steps {
            for node in step.replaced { executions[node] = .nothing }
            replaced[step.node] = step.replaced
            executions[step.node] = step.execution
            operands[step.node] = step.operands
        }
        let fused = FusedUpdates(
            specialization, running: running, fetches: Set(fetches.map(source)),
            source: source)
        for update in fused.updates {
            for node in update.replaced { executions[node] = .nothing }
            replaced[update.node] = update.replaced
            executions[update.node] = update.execution
            operands[update.node] = update.operands
        }
    }

    /// What a node's kernel reads.
    func inputs(_ node: Node) -> [Tensor] {
        if let operands = operands[node] { return operands }
        let inputs = specialization.inputs(node)
        return switch executions[node] {
        case .copy, .columnSums: [inputs[0]]
        default: inputs
        }
    }

    /// The tensor whose memory a tensor is in.
    func source(_ tensor: Tensor) -> Tensor { sources[tensor] ?? tensor }

    /// Finds what this plan shares with others, and what can be one loop; `plan` is its number in
    /// the session.
    mutating func share(plan: Int) {
        resources.shared.note(writtenVariables(), plan: plan)
        sharing = Sharing(
            plan: plan, specialization, running: running, fetches: fetches.map(source),
            shared: resources.shared, inputs: { inputs($0).map(source) },
            order: { blocks.orders[$0] }, bytes: storedBytes)
        let kept = Set(sharing.map { Array($0.kept.keys) } ?? [])
        narrowing = Narrowing(
            running: running, executions: executions, kept: kept.union(fetches.map(source)),
            inputs: inputs, source: source,
            shape: { specialization.type($0).shape.known ?? [] })
        let loops = ElementwiseFusion(
            steps, running: isRunning, inputs: { inputs($0).map(source) }, kind: elementwiseKind,
            isResult: isLoopResult)
        let order = Asides(
            specialization, units: loops.units, inputs: { inputs($0).map(source) })
        (units, asides) = (order.units, order.nodes)
    }

    /// The shape in which a tensor is stored: its own, or that of the rows that repeat in it.
    func storedShape(_ tensor: Tensor) -> [Int] {
        narrowing?.shapes[source(tensor)] ?? specialization.type(tensor).shape.known ?? []
    }

    /// The order of the pixels of images that are stored in blocks; `nil` for what is stored as it
    /// is.
    func blockOrder(_ tensor: Tensor) -> kernel_pixel_order? {
        narrowing?.shapes[source(tensor)] == nil ? blocks.orders[source(tensor)] : nil
    }

    /// How many floats a tensor is stored in.
    private func storedCount(_ tensor: Tensor) -> Int {
        let shape = storedShape(tensor)
        return blockOrder(tensor) == nil
            ? shape.reduce(1, *) : BlockedConvolution.storedCount(shape)
    }

    func storedBytes(_ tensor: Tensor) -> Int {
        storedCount(tensor) * specialization.type(tensor).type.stride
    }

    /// What a node can share a loop with; `nil` for one that is not element-wise, or repeats an
    /// operand in a way that a tile cannot hold.
    func elementwiseKind(_ node: Node) -> ElementwiseFusion.Kind? {
        let elements: Tensor
        switch executions[node] {
        case .unary, .binary, .sum, .copy: elements = node.output()
        case .columnSums, .pooling: elements = inputs(node)[0]
        case .nothing, .alias, .call, nil: return nil
        }
        let order = blockOrder(elements)
        let lanes = order == nil ? 1 : Int(KERNEL_BLOCK)
        var kind = ElementwiseFusion.Kind(
            count: storedCount(elements), period: 1, order: order,
            segment: sharing?.segmentOfNode[node])
        switch executions[node] {
        case .columnSums(let columns, _):
            kind.columns = columns * lanes
            return kind
        case .pooling(let width, let channels, _):
            kind.period = 2 * (order == nil ? width : 2) * channels * lanes
            kind.isPooling = true
            return kind
        default: break
        }
        let shape = storedShape(node.output())
        for input in inputs(node) {
            switch Elementwise.Repetition(of: storedShape(input), in: shape) {
            case .whole: break
            case .rows(let count) where count * lanes <= Elementwise.tileSize:
                kind.period = ElementwiseFusion.common(kind.period, count == 1 ? 1 : count * lanes)
            case .rows, .other: return nil
            }
        }
        return (1...Elementwise.tileSize).contains(kind.period) ? kind : nil
    }

    /// Whether a node that shares a loop makes something else than the loop's elements, which is only
    /// there when the loop has ended.
    func isLoopResult(_ node: Node) -> Bool {
        switch executions[node] {
        case .columnSums, .pooling(_, _, isGradient: false): true
        default: false
        }
    }

    func isRunning(_ node: Node) -> Bool {
        switch executions[node] {
        case .nothing, .alias, nil: false
        case .unary, .binary, .sum, .copy, .columnSums, .pooling, .call: true
        }
    }

    /// The nodes that run, in order.
    var running: [Node] {
        guard units.isEmpty else { return units.flatMap(\.nodes) }
        return steps.compactMap { step in
            if case .node(let node) = step, isRunning(node) { node } else { nil }
        }
    }

    /// The variables that the run reads before it has given them a value, and those that it gives
    /// one.
    func variableUse() -> (read: [VariableStorage], assigned: [VariableStorage]) {
        var assigned: [VariableStorage] = []
        var read: [VariableStorage] = []
        func note(_ tensor: Tensor) {
            let owner = source(tensor)
            guard owner.node.isVariable, !specialization.isFed(owner) else { return }
            let storage = resources.variable(owner.node)
            if !assigned.contains(where: { $0 === storage }),
                !read.contains(where: { $0 === storage })
            {
                read.append(storage)
            }
        }
        for unit in units {
            if case .keep(let fetch) = unit { note(fetches[fetch]) }
            for node in unit.nodes {
                let isAssignment = node.op.name == Op.assign.name
                let inputs = inputs(node)
                for input in isAssignment ? inputs[1...] : inputs[...] { note(input) }
                if isAssignment { assigned.append(resources.variable(source(inputs[0]).node)) }
            }
        }
        for fetch in fetches { note(fetch) }
        return (read, assigned)
    }

    /// The variables that the run writes to.
    func writtenVariables() -> [Node] {
        var result: [Node] = []
        for node in running {
            for target in node.op.writes {
                let variable = source(inputs(node)[target]).node
                if !result.contains(variable) { result.append(variable) }
            }
        }
        return result
    }
}
