/// The pass that makes a convolution and the addition of its biases one kernel, which adds them while
/// it has the sums in registers.
struct FusedBiases {
    /// A `BiasAdd` that does the convolution's work too.
    struct Addition {
        let node: Node
        /// The convolution, of which nothing is left to run.
        let replaced: Node
        /// The convolution's operands and the biases.
        let operands: [Tensor]
        let execution: Execution
    }

    private(set) var additions: [Addition] = []

    /// - Parameters:
    ///   - running: the nodes that run, in order.
    ///   - source: the tensor that owns a tensor's memory.
    ///   - convolution: how a convolution with a bias runs.
    init(
        _ specialization: Specialization, running: [Node], fetches: Set<Tensor>,
        source: (Tensor) -> Tensor, convolution: (Node) -> Execution
    ) {
        var readers: [Tensor: Int] = [:]
        for node in running {
            for input in specialization.inputs(node) { readers[source(input), default: 0] += 1 }
        }
        for node in running where node.op.name == Op.biasAdd.name {
            let sums = source(node.inputs[0])
            guard sums.node.op.name == Op.conv2D.name, readers[sums] == 1, !fetches.contains(sums),
                !specialization.isFed(sums)
            else { continue }
            additions.append(
                Addition(
                    node: node, replaced: sums.node,
                    operands: specialization.inputs(sums.node) + [node.inputs[1]],
                    execution: convolution(sums.node)))
        }
    }
}
