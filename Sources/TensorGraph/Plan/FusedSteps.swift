internal import CKernels

/// The pass that makes one step of what a batch norm, a relu and a pool do to images, of the gradients
/// of the latter two, and of all three but for what is the same at every pixel; of a sum and the
/// products that it sums; and of a variance.
///
/// A window's values are scaled, shifted, compared and given away while they are in registers; as
/// steps of their own each would pass them through the first-level cache.
struct FusedSteps {
    /// A node that does the work of others, too.
    struct Step {
        let node: Node
        /// The nodes of which nothing is left to run.
        let replaced: [Node]
        let operands: [Tensor]
        let execution: Execution
    }

    private(set) var steps: [Step] = []

    private let specialization: Specialization
    private let executions: [Node: Execution]
    private let source: (Tensor) -> Tensor
    private var readers: [Tensor: [Node]] = [:]
    /// When each node runs.
    private let order: [Node: Int]

    /// - Parameters:
    ///   - running: the nodes that run, in order.
    ///   - source: the tensor that owns a tensor's memory.
    init(
        _ specialization: Specialization, running: [Node], executions: [Node: Execution],
        fetches: Set<Tensor>, source: @escaping (Tensor) -> Tensor
    ) {
        self.specialization = specialization
        self.executions = executions
        self.source = source
        order = Dictionary(uniqueKeysWithValues: running.enumerated().map { ($1, $0) })
        for node in running {
            for input in specialization.inputs(node) {
                readers[source(input), default: []].append(node)
            }
        }
        for tensor in fetches { readers[tensor, default: []].append(tensor.node) }
        for node in running {
            switch executions[node] {
            case .pooling(_, _, isGradient: false): fuseForward(node)
            case .pooling(_, _, isGradient: true): fuseGradient(node)
            case .columnSums: fuseProducts(node)
            case .call where node.op.name == Op.mean.name: fuseVariance(node)
            default: continue
            }
        }
    }

    private func inputs(_ node: Node) -> [Tensor] { specialization.inputs(node).map(source) }

    /// relu(x · scale + shift), and what it is made by.
    private struct Rectified {
        let x: Tensor
        let scale: Tensor
        let shift: Tensor
        let nodes: [Node]
    }

    /// - Parameter users: the nodes that may read the relu.
    private func rectified(_ relu: Tensor, users: [Node]) -> Rectified? {
        guard relu.node.op.name == Op.relu.name, isRead(relu, by: users),
            let sum = inputs(relu.node).first,
            let (product, shift) = operands(sum, of: Op.add, readBy: relu.node),
            let (x, scale) = operands(product, of: Op.mul, readBy: sum.node)
        else { return nil }
        return Rectified(
            x: x, scale: scale, shift: shift, nodes: [product.node, sum.node, relu.node])
    }

    private func isRead(_ tensor: Tensor, by users: [Node]) -> Bool {
        Set(readers[tensor] ?? []) == Set(users)
    }

    /// The images and the row for all channels that an op is applied to.
    private func operands(
        _ tensor: Tensor, of op: Op, readBy user: Node
    ) -> (images: Tensor, row: Tensor)? {
        guard tensor.node.op.name == op.name, isRead(tensor, by: [user]) else { return nil }
        var operands = inputs(tensor.node)
        var shapes = operands.map { specialization.type($0).shape.known ?? [] }
        let shape = specialization.type(tensor).shape.known ?? []
        if op.name == Op.mul.name, shapes[0] != shape {
            operands.reverse()
            shapes.reverse()
        }
        guard shapes[0] == shape,
            Elementwise.Repetition(of: shapes[1], in: shape) == .rows(period: shape.last ?? 0)
        else { return nil }
        return (operands[0], operands[1])
    }

    private mutating func fuseForward(_ pool: Node) {
        guard let execution = executions[pool],
            let relu = rectified(inputs(pool)[0], users: [pool])
        else { return }
        steps.append(
            Step(
                node: pool, replaced: relu.nodes, operands: [relu.x, relu.scale, relu.shift],
                execution: execution))
    }

    private mutating func fuseGradient(_ pool: Node) {
        let operands = inputs(pool)
        guard let execution = executions[pool], let users = readers[pool.output()],
            users.count == 1, users[0].op.name == Op.reluGrad.name,
            inputs(users[0]) == [pool.output(), operands[0]],
            let relu = rectified(operands[0], users: [pool, users[0]])
        else { return }
        let replaced = relu.nodes + [pool]
        let all = [relu.x, operands[1], operands[2], relu.scale, relu.shift]
        guard let normed = normed(users[0].output(), x: relu.x) else {
            steps.append(
                Step(node: users[0], replaced: replaced, operands: all, execution: execution))
            return
        }
        steps.append(
            Step(
                node: normed.node, replaced: replaced + [users[0]] + normed.replaced,
                operands: all + normed.operands, execution: execution))
        steps.append(
            Step(
                node: normed.sum, replaced: [], operands: [normed.node.output()] + normed.rest,
                execution: .sum))
    }

    /// gradient · factor + (x - center) · slope, the first terms of a sum.
    private struct Normed {
        /// The product that is made last: by then there is all that both terms are made of.
        let node: Node
        /// The factor, the center and the slope.
        let operands: [Tensor]
        /// The other product and the difference.
        let replaced: [Node]
        let sum: Node
        /// The other terms.
        let rest: [Tensor]
    }

    /// What a batch norm makes of the gradient of its result, if only that reads it.
    private func normed(_ gradient: Tensor, x: Tensor) -> Normed? {
        guard let reader = readers[gradient]?.first, isRead(gradient, by: [reader]),
            let sum = readers[reader.output()]?.first, case .sum = executions[sum]
        else { return nil }
        let terms = inputs(sum)
        guard terms.count > 1, terms[0] == reader.output(),
            let first = operands(terms[0], of: Op.mul, readBy: sum), first.images == gradient,
            terms[1].node.op.name == Op.mul.name, isRead(terms[1], by: [sum])
        else { return nil }
        let factors = inputs(terms[1].node)
        let shape = specialization.type(x).shape
        // The slope repeats, too, but for all that is known here.
        for (slope, other) in [(factors[0], factors[1]), (factors[1], factors[0])]
        where specialization.type(slope).shape == shape {
            guard let difference = operands(other, of: Op.sub, readBy: terms[1].node),
                difference.images == x
            else { continue }
            let products = [terms[0].node, terms[1].node].sorted {
                order[$0, default: 0] < order[$1, default: 0]
            }
            return Normed(
                node: products[1], operands: [first.row, difference.row, slope],
                replaced: [products[0], other.node], sum: sum, rest: Array(terms[2...]))
        }
        return nil
    }

    private mutating func fuseProducts(_ sum: Node) {
        let product = inputs(sum)[0]
        guard let execution = executions[sum], product.node.op.name == Op.mul.name,
            isRead(product, by: [sum])
        else { return }
        let operands = inputs(product.node)
        let shape = specialization.type(product).shape
        guard operands.allSatisfy({ specialization.type($0).shape == shape }) else { return }
        steps.append(
            Step(
                node: sum, replaced: [product.node], operands: operands, execution: execution))
    }

    /// The mean of the squares of differences from a row.
    private mutating func fuseVariance(_ mean: Node) {
        guard
            let (x, center) = operands(
                inputs(mean)[0], of: Op.squaredDifference, readBy: mean),
            let execution = Reduction.meanOfSquares(specialization.context(mean))
        else { return }
        steps.append(
            Step(
                node: mean, replaced: [inputs(mean)[0].node], operands: [x, center],
                execution: execution))
    }
}
