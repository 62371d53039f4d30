/// Who reads a tensor's memory, under whatever name.
struct Readers {
    private var readers: [Tensor: [(node: Node, input: Int)]] = [:]

    /// - Parameter source: the tensor that owns a tensor's memory.
    init(
        _ specialization: Specialization, _ executions: [Node: Execution],
        _ source: (Tensor) -> Tensor
    ) {
        for node in specialization.nodes where !specialization.isFolded(node) {
            switch executions[node] {
            case .alias, .nothing, nil: continue
            default: break
            }
            for (index, input) in specialization.inputs(node).enumerated() {
                readers[source(input), default: []].append((node, index))
            }
        }
    }

    /// The nodes that read the tensor, and as which input.
    subscript(_ tensor: Tensor) -> [(node: Node, input: Int)] { readers[tensor] ?? [] }
}
