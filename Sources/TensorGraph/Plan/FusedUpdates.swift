internal import CKernels
internal import TensorBoard

/// The pass that makes a weight's gradient and its step of Adam one kernel.
///
/// Where an `ApplyAdam`'s gradient is a product aᵀ · b of small batches, or an `AddN` of such
/// products, and nobody else reads it, it is not stored: the kernel makes it tile by tile and
/// updates the variable on the spot. Several updates of a variable with the same gradient are one
/// pass over it, too.
struct FusedUpdates {
    /// One variable's update.
    struct Update {
        /// The node that stands for all of it.
        let node: Node
        /// Nodes of which nothing is left to run.
        let replaced: [Node]
        /// What the update reads: the nine operands of `ApplyAdam` without the gradient, then a and
        /// b of each term.
        let operands: [Tensor]
        let execution: Execution
    }

    private(set) var updates: [Update] = []

    /// Beyond so many rows in all terms together, a product takes longer than storing it, and is
    /// better made by itself.
    private static let mostRows = 64

    /// - Parameters:
    ///   - running: the nodes that run, in order.
    ///   - source: the tensor that owns a tensor's memory.
    init(
        _ specialization: Specialization, running: [Node], fetches: Set<Tensor>,
        source: (Tensor) -> Tensor
    ) {
        var readers: [Tensor: [Node]] = [:]
        for node in running {
            for input in specialization.inputs(node) {
                readers[source(input), default: []].append(node)
            }
        }
        var isDone: Set<Tensor> = []
        for node in running where node.op.name == Op.applyAdam.name {
            let gradient = source(node.inputs[9])
            guard isDone.insert(gradient).inserted, !fetches.contains(gradient) else { continue }
            let updates = readers[gradient] ?? []
            guard
                updates.allSatisfy({
                    $0.inputs[..<9] == node.inputs[..<9] && $0.op.name == node.op.name
                })
            else { continue }
            let isSum = gradient.node.op.name == Op.addN.name
            let products = isSum ? gradient.node.inputs.map(source) : [gradient]
            guard
                products.allSatisfy({ product in
                    Self.isGradientOfWeights(product.node) && !fetches.contains(product)
                        && readers[product]?.count == (isSum ? 1 : updates.count)
                })
            else { continue }
            let factors = products.map { specialization.inputs($0.node) }
            let sizes = factors.map { specialization.type($0[0]).shape.known ?? [] }
            guard sizes.reduce(0, { $0 + $1[0] }) <= Self.mostRows else { continue }
            self.updates.append(
                Update(
                    node: node,
                    replaced: products.map(\.node) + (isSum ? [gradient.node] : [])
                        + updates.filter { $0 != node },
                    operands: node.inputs[..<9] + factors.flatMap(\.self),
                    execution: Self.execution(rows: sizes.map { $0[0] }, times: updates.count)))
        }
    }

    private static func isGradientOfWeights(_ node: Node) -> Bool {
        node.op.name == Op.matMul.name && node.bool("transpose_a") && !node.bool("transpose_b")
    }

    private static func execution(rows: [Int], times: Int) -> Execution {
        .call { bound in
            let inputs = bound.inputs.map(\.floats)
            let (pool, rates) = (bound.pool, AdamRates(bound))
            let (m, n) = (bound.inputs[0].shape[0], bound.inputs[0].shape[1])
            let terms = rows.enumerated().map { index, rows in
                kernel_product(a: inputs[9 + 2 * index], b: inputs[10 + 2 * index], k: rows)
            }
            return {
                kernel_matmul_adam(
                    pool, rates.variable, rates.moments.0, rates.moments.1, m, n, terms,
                    terms.count, times, rates.rate, rates.betas.0[0], rates.betas.1[0],
                    rates.epsilon[0])
            }
        }
    }
}
