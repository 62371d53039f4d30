internal import TensorBoard

extension Compiler {
    /// The calls in order, each with the segment that it belongs to.
    func makeCalls() -> [Plan.Call] {
        return units.compactMap { unit in
            switch unit {
            case .node(let node):
                call([node], run: makeKernel(node))
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
            nodes: nodes.map { ($0, outputs($0)) }, run: run)
    }

    private func outputs(_ node: Node) -> [RunProfile.Output] {
        node.outputs.indices.map { index in
            let output = node.output(index)
            let type = specialization.type(output)
            return RunProfile.Output(
                type: type.type, shape: type.shape.known ?? [],
                bytes: specialization.bytes(output))
        }
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

    private func makeKernel(_ node: Node) -> Kernel {
        let bindings = Bindings(
            inputs: inputs(node).map(buffer),
            outputs: node.outputs.indices.map { buffer(node.output($0)) },
            scratch: scratch, node: node, resources: resources)
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
}
