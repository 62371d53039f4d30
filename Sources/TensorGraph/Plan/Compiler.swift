internal import CKernels
internal import TensorBoard

/// The passes behind a plan, from a specialized graph to bound kernels.
struct Compiler {
    private let specialization: Specialization
    private let fetches: [Tensor]
    private let resources: Resources
    private let steps: [Schedule.Step]
    private var executions: [Node: Execution] = [:]
    private var sources: [Tensor: Tensor] = [:]
    private var buffers: [Tensor: Buffer] = [:]
    private var kept: [Int: Buffer] = [:]
    private var scratch: UnsafeMutablePointer<Float>
    private(set) var arena = Arena(size: 0)

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
    }

    /// The tensor whose memory a tensor is in.
    private func source(_ tensor: Tensor) -> Tensor { sources[tensor] ?? tensor }

    // MARK: Memory

    /// Places everything that a run needs beside the variables: feeds, constants, results and scratch memory.
    mutating func layOut(feeds: [Tensor]) {
        let whole = 0...max(steps.count, 1)
        var owners: [Tensor] = []
        var requests: [ArenaLayout.Request] = []
        func request(_ tensor: Tensor, _ steps: ClosedRange<Int>) {
            owners.append(tensor)
            requests.append(.init(bytes: bytes(tensor), steps: steps))
        }
        for feed in feeds { request(feed, whole) }
        let constants = constantsInUse()
        for constant in constants { request(constant, whole) }
        for (tensor, steps) in lifetimes() { request(tensor, steps) }
        let keeps = steps.compactMap { if case .keep(let fetch) = $0 { fetch } else { nil } }
        for fetch in keeps { requests.append(.init(bytes: bytes(fetches[fetch]), steps: whole)) }
        requests.append(.init(bytes: scratchBytes, steps: whole))

        let layout = ArenaLayout(requests)
        arena = Arena(size: layout.size)
        for (tensor, offset) in zip(owners, layout.offsets) {
            buffers[tensor] = buffer(specialization.type(tensor), arena.pointer + offset)
        }
        for (fetch, offset) in zip(keeps, layout.offsets[owners.count...]) {
            kept[fetch] = buffer(specialization.type(fetches[fetch]), arena.pointer + offset)
        }
        if let offset = layout.offsets.last {
            scratch = (arena.pointer + offset).assumingMemoryBound(to: Float.self)
        }
        for constant in constants {
            if let buffer = buffers[constant] { specialization.value(constant)?.copy(to: buffer) }
        }
    }

    private func bytes(_ tensor: Tensor) -> Int {
        let type = specialization.type(tensor)
        return (type.shape.elementCount ?? 0) * type.type.stride
    }

    private var scratchBytes: Int {
        executions.values.reduce(0) { largest, execution in
            guard case .call(let scratch, _) = execution else { return largest }
            return max(largest, scratch * MemoryLayout<Float>.stride)
        }
    }

    /// The nodes that run, with their places in the order.
    private var running: [(step: Int, node: Node)] {
        steps.enumerated().compactMap { index, step in
            guard case .node(let node) = step, let execution = executions[node] else { return nil }
            switch execution {
            case .nothing, .alias: return nil
            case .unary, .binary, .call: return (index, node)
            }
        }
    }

    /// Tensors with a known value that something running or fetched reads.
    private func constantsInUse() -> [Tensor] {
        var result: [Tensor] = []
        var isKnown: Set<Tensor> = []
        for tensor in running.flatMap({ specialization.inputs($0.node) }) + fetches {
            let owner = source(tensor)
            guard !specialization.isFed(owner), specialization.value(owner) != nil,
                isKnown.insert(owner).inserted
            else { continue }
            result.append(owner)
        }
        return result
    }

    /// For each result that is made in a run: from which step on it is needed, and until which.
    private func lifetimes() -> [(Tensor, ClosedRange<Int>)] {
        var order: [Tensor] = []
        var ranges: [Tensor: ClosedRange<Int>] = [:]
        for (step, node) in running {
            for index in node.outputs.indices where source(node.output(index)) == node.output(index) {
                order.append(node.output(index))
                ranges[node.output(index)] = step...step
            }
            for input in specialization.inputs(node) {
                let owner = source(input)
                if let range = ranges[owner] { ranges[owner] = range.lowerBound...step }
            }
        }
        for fetch in fetches {
            let owner = source(fetch)
            if let range = ranges[owner] { ranges[owner] = range.lowerBound...steps.count }
        }
        return order.compactMap { tensor in ranges[tensor].map { (tensor, $0) } }
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

    func makeKernels() -> [Kernel] {
        var noise = SystemRandomNumberGenerator()
        return steps.compactMap { step -> Kernel? in
            switch step {
            case .node(let node):
                return makeKernel(node, noise: &noise)
            case .keep(let fetch):
                guard let copy = kept[fetch] else { return nil }
                let original = buffer(fetches[fetch])
                let bytes = copy.count * copy.type.stride
                return { copy.pointer.copyMemory(from: original.pointer, byteCount: bytes) }
            }
        }
    }

    private func makeKernel(_ node: Node, noise: inout SystemRandomNumberGenerator) -> Kernel? {
        guard let execution = executions[node] else { return nil }
        switch execution {
        case .nothing, .alias: return nil
        case .unary, .binary, .call: break
        }
        let bindings = Bindings(
            inputs: specialization.inputs(node).map(buffer),
            outputs: node.outputs.indices.map { buffer(node.output($0)) },
            scratch: scratch, pool: resources.pool,
            random: resources.randomState(node, noise: &noise))
        switch execution {
        case .nothing, .alias: return nil
        case .unary(let function):
            requireFloats(node, bindings)
            return Elementwise.unary(function, bindings)
        case .binary(let function):
            requireFloats(node, bindings)
            return Elementwise.binary(function, bindings)
        case .call(_, let make): return make(bindings)
        }
    }

    private func requireFloats(_ node: Node, _ bindings: Bindings) {
        precondition(
            bindings.outputs[0].type == .float,
            "\(node): arithmetic on \(bindings.outputs[0].type) works on values that follow from shapes only")
    }

    /// The variables that the run reads before it has given them a value, and those that it gives one.
    func variableUse() -> (read: [VariableStorage], assigned: [VariableStorage]) {
        var assigned: [VariableStorage] = []
        var read: [VariableStorage] = []
        func note(_ tensor: Tensor) {
            let owner = source(tensor)
            guard owner.node.isVariable, !specialization.isFed(owner) else { return }
            let storage = resources.variable(owner.node)
            if !assigned.contains(where: { $0 === storage }), !read.contains(where: { $0 === storage }) {
                read.append(storage)
            }
        }
        let running = Dictionary(uniqueKeysWithValues: running.map { ($0.step, $0.node) })
        for (index, step) in steps.enumerated() {
            if case .keep(let fetch) = step { note(fetches[fetch]) }
            guard let node = running[index] else { continue }
            let isAssignment = node.op.name == Op.assign.name
            let inputs = specialization.inputs(node)
            for input in isAssignment ? inputs[1...] : inputs[...] { note(input) }
            if isAssignment { assigned.append(resources.variable(source(inputs[0]).node)) }
        }
        for fetch in fetches { note(fetch) }
        return (read, assigned)
    }
}
