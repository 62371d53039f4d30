internal import TensorFlowTypes

extension Op {
    static let products: [Op] = [.matMul]

    /// a · b, with a or b transposed; gradients after tensorflow/python/ops/math_grad.py.
    static let matMul: Op = Op(
        "MatMul",
        outputs: { context in
            let (a, b) = (context.shape(0).dimensions, context.shape(1).dimensions)
            guard let a, let b else { return [TensorType(.unknown, context.inputs[0].type)] }
            guard context.require(a.count == 2 && b.count == 2, "its operands are no matrices")
            else { return [context.inputs[0]] }
            let transposed = (
                context.node.bool("transpose_a"), context.node.bool("transpose_b")
            )
            let (m, k) = transposed.0 ? (a[1], a[0]) : (a[0], a[1])
            let (inner, n) = transposed.1 ? (b[1], b[0]) : (b[0], b[1])
            context.require(k == nil || inner == nil || k == inner, "its operands do not fit")
            return [TensorType([m, n], context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, a, b) = (node.graph, node.inputs[0], node.inputs[1])
            func ofA(_ x: Tensor, _ y: Tensor, _ transposed: (Bool, Bool)) -> Tensor {
                tf.product(x, y, transposed: transposed, isGradient: (true, false))
            }
            func ofB(_ x: Tensor, _ y: Tensor, _ transposed: (Bool, Bool)) -> Tensor {
                tf.product(x, y, transposed: transposed, isGradient: (false, true))
            }
            return switch (node.bool("transpose_a"), node.bool("transpose_b")) {
            case (false, false): [ofA(dy, b, (false, true)), ofB(a, dy, (true, false))]
            case (false, true): [ofA(dy, b, (false, false)), ofB(dy, a, (true, false))]
            case (true, false): [ofA(b, dy, (false, true)), ofB(a, dy, (false, false))]
            case (true, true): [ofA(b, dy, (true, true)), ofB(dy, a, (true, true))]
            }
        },
        lower: { context in
            let (a, b) = (context.dimensions(0), context.dimensions(1))
            let transposed = (
                context.node.bool("transpose_a"), context.node.bool("transpose_b")
            )
            let (m, k) = transposed.0 ? (a[1], a[0]) : (a[0], a[1])
            let n = transposed.1 ? b[0] : b[1]
            return .step(
                .product(
                    Product(
                        m: m, n: n, k: k, isFirstTransposed: transposed.0,
                        isSecondTransposed: transposed.1)))
        })
}
