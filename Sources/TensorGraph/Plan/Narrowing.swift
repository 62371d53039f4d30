/// The pass that keeps only one row of a tensor whose rows are all the same.
///
/// A gradient of a mean is one number, or one row of a channel each, repeated to the size of a
/// batch, then divided, doubled, and only then multiplied with something that differs from row to
/// row. As long as all operands of an element-wise node repeat, its result does, and one row is
/// enough: it is computed once, and repeated by the loop that reads it.
struct Narrowing {
    /// The shape in which each tensor that was narrowed is stored.
    private(set) var shapes: [Tensor: [Int]] = [:]

    /// - Parameters:
    ///   - running: the nodes that run, in order.
    ///   - kept: the tensors that somebody outside of the run reads.
    ///   - inputs: what a node reads.
    ///   - source: the tensor that owns a tensor's memory.
    ///   - shape: a tensor's shape.
    init(
        running: [Node], executions: [Node: Execution], kept: Set<Tensor>,
        inputs: (Node) -> [Tensor], source: (Tensor) -> Tensor, shape: (Tensor) -> [Int]
    ) {
        func isElementwise(_ node: Node) -> Bool {
            switch executions[node] {
            case .unary, .binary, .sum, .copy: true
            case .nothing, .alias, .columnSums, .pooling, .call, nil: false
            }
        }
        /// What a pool reads beside images is a row, or can be.
        func takesRow(_ node: Node, input: Int) -> Bool {
            if case .pooling = executions[node], input >= 3 { return true }
            return isElementwise(node)
        }
        var isReadWhole = kept
        for node in running {
            for (index, input) in inputs(node).enumerated()
            where !takesRow(node, input: index) || shape(input) != shape(source(input)) {
                isReadWhole.insert(source(input))
            }
        }
        for node in running where isElementwise(node) {
            let result = shape(node.output())
            guard !isReadWhole.contains(node.output()), result.reduce(1, *) > 0 else { continue }
            var row: [Int] = []
            let repeats = inputs(node).allSatisfy { input in
                let stored = shapes[source(input)] ?? shape(input)
                guard case .rows(let count) = Elementwise.Repetition(of: stored, in: result),
                    count <= Elementwise.tileSize
                else { return false }
                if count > row.reduce(1, *) || row.isEmpty { row = stored }
                return true
            }
            if repeats { shapes[node.output()] = row }
        }
    }
}
