internal import TensorFlowTypes

/// What an op becomes once all shapes are known.
enum Lowering {
    /// Nothing: it only stands for an order, or its values are known.
    case nothing
    /// An input under another name, or in another shape.
    case view(of: Int)
    /// A step that reads inputs: those given, or all of them.
    case step(Primitive, reading: [Int]? = nil)

    /// A function, element by element, of all inputs.
    static func elementwise(_ function: ElementFunction) -> Lowering {
        .step(.elementwise(function))
    }
}

extension Program {
    /// The program of a specialized graph: a step for each node that has something to run, in the
    /// order of the graph, after the feeds, variables and constants that are read.
    init(_ specialization: Specialization, fetches: [Tensor]) {
        var builder = Builder(specialization)
        for node in specialization.nodes { builder.lower(node) }
        let ids = fetches.map { builder.value($0) }
        self = builder.program
        self.fetches = ids
    }

    private struct Builder {
        let specialization: Specialization
        var program = Program()
        /// What is fed or constant, and what steps make.
        private var known: [Tensor: ID] = [:]
        private var values: [Tensor: ID] = [:]
        private var steps: [Node: StepID] = [:]
        private var waits: [Node: [StepID]] = [:]

        init(_ specialization: Specialization) { self.specialization = specialization }

        mutating func lower(_ node: Node) {
            guard !specialization.isFolded(node), !isFed(node) else { return }
            let after = waits(of: node)
            let inputs = specialization.inputs(node)
            let origin = Step.Origin(node: node, outputs: profiled(node))
            switch node.op.lower(specialization.context(node)) {
            case .nothing where node.isVariable:
                let output = node.output()
                add(
                    .variable(node), [], [specialization.type(output)], [output], [], after, node)
            case .nothing:
                add(.nothing, [], [], [], [], after + makers(inputs), node)
            case .view(let input):
                let output = node.output()
                let shown = value(inputs[input])
                add(
                    .view, [shown], [specialization.type(output)], [output], [],
                    after + makers(inputs), node)
                for index in node.outputs.indices { values[node.output(index)] = values[output] }
            case .step(let primitive, let reading):
                let read = (reading ?? Array(inputs.indices)).map { value(inputs[$0]) }
                let outputs = node.outputs.indices.map { node.output($0) }
                add(
                    primitive, read, outputs.map(specialization.type), outputs, [origin],
                    after + makers(inputs), node)
            }
        }

        private mutating func add(
            _ primitive: Primitive, _ inputs: [ID], _ types: [TensorType], _ tensors: [Tensor],
            _ stands: [Step.Origin], _ after: [StepID], _ node: Node
        ) {
            let made = Set(inputs.map { program[$0].maker })
            var distinct: [StepID] = []
            for step in after where !made.contains(step) && !distinct.contains(step) {
                distinct.append(step)
            }
            let step = program.add(
                primitive, inputs, outputs: types, tensors: tensors, stands: stands,
                after: distinct)
            steps[node] = step
            for (tensor, output) in zip(tensors, program[step].outputs) { values[tensor] = output }
        }

        /// Whether all that a node would make is fed.
        private func isFed(_ node: Node) -> Bool {
            !node.outputs.isEmpty
                && node.outputs.indices.allSatisfy { specialization.isFed(node.output($0)) }
        }

        /// The value of a tensor; one that is fed, or known, is made at its first use.
        mutating func value(_ tensor: Tensor) -> ID {
            if let known = known[tensor] { return known }
            let type = specialization.type(tensor)
            let primitive: Primitive
            if specialization.isSummed(tensor) {
                primitive = .shardSum(tensor)
            } else if specialization.isOfRows(tensor) {
                primitive = .shardRows(tensor)
            } else if specialization.isFed(tensor) {
                primitive = .feed(tensor)
            } else if let value = specialization.value(tensor) {
                primitive = .constant(value)
            } else if let made = values[tensor] {
                return made
            } else {
                preconditionFailure("\(tensor) is used, and is never computed")
            }
            let step = program.add(primitive, outputs: [type], tensors: [tensor])
            let id = program[step].outputs[0]
            known[tensor] = id
            return id
        }

        /// The steps that make inputs, or that what inputs follow from waited for.
        private mutating func makers(_ inputs: [Tensor]) -> [StepID] {
            var result: [StepID] = []
            for input in inputs where !specialization.isFed(input) {
                if let step = steps[input.node] {
                    result.append(step)
                } else {
                    result += waits(of: input.node)
                }
            }
            return result
        }

        /// The steps that a node waits for beside its inputs' makers; of one that has no step, all.
        private mutating func waits(of node: Node) -> [StepID] {
            if let known = waits[node] { return known }
            var result: [StepID] = []
            for before in specialization.waitedFor(node) {
                if let step = steps[before] {
                    result.append(step)
                } else {
                    result += waits(of: before)
                }
            }
            if specialization.isFolded(node) { result += makers(specialization.inputs(node)) }
            waits[node] = result
            return result
        }

        private func profiled(_ node: Node) -> [RunProfile.Output] {
            node.outputs.indices.map { index in
                let output = node.output(index)
                let type = specialization.type(output)
                return RunProfile.Output(
                    type: type.type, shape: type.shape.known ?? [],
                    bytes: specialization.bytes(output))
            }
        }
    }
}
