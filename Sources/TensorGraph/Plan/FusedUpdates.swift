internal import CKernels
internal import TensorBoard

/// The pass that makes a weight's gradient and its step of Adam one kernel.
///
/// Where an `ApplyAdam`'s gradient is a product aᵀ · b of batches, or an `AddN` of such products, and
/// nobody else reads it, it is not stored: the kernel makes it tile by tile and updates the variable
/// on the spot. Several updates of a variable with the same gradient are one pass over it, too.
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

    /// Beyond so many rows in all terms together it pays to pack them.
    private static let mostRows = 64
    /// With fewer the kernel's tiles would not be full.
    private static let fewestColumns = 32

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
            let columns = specialization.type(factors[0][1]).shape.known?[1] ?? 0
            let rows = sizes.map { $0[0] }
            guard columns >= Self.fewestColumns else { continue }
            let execution =
                rows.reduce(0, +) <= Self.mostRows
                ? Self.small(rows: rows, times: updates.count)
                : Self.large(rows: rows, m: sizes[0][1], n: columns, times: updates.count)
            self.updates.append(
                Update(
                    node: node,
                    replaced: products.map(\.node) + (isSum ? [gradient.node] : [])
                        + updates.filter { $0 != node },
                    operands: node.inputs[..<9] + factors.flatMap(\.self),
                    execution: execution))
        }
    }

    private static func isGradientOfWeights(_ node: Node) -> Bool {
        node.op.name == Op.matMul.name && node.bool("transpose_a") && !node.bool("transpose_b")
    }

    private static func terms(_ bound: Bindings, rows: [Int]) -> [kernel_product] {
        rows.enumerated().map { index, rows in
            kernel_product(
                a: bound.inputs[9 + 2 * index].floats, b: bound.inputs[10 + 2 * index].floats,
                k: rows)
        }
    }

    /// The kernel for small batches.
    private static func small(rows: [Int], times: Int) -> Execution {
        .call { bound in
            let (pool, rates) = (bound.pool, AdamRates(bound))
            let (m, n) = (bound.inputs[0].shape[0], bound.inputs[0].shape[1])
            let terms = Self.terms(bound, rows: rows)
            return {
                kernel_matmul_adam(
                    pool, rates.variable, rates.moments.0, rates.moments.1, m, n, terms,
                    terms.count, times, rates.rate, rates.betas.0[0], rates.betas.1[0],
                    rates.epsilon[0])
            }
        }
    }

    /// The kernel for large ones.
    private static func large(rows: [Int], m: Int, n: Int, times: Int) -> Execution {
        let sizes = rows.map { kernel_product(a: nil, b: nil, k: $0) }
        return .call(scratch: kernel_matmul_adam_large_scratch(m, n, sizes, sizes.count)) { bound in
            let (pool, rates, scratch) = (bound.pool, AdamRates(bound), bound.scratch)
            let terms = Self.terms(bound, rows: rows)
            return {
                kernel_matmul_adam_large(
                    pool, rates.variable, rates.moments.0, rates.moments.1, m, n, terms,
                    terms.count, times, rates.rate, rates.betas.0[0], rates.betas.1[0],
                    rates.epsilon[0], scratch)
            }
        }
    }
}
