extension Specialization {
    /// The nodes of the run that change variables.
    var writers: [Node] { nodes.filter { !$0.op.writes.isEmpty } }

    /// What the writers take that comes from what is fed, each once: gradients, and what moving averages
    /// change by. All else that they take, such as learning rates, comes from variables alone.
    var fedOperands: [Tensor] {
        var known: [Node: Bool] = [:]
        var seen: Set<Tensor> = []
        var result: [Tensor] = []
        for node in writers {
            for (index, input) in inputs(node).enumerated()
            where !node.op.writes.contains(index) && isOfFeeds(input, &known) {
                if seen.insert(input).inserted { result.append(input) }
            }
        }
        return result
    }

    /// Whether a tensor comes from what is fed: its numbers, or its shape alone, as a gradient does that
    /// is the same for all batches of a size.
    private func isOfFeeds(_ tensor: Tensor, _ known: inout [Node: Bool]) -> Bool {
        if isFed(tensor) { return true }
        if let known = known[tensor.node] { return known }
        var stack = [tensor.node]
        while let node = stack.last {
            if known[node] != nil {
                stack.removeLast()
                continue
            }
            let inputs = inputs(node)
            let open = inputs.filter { !isFed($0) && known[$0.node] == nil }
            if open.isEmpty {
                known[node] = inputs.contains { isFed($0) || known[$0.node] == true }
                stack.removeLast()
            } else {
                stack += open.map(\.node)
            }
        }
        return known[tensor.node] ?? false
    }
}
