internal import CKernels
internal import TensorBoard

/// The passes behind a plan, from a specialized graph to bound kernels.
struct Compiler {
    private let specialization: Specialization
    private let fetches: [Tensor]
    private let resources: Resources
    private let steps: [Schedule.Step]
    private var units: [ElementwiseFusion.Unit] = []
    private var executions: [Node: Execution] = [:]
    private var operands: [Node: [Tensor]] = [:]
    private var sources: [Tensor: Tensor] = [:]
    private var buffers: [Tensor: Buffer] = [:]
    private var kept: [Int: Buffer] = [:]
    private var scratch: UnsafeMutablePointer<Float>
    private(set) var arena = Arena(size: 0)
    private(set) var sharing: Sharing?

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
        self.executions = executions
        self.sources = sources
        steps = Schedule(specialization, fetches: fetches, source: source).steps
        scratch = arena.pointer.assumingMemoryBound(to: Float.self)
        fuse()
    }

    /// Replaces groups of nodes by one that does all their work.
    private mutating func fuse() {
        let fused = FusedUpdates(
            specialization, running: running, fetches: Set(fetches.map(source)),
            source: source)
        for update in fused.updates {
            for node in update.replaced { executions[node] = .nothing }
            executions[update.node] = update.execution
            operands[update.node] = update.operands
        }
    }

    /// What a node's kernel reads.
    private func inputs(_ node: Node) -> [Tensor] {
        let inputs = operands[node] ?? specialization.inputs(node)
        if case .copy = executions[node] { return [inputs[0]] }
        return inputs
    }

    /// The tensor whose memory a tensor is in.
    private func source(_ tensor: Tensor) -> Tensor { sources[tensor] ?? tensor }

    /// Finds what this plan shares with others, and what can be one loop; `plan` is its number in
    /// the session.
    mutating func share(plan: Int) {
        sharing = Sharing(
            plan: plan, specialization, running: running, fetches: fetches.map(source),
            shared: resources.shared, inputs: { inputs($0).map(source) })
        units =
            ElementwiseFusion(
                steps, running: isRunning, inputs: { inputs($0).map(source) }, kind: elementwiseKind
            ).units
    }

    /// What a node can share a loop with; `nil` for one that is not element-wise, or repeats an
    /// operand in a way that a tile cannot hold.
    private func elementwiseKind(_ node: Node) -> ElementwiseFusion.Kind? {
        switch executions[node] {
        case .unary, .binary, .sum, .copy: break
        case .nothing, .alias, .call, nil: return nil
        }
        let shape = specialization.type(node.output()).shape.known ?? []
        var period = 1
        for input in inputs(node) {
            let operand = specialization.type(input).shape.known ?? []
            switch Elementwise.Repetition(of: operand, in: shape) {
            case .whole: break
            case .rows(let count)
            where count <= Elementwise.tileSize && (period == 1 || count == 1):
                period = max(period, count)
            case .rows(let count) where count == period: break
            case .rows, .other: return nil
            }
        }
        return .init(
            count: shape.reduce(1, *), period: max(period, 1),
            segment: sharing?.segmentOfNode[node])
    }

    // MARK: Memory

    /// Places everything that a run needs beside the variables: feeds, constants, results and
    /// scratch memory.
    mutating func layOut(feeds: [Tensor]) {
        let whole = 0...units.count
        var owners: [Tensor] = []
        var requests: [ArenaLayout.Request] = []
        func request(_ tensor: Tensor, _ steps: ClosedRange<Int>) {
            owners.append(tensor)
            requests.append(.init(bytes: specialization.bytes(tensor), steps: steps))
        }
        for feed in feeds { request(feed, whole) }
        let constants = constantsInUse()
        for constant in constants { request(constant, whole) }
        for (tensor, steps) in lifetimes() where sharing?.kept[tensor] == nil {
            request(tensor, steps)
        }
        let keeps = units.compactMap { if case .keep(let fetch) = $0 { fetch } else { nil } }
        for fetch in keeps {
            requests.append(.init(bytes: specialization.bytes(fetches[fetch]), steps: whole))
        }
        requests.append(.init(bytes: scratchBytes, steps: whole))

        let layout = ArenaLayout(requests)
        arena = Arena(size: layout.size)
        for (tensor, offset) in zip(owners, layout.offsets) {
            buffers[tensor] = buffer(specialization.type(tensor), arena.pointer + offset)
        }
        for (fetch, offset) in zip(keeps, layout.offsets[owners.count...]) {
            kept[fetch] = buffer(specialization.type(fetches[fetch]), arena.pointer + offset)
        }
        for (tensor, memory) in sharing?.kept ?? [:] {
            buffers[tensor] = buffer(specialization.type(tensor), memory.pointer)
        }
        if let offset = layout.offsets.last {
            scratch = (arena.pointer + offset).assumingMemoryBound(to: Float.self)
        }
        for constant in constants {
            if let buffer = buffers[constant] { specialization.value(constant)?.copy(to: buffer) }
        }
    }

    private var scratchBytes: Int {
        executions.values.reduce(0) { largest, execution in
            guard case .call(let scratch, _) = execution else { return largest }
            return max(largest, scratch * MemoryLayout<Float>.stride)
        }
    }

    private func isRunning(_ node: Node) -> Bool {
        switch executions[node] {
        case .nothing, .alias, nil: false
        case .unary, .binary, .sum, .copy, .call: true
        }
    }

    /// The nodes that run, in order.
    private var running: [Node] {
        guard units.isEmpty else { return units.flatMap(\.nodes) }
        return steps.compactMap { step in
            if case .node(let node) = step, isRunning(node) { node } else { nil }
        }
    }

    /// Tensors with a known value that something running or fetched reads.
    private func constantsInUse() -> [Tensor] {
        var result: [Tensor] = []
        var isKnown: Set<Tensor> = []
        for tensor in running.flatMap(inputs) + fetches {
            let owner = source(tensor)
            guard !specialization.isFed(owner), specialization.value(owner) != nil,
                isKnown.insert(owner).inserted
            else { continue }
            result.append(owner)
        }
        return result
    }

    /// For each result that is made in a run: from which unit on it is needed, and until which. A
    /// result that only its own unit reads is not there.
    private func lifetimes() -> [(Tensor, ClosedRange<Int>)] {
        var order: [Tensor] = []
        var ranges: [Tensor: ClosedRange<Int>] = [:]
        var isRead: Set<Tensor> = []
        for (place, unit) in units.enumerated() {
            for node in unit.nodes {
                for index in node.outputs.indices
                where source(node.output(index)) == node.output(index) {
                    order.append(node.output(index))
                    ranges[node.output(index)] = place...place
                }
            }
            for input in unit.nodes.flatMap(inputs) {
                let owner = source(input)
                guard let range = ranges[owner], range.lowerBound < place else { continue }
                isRead.insert(owner)
                ranges[owner] = range.lowerBound...place
            }
            if case .node(let node) = unit {
                isRead.formUnion(node.outputs.indices.map { node.output($0) })
            }
        }
        for fetch in fetches {
            let owner = source(fetch)
            guard let range = ranges[owner] else { continue }
            isRead.insert(owner)
            ranges[owner] = range.lowerBound...units.count
        }
        return order.filter(isRead.contains).compactMap { tensor in
            ranges[tensor].map { (tensor, $0) }
        }
    }

    private func buffer(_ type: TensorType, _ pointer: UnsafeMutableRawPointer) -> Buffer {
        Buffer(
            pointer: pointer, type: type.type, shape: type.shape.known ?? [],
            slot: type.type == .string ? SummarySlot() : nil)
    }

    /// The memory of a tensor, in the tensor's own shape.
    func buffer(_ tensor: Tensor) -> Buffer {
        let owner = source(tensor)
        let known =
            owner.node.isVariable && !specialization.isFed(owner)
            ? resources.variable(owner.node).buffer : buffers[owner]
        guard let known else { preconditionFailure("\(tensor) is used, and is never computed") }
        let shape = specialization.type(tensor).shape.known ?? known.shape
        return Buffer(pointer: known.pointer, type: known.type, shape: shape, slot: known.slot)
    }

    /// The memory that holds a fetch after the run.
    func fetched(_ fetch: Int) -> Buffer { kept[fetch] ?? buffer(fetches[fetch]) }

    // MARK: Kernels

    /// The calls in order, each with the segment that it belongs to.
    func makeCalls() -> [Plan.Call] {
        var noise = SystemRandomNumberGenerator()
        return units.compactMap { unit in
            switch unit {
            case .node(let node):
                call([node], run: makeKernel(node, noise: &noise))
            case .group(let nodes):
                call(nodes, run: makeKernel(nodes))
            case .keep(let fetch):
                kept[fetch].map { Plan.Call(segment: nil, run: copying(fetches[fetch], to: $0)) }
            }
        }
    }

    private func call(_ nodes: [Node], run: @escaping Kernel) -> Plan.Call {
        Plan.Call(
            segment: sharing?.segmentOfNode[nodes[0]],
            nodes: nodes.map { node in
                (node, node.outputs.indices.map { specialization.bytes(node.output($0)) })
            }, run: run)
    }

    /// One loop over all of a group's nodes.
    private func makeKernel(_ nodes: [Node]) -> Kernel {
        var period = 1
        let members = nodes.enumerated().map { place, node in
            if let kind = elementwiseKind(node) {
                period = ElementwiseFusion.common(kind.period, period)
            }
            return member(node, of: nodes[..<place])
        }
        let count = specialization.type(nodes[0].output()).shape.elementCount ?? 0
        return Elementwise.kernel(members, count: count, period: period, pool: resources.pool)
    }

    private func member(_ node: Node, of earlier: ArraySlice<Node>) -> Elementwise.Member {
        requireFloats(node)
        let shape = specialization.type(node.output()).shape.known ?? []
        let operands = inputs(node).map { input -> Elementwise.Member.Operand in
            if let place = earlier.firstIndex(of: source(input).node) { return .member(place) }
            let buffer = buffer(input)
            switch Elementwise.Repetition(of: buffer.shape, in: shape) {
            case .rows(let count): return .row(buffer.floats, count: count)
            case .whole, .other: return .whole(buffer.floats)
            }
        }
        let function: Elementwise.Member.Function =
            switch executions[node] {
            case .unary(let function): .unary(function)
            case .binary(let function): .binary(function)
            default: .sum
            }
        return .init(
            function: function, operands: operands, result: buffers[node.output()]?.floats)
    }

    private func copying(_ tensor: Tensor, to copy: Buffer) -> Kernel {
        let original = buffer(tensor)
        let bytes = copy.count * copy.type.stride
        return { copy.pointer.copyMemory(from: original.pointer, byteCount: bytes) }
    }

    private func makeKernel(_ node: Node, noise: inout SystemRandomNumberGenerator) -> Kernel {
        let bindings = Bindings(
            inputs: inputs(node).map(buffer),
            outputs: node.outputs.indices.map { buffer(node.output($0)) },
            scratch: scratch, pool: resources.pool,
            random: resources.randomState(node, noise: &noise))
        switch executions[node] {
        case .call(_, let make):
            return make(bindings)
        case .binary(let function):
            requireFloats(node)
            return Elementwise.single(function, bindings)
        default:
            preconditionFailure("\(node) has nothing to run")
        }
    }

    private func requireFloats(_ node: Node) {
        precondition(
            specialization.type(node.output()).type == .float,
            "\(node): arithmetic on \(node.outputs[0].type) works on values that follow from shapes only"
        )
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
        for node in running {
            let isAssignment = node.op.name == Op.assign.name
            let inputs = inputs(node)
            for input in isAssignment ? inputs[1...] : inputs[...] { note(input) }
            if isAssignment { assigned.append(resources.variable(source(inputs[0]).node)) }
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
