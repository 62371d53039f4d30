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
    private func isOfFeeds(_ tensor: Tensor) -> Bool {
        var known: [Node: Bool] = [:]
        return isOfFeeds(tensor, &known)
    }

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

/// aᵀ · b, a weight's gradient: a layer's inputs [rows, m] and the gradients of its outputs [rows, n].
struct RowProduct {
    let a: Tensor
    let b: Tensor
}

extension Specialization {
    /// The products whose sum a gradient is, if it pays to gather their rows from all shards in place of
    /// the gradient: they are fewer numbers, and the one kernel that makes a weight's gradient and its
    /// steps of Adam needs no gradient that is stored (Xie et al., "Lighter-communication distributed
    /// machine learning via sufficient factor broadcasting", UAI 2016).
    ///
    /// That depends on the whole batch alone, and not on how many processes divide it.
    ///
    /// - Parameters:
    ///   - rows: of a shard.
    ///   - batchSize: of all.
    func rowProducts(of gradient: Tensor, rows: Int, batchSize: Int) -> [RowProduct]? {
        let sum = source(of: gradient)
        let terms = sum.node.op.name == "AddN" ? inputs(sum.node).map(source) : [sum]
        let updates = readers(of: gradient)
        guard !updates.isEmpty, updates.allSatisfy({ $0.op.name == "ApplyAdam" }),
            Set(updates.map { inputs($0)[0] }).count == 1
        else { return nil }
        let products = terms.compactMap { term -> RowProduct? in
            let node = term.node
            guard node.op.name == "MatMul", node.bool("transpose_a"), !node.bool("transpose_b")
            else { return nil }
            let product = RowProduct(a: inputs(node)[0], b: inputs(node)[1])
            for operand in [product.a, product.b] {
                guard type(operand).type == .float, value(operand) == nil,
                    type(operand).shape.known?.first == rows, isOfFeeds(operand)
                else { return nil }
            }
            return product
        }
        guard products.count == terms.count,
            Set(products.map(\.a)).isDisjoint(with: products.map(\.b)),
            let shape = type(gradient).shape.known
        else { return nil }
        let whole = Products(
            m: shape[0], n: shape[1], rows: products.map { _ in batchSize }, times: updates.count)
        return whole.areFewerNumbers && whole.isFusedWithoutStoring ? products : nil
    }

    /// What a tensor is another name of.
    private func source(of tensor: Tensor) -> Tensor {
        var tensor = tensor
        while tensor.node.op.name == "Identity", !isFed(tensor) { tensor = inputs(tensor.node)[0] }
        return tensor
    }

    private func readers(of tensor: Tensor) -> [Node] {
        nodes.filter { inputs($0).contains(tensor) }
    }
}

extension Products {
    /// Whether the rows are fewer numbers than their products' sum, which is large.
    fileprivate var areFewerNumbers: Bool {
        m * n >= ShardBuckets.fullCount && rows.reduce(0, +) * (m + n) < m * n
    }
}
