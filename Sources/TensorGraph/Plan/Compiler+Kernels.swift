internal import CKernels
internal import TensorBoard

extension Compiler {
    /// The calls in order, each with the segment that it belongs to.
    func makeCalls() -> [Plan.Call] {
        let measured = Set(units.flatMap(\.nodes) + replaced.values.joined())
        var places: [Node: Int] = [:]
        var calls: [Plan.Call] = []
        for unit in units {
            for node in unit.nodes { places[node] = calls.count }
            switch unit {
            case .node(let node):
                let kernel = makeKernel(node)
                let slot = node.outputs.isEmpty ? nil : buffer(node.output()).slot
                guard let slot else {
                    calls.append(call([node], measured, run: kernel))
                    continue
                }
                calls.append(
                    call([node], measured, run: { repeat { kernel() } while !slot.isComplete }))
                if asides.contains(node) {
                    let makers = inputs(node).compactMap { places[source($0).node] }
                    calls[calls.count - 1].aside = .init(makers: makers, part: kernel, slot: slot)
                }
            case .group(let nodes):
                calls.append(call(nodes, measured, run: makeKernel(nodes)))
            case .keep(let fetch):
                guard let copy = kept[fetch] else { continue }
                calls.append(Plan.Call(segment: nil, run: copying(fetches[fetch], to: copy)))
            }
        }
        return calls
    }

    /// - Parameters:
    ///   - nodes: what the call computes; the last one stands for all.
    ///   - measured: the nodes that some call computes; a copy is measured for its original unless
    ///     that is one of them.
    private func call(
        _ nodes: [Node], _ measured: Set<Node>, run: @escaping Kernel
    ) -> Plan.Call {
        let known = nodes.flatMap { (replaced[$0] ?? []) + [$0] }.compactMap { node -> Node? in
            guard let original = specialization.original(node) else { return nil }
            return original == node || !measured.contains(original) ? original : nil
        }
        return Plan.Call(
            segment: nodes.last.flatMap { sharing?.segmentOfNode[$0] },
            nodes: known.map { ($0, outputs($0)) }, run: run)
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
        let kinds = nodes.compactMap(elementwiseKind)
        let kind = kinds.dropFirst().reduce(kinds[0]) { $0.joined(with: $1) ?? $0 }
        let members = nodes.enumerated().map { place, node in member(node, of: nodes[..<place]) }
        return Elementwise.kernel(
            members, count: kind.count, tile: kind.tile, pool: resources.pool)
    }

    private func member(_ node: Node, of earlier: ArraySlice<Node>) -> Elementwise.Member {
        requireFloats(node)
        let order = elementwiseKind(node)?.order
        let lanes = order == nil ? 1 : Int(KERNEL_BLOCK)
        let shape = storedShape(isPooling(node) ? inputs(node)[0] : node.output())
        let operands = inputs(node).map { input -> Elementwise.Member.Operand in
            if let place = earlier.firstIndex(of: source(input).node) { return .member(place) }
            let buffer = buffer(input)
            switch Elementwise.Repetition(of: buffer.shape, in: shape) {
            case .rows(let count):
                return .row(buffer.floats, count: count, lanes: count == 1 ? 1 : lanes)
            case .whole, .other: return .whole(buffer.floats)
            }
        }
        let function: Elementwise.Member.Function
        var read = operands
        switch executions[node] {
        case .unary(let unary): function = .unary(unary)
        case .binary(let binary): function = .binary(binary)
        case .columnSums(let columns, let divisor):
            function = .columnSums(
                columns: columns * lanes, divisor: divisor,
                images: order == nil ? nil : storedShape(inputs(node)[0]))
            read = operands.map(whole)
        case .pooling(let width, let channels, let isGradient):
            // A window that lies by itself is an image of two pairs of pixels.
            function = .pooling(
                width: order == nil ? width : 2, channels: channels * lanes, isGradient: isGradient)
            let images = isGradient ? 3 : 1
            read = operands[..<images].map(whole) + operands[images...]
        default: function = .sum
        }
        return .init(
            function: function, operands: read, result: buffers[node.output()]?.floats)
    }

    private func isPooling(_ node: Node) -> Bool {
        if case .pooling = executions[node] { true } else { false }
    }

    /// An operand of which every element is read once.
    private func whole(_ operand: Elementwise.Member.Operand) -> Elementwise.Member.Operand {
        if case .row(let memory, _, _) = operand { .whole(memory) } else { operand }
    }

    private func copying(_ tensor: Tensor, to copy: Buffer) -> Kernel {
        let original = buffer(tensor)
        let bytes = copy.count * copy.type.stride
        let (to, from) = (copy.pointer, original.pointer)
        return { to.copyMemory(from: from, byteCount: bytes) }
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
