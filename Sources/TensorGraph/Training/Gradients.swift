internal import TensorFlowTypes

extension Graph {
    /// The gradients of `y` with respect to each of `xs`, as new nodes; `tf.gradients`.
    ///
    /// One walk from `y` back to the `xs`, each op once, when the gradients of all its outputs are
    /// there. The walk is TensorFlow's own (tensorflow/python/ops/gradients_util.py), so that the
    /// nodes that it leaves have the same names.
    ///
    /// - Parameters:
    ///   - y: what is differentiated; a tensor that is not a scalar counts as the sum of its
    ///     elements.
    ///   - xs: tensors or variables; one may occur more than once.
    ///   - gated: whether an op's gradients are used only when all of them are there, as an
    ///     optimizer wants it that
    ///     changes the variables that they depend on.
    /// - Returns: for each of `xs` its gradient, or `nil` where `y` does not depend on it, or only
    ///   through what has no gradient by its nature, such as a comparison.
    /// - Precondition: every op on the way has a rule for its gradient, or none by its nature. The
    ///   message names the op and the node.
    public func gradients(
        of y: Tensor, withRespectTo xs: [any TensorConvertible], gated: Bool = false,
        name: String = "gradients"
    ) -> [Tensor?] {
        let sources = xs.map { ($0 as? Variable)?.reference ?? $0.tensor }
        return nameScope(name) { _ in
            _ = uniqueName("uid")
            let ones = filled(1, toShape: shape(of: y), name: "grad_ys_0")
            var walk = ReverseWalk(from: y, to: sources)
            return walk.run(ones, in: self, gated: gated)
        }
    }
}

/// The walk from a tensor back to those that it is differentiated by.
private struct ReverseWalk {
    private let sources: [Tensor]
    private let start: Node
    /// For each node on a path from the sources to the start: how many of its consumers on such
    /// paths are yet to come.
    private var pending: [Node: Int] = [:]
    /// The gradients that have reached each output, to be added up.
    private var received: [Tensor: [Tensor]] = [:]

    init(from y: Tensor, to sources: [Tensor]) {
        self.sources = sources
        start = y.node
        received[y] = []
        var reached = Self.reached(from: sources)
        var queue = [y.node][...]
        var between: [Node] = []
        while let node = queue.popFirst() {
            guard reached.remove(node) != nil else { continue }
            between.append(node)
            queue.append(contentsOf: node.inputs.map(\.node))
        }
        for node in between { pending[node] = 0 }
        for node in between {
            for input in node.inputs where pending[input.node] != nil {
                pending[input.node, default: 0] += 1
            }
        }
        self.y = y
    }

    private let y: Tensor

    /// All nodes that depend on one of the sources by way of differentiable tensors.
    private static func reached(from sources: [Tensor]) -> Set<Node> {
        var reached: Set<Node> = []
        var queue = sources.map(\.node)
        while let node = queue.popLast() {
            guard reached.insert(node).inserted else { continue }
            guard node.outputs.contains(where: \.isDifferentiable) else { continue }
            queue.append(contentsOf: node.consumers)
        }
        return reached
    }

    mutating func run(_ ones: Tensor, in graph: Graph, gated: Bool) -> [Tensor?] {
        received[y] = [ones]
        var queue = (pending[start] == 0 ? [start] : [])[...]
        let stops = Set(
            sources.map(\.node).filter { source in
                !source.inputs.contains { (pending[$0.node] ?? 0) > 0 }
            })
        while let node = queue.popFirst() {
            let outputs = added(node, in: graph)
            if !stops.contains(node), outputs.contains(where: { $0 != nil }) {
                switch node.op.gradient {
                case .rule(let rule):
                    let inputs = differentiated(node, outputs, rule, in: graph, gated: gated)
                    for (input, gradient) in zip(node.inputs, inputs) {
                        if let gradient { received[input, default: []].append(gradient) }
                    }
                case .notDifferentiable: break
                case .missing:
                    preconditionFailure(
                        "no gradient is defined for the op \(node.op.name), through which \(y.name) depends on what it is differentiated by: node \(node.name)"
                    )
                }
            }
            for input in node.inputs {
                guard let left = pending[input.node] else { continue }
                pending[input.node] = left - 1
                if left == 1 { queue.append(input.node) }
            }
        }
        return sources.map { received[$0]?.first }
    }

    /// The gradients with respect to a node's outputs; those that came from several consumers are
    /// added up, once.
    private mutating func added(_ node: Node, in graph: Graph) -> [Tensor?] {
        node.outputs.indices.map { index in
            let output = node.output(index)
            guard let parts = received[output], !parts.isEmpty else { return nil }
            if parts.count > 1 { received[output] = [graph.addN(parts)] }
            return received[output]?[0]
        }
    }

    private func differentiated(
        _ node: Node, _ outputs: [Tensor?], _ gradient: (Node, [Tensor?]) -> [Tensor?],
        in graph: Graph, gated: Bool
    ) -> [Tensor?] {
        let outputs = outputs.enumerated().map { index, known in
            guard known == nil, node.outputs[index].isDifferentiable else { return known }
            return graph.zeros(inPlaceOf: node.output(index))
        }
        return graph.nameScopeBelow(node.name + "_grad") {
            var inputs = gradient(node, outputs)
            for (input, gradient) in zip(node.inputs, inputs) {
                if let gradient { refine(gradient, input.shape) }
            }
            if gated, inputs.count(where: { $0 != nil }) > 1 { inputs = graph.tuple(inputs) }
            return inputs
        }
    }

    /// A gradient has its tensor's shape, which may be better known.
    private func refine(_ gradient: Tensor, _ shape: Shape) {
        let node = gradient.node
        guard let merged = gradient.shape.merged(with: shape) else {
            preconditionFailure("\(gradient) is the gradient of a tensor of shape \(shape)")
        }
        node.outputs[gradient.index].shape = merged
    }
}

extension TensorType {
    /// Whether gradients flow through it.
    fileprivate var isDifferentiable: Bool { type == .float }
}

extension Graph {
    fileprivate func nameScopeBelow<Result>(_ name: String, _ body: () -> Result) -> Result {
        nameScope(name) { _ in body() }
    }

    /// The tensors, each used only when all are there; `tf.tuple`.
    fileprivate func tuple(_ tensors: [Tensor?]) -> [Tensor?] {
        nameScope("tuple") { _ in
            let gate = group(tensors.compactMap { $0?.node })
            return tensors.map { tensor in
                guard let tensor else { return nil }
                return colocated(with: tensor.node) {
                    add(.identity, "control_dependency", [tensor], controlInputs: [gate]).output()
                }
            }
        }
    }

    /// The gradient of an output that nothing depends on. For a branch of a conditional it is alive
    /// when the other branch is, whose gradient it stands in for.
    fileprivate func zeros(inPlaceOf output: Tensor) -> Tensor {
        guard output.node.op.role == .fork, let branch = output.node.branch else {
            return filled(0, toShape: shape(of: output), name: "zeros_like")
        }
        let other = add(.switch, nil, [output.node.inputs[0], branch.predicate])
            .output(1 - branch.index)
        let pivot = identity(other)
        let sizes = add(.shape, nil, [other], attributes: ["out_type": .type(.int32)]).output()
        return controlDependencies([pivot.node]) { filled(0, toShape: sizes, name: "zeros") }
    }
}
