internal import CKernels
internal import Platform
internal import TensorFlowTypes

// Element-wise functions of one tensor, and their gradients, after
// tensorflow/python/ops/math_grad.py and nn_grad.py.

extension Op {
    static let functions: [Op] = [
        .neg, .exp, .log, .reciprocal, .square, .sqrt, .rsqrt, .rsqrtGrad, .sigmoid, .sigmoidGrad,
        .tanh, .tanhGrad, .softplus, .relu, .reluGrad, .leakyRelu, .leakyReluGrad,
    ]

    static let neg: Op = Op(
        "Neg", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in [dy[0].map(node.graph.neg)] },
        lower: { _ in .elementwise(.neg) })

    static let exp: Op = Op(
        "Exp", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in [dy[0].map { $0 * node.output() }] },
        lower: { _ in .elementwise(.exp) })

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
        lower: { _ in .elementwise(.log) })

    static let reciprocal: Op = Op(
        "Reciprocal", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.neg($0 * node.graph.square(node.output())) }]
        },
        lower: { _ in .elementwise(.reciprocal) })

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
        lower: { _ in .elementwise(.square) })

    static let sqrt: Op = Op(
        "Sqrt", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil] }
            let half = node.graph.constant(Value(0.5), name: "Const")
            return [dy * half * node.graph.add(.reciprocal, nil, [node.output()]).output()]
        },
        lower: { _ in .elementwise(.sqrt) })

    static let rsqrt: Op = Op(
        "Rsqrt", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.rsqrtGrad, nil, [node.output(), $0]).output() }]
        },
        lower: { _ in .elementwise(.rsqrt) })

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
        lower: { _ in .elementwise(.rsqrtGrad) })

    static let sigmoid: Op = Op(
        "Sigmoid", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.sigmoidGrad, nil, [node.output(), $0]).output() }]
        },
        lower: { _ in .elementwise(.sigmoid) })

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
        lower: { _ in .elementwise(.sigmoidGrad) })

    static let tanh: Op = Op(
        "Tanh", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.tanhGrad, nil, [node.output(), $0]).output() }]
        },
        lower: { _ in .elementwise(.tanh) })

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
        lower: { _ in .elementwise(.tanhGrad) })

    static let softplus: Op = Op(
        "Softplus", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { $0 * node.graph.sigmoid(node.inputs[0]) }]
        },
        lower: { _ in .elementwise(.softplus) })

    static let relu: Op = Op(
        "Relu", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.add(.reluGrad, nil, [$0, node.output()]).output() }]
        },
        lower: { _ in .elementwise(.relu) })

    /// dy where y > 0, else 0.
    static let reluGrad: Op = Op(
        "ReluGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            [grad[0].map { node.graph.add(.reluGrad, nil, [$0, node.inputs[1]]).output() }, nil]
        },
        lower: { _ in .elementwise(.reluGrad) })
}

// MARK: Leaky relu

extension Op {
    /// x where x > 0, else alpha · x.
    static let leakyRelu: Op = Op(
        "LeakyRelu", outputs: Infer.likeFirst,
        gradient: .rule { node, dy in
            [dy[0].map { node.graph.leakyReluGrad($0, node.inputs[0], node.float("alpha")) }]
        },
        lower: { .elementwise(.leakyRelu($0.node.float("alpha"))) })

    /// dy where x > 0, else alpha · dy.
    static let leakyReluGrad: Op = Op(
        "LeakyReluGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            [
                grad[0].map { node.graph.leakyReluGrad($0, node.inputs[1], node.float("alpha")) },
                nil,
            ]
        },
        lower: { .elementwise(.leakyReluGrad($0.node.float("alpha"))) })
}

extension Graph {
    /// The larger of x and alpha · x, for an alpha below 1; `tf.nn.leaky_relu`.
    public func leakyRelu(_ x: Tensor, alpha: Float = 0.2, name: String = "LeakyRelu") -> Tensor {
        add(.leakyRelu, name, [x], attributes: ["alpha": .float(alpha)]).output()
    }

    fileprivate func leakyReluGrad(_ dy: Tensor, _ x: Tensor, _ alpha: Float) -> Tensor {
        add(.leakyReluGrad, nil, [dy, x], attributes: ["alpha": .float(alpha)]).output()
    }
}

extension ElementFunction {
    static func leakyRelu(_ slope: Float) -> ElementFunction {
        ElementFunction("leakyRelu", slope, kernel_leaky_relu, isCheap: true) {
            $0 > 0 ? $0 : Double(slope) * $0
        }
    }

    static func leakyReluGrad(_ slope: Float) -> ElementFunction {
        ElementFunction("leakyReluGrad", slope, kernel_leaky_relu_grad, isCheap: true) { dy, x in
            x > 0 ? dy : Double(slope) * dy
        }
    }
}

extension ElementFunction {
    static let neg = ElementFunction("neg", kernel_neg, isCheap: true) { -$0 }
    static let exp = ElementFunction("exp", kernel_exp) { exponential($0) }
    static let log = ElementFunction("log", kernel_log) { logarithm($0) }
    static let reciprocal = ElementFunction("reciprocal", kernel_reciprocal) { 1 / $0 }
    static let square = ElementFunction("square", kernel_square, isCheap: true) { $0 * $0 }
    static let sqrt = ElementFunction("sqrt", kernel_sqrt) { $0.squareRoot() }
    static let rsqrt = ElementFunction("rsqrt", kernel_rsqrt) { 1 / $0.squareRoot() }
    static let rsqrtGrad = ElementFunction("rsqrtGrad", kernel_rsqrt_grad) { y, dy in
        dy * -0.5 * y * y * y
    }
    static let sigmoid = ElementFunction("sigmoid", kernel_sigmoid) { 1 / (1 + exponential(-$0)) }
    static let sigmoidGrad = ElementFunction("sigmoidGrad", kernel_sigmoid_grad) { y, dy in
        dy * y * (1 - y)
    }
    static let tanh = ElementFunction("tanh", kernel_tanh) { hyperbolicTangent($0) }
    static let tanhGrad = ElementFunction("tanhGrad", kernel_tanh_grad) { y, dy in
        dy * (1 - y * y)
    }
    static let softplus = ElementFunction("softplus", kernel_softplus) { x in
        max(x, 0) + logOfOneAnd(exponential(-abs(x)))
    }
    static let relu = ElementFunction("relu", kernel_relu, isCheap: true) { $0 < 0 ? 0 : $0 }
    static let reluGrad = ElementFunction("reluGrad", kernel_relu_grad, isCheap: true) { dy, y in
        y > 0 ? dy : 0
    }
}

// The C library's functions, under names that the functions above do not have.
private func exponential(_ x: Double) -> Double { exp(x) }
private func logarithm(_ x: Double) -> Double { log(x) }
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
private func logOfOneAnd(_ x: Double) -> Double { log1p(x) }
