internal import CKernels
internal import TensorBoard

// Element-wise functions of one tensor, and their gradients, after
// tensorflow/python/ops/math_grad.py and nn_grad.py.

extension Op {
    static let neg: Op = Op(
        "Neg", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in [dy[0].map(node.graph.neg)] },
        isCheap: true,
        run: { _ in .unary(kernel_neg) })

    static let exp: Op = Op(
        "Exp", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in [dy[0].map { $0 * node.output() }] },
        run: { _ in .unary(kernel_exp) })

    static let log: Op = Op(
        "Log", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil] }
            return [
                node.graph.controlDependencies([dy.node]) {
                    dy * node.graph.add(.reciprocal, nil, [node.inputs[0]]).output()
                }
            ]
        },
        run: { _ in .unary(kernel_log) })

    static let reciprocal: Op = Op(
        "Reciprocal", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.neg($0 * node.graph.square(node.output())) }]
        },
        run: { _ in .unary(kernel_reciprocal) })

    static let square: Op = Op(
        "Square", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil] }
            let tf = node.graph
            return [
                tf.controlDependencies([dy.node]) {
                    let two = tf.constant(Value(2.0), name: "Const")
                    let twice = tf.add(.mul, "Mul", [node.inputs[0], two]).output()
                    return tf.add(.mul, "Mul", [dy, twice]).output()
                }
            ]
        },
        isCheap: true,
        run: { _ in .unary(kernel_square) })

    static let sqrt: Op = Op(
        "Sqrt", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil] }
            let half = node.graph.constant(Value(0.5), name: "Const")
            return [dy * half * node.graph.add(.reciprocal, nil, [node.output()]).output()]
        },
        run: { _ in .unary(kernel_sqrt) })

    static let rsqrt: Op = Op(
        "Rsqrt", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.rsqrtGrad, nil, [node.output(), $0]).output() }]
        },
        run: { _ in .unary(kernel_rsqrt) })

    /// dy · -½ y³.
    static let rsqrtGrad: Op = Op(
        "RsqrtGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return [nil, nil] }
            let (tf, y, dy) = (node.graph, node.inputs[0], node.inputs[1])
            return tf.controlDependencies([grad.node]) {
                [-1.5 * grad * dy * tf.square(y), tf.add(.rsqrtGrad, nil, [y, grad]).output()]
            }
        },
        run: { _ in .binary(kernel_rsqrt_grad) })

    static let sigmoid: Op = Op(
        "Sigmoid", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.sigmoidGrad, nil, [node.output(), $0]).output() }]
        },
        run: { _ in .unary(kernel_sigmoid) })

    /// dy · y (1 - y).
    static let sigmoidGrad: Op = Op(
        "SigmoidGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return [nil, nil] }
            let (tf, y, dy) = (node.graph, node.inputs[0], node.inputs[1])
            return tf.controlDependencies([grad.node]) {
                let product = grad * dy
                return [
                    product - 2 * product * y, tf.add(.sigmoidGrad, nil, [y, grad]).output(),
                ]
            }
        },
        run: { _ in .binary(kernel_sigmoid_grad) })

    static let tanh: Op = Op(
        "Tanh", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.tanhGrad, nil, [node.output(), $0]).output() }]
        },
        run: { _ in .unary(kernel_tanh) })

    /// dy · (1 - y²).
    static let tanhGrad: Op = Op(
        "TanhGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return [nil, nil] }
            let (tf, y, dy) = (node.graph, node.inputs[0], node.inputs[1])
            return tf.controlDependencies([grad.node]) {
                [grad * -2 * dy * y, tf.add(.tanhGrad, nil, [y, grad]).output()]
            }
        },
        run: { _ in .binary(kernel_tanh_grad) })

    static let softplus: Op = Op(
        "Softplus", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { $0 * node.graph.sigmoid(node.inputs[0]) }]
        },
        run: { _ in .unary(kernel_softplus) })

    static let relu: Op = Op(
        "Relu", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.reluGrad, nil, [$0, node.output()]).output() }]
        },
        isCheap: true,
        run: { _ in .unary(kernel_relu) })

    /// dy where y > 0, else 0.
    static let reluGrad: Op = Op(
        "ReluGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            [grad[0].map { node.graph.add(.reluGrad, nil, [$0, node.inputs[1]]).output() }, nil]
        },
        isCheap: true,
        run: { _ in .binary(kernel_relu_grad) })
}
