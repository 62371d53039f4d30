internal import TensorFlowTypes

extension Graph {
    /// An element-wise op of two tensors, as an operator makes it: below a scope of its own name.
    func binary(_ op: Op, _ name: String, _ x: Tensor, _ y: Tensor) -> Tensor {
        add(op, name, [x, y]).output()
    }

    func binary(_ op: Op, _ name: String, _ x: Operand, _ y: Operand) -> Tensor {
        add(op, name, [x, y]).output()
    }

    /// -x.
    public func neg(_ x: Tensor) -> Tensor { add(.neg, nil, [x]).output() }

    /// x².
    public func square(_ x: Tensor) -> Tensor { add(.square, nil, [x]).output() }

    /// eˣ.
    public func exp(_ x: Tensor) -> Tensor { add(.exp, nil, [x]).output() }

    /// The natural logarithm.
    public func log(_ x: Tensor) -> Tensor { add(.log, nil, [x]).output() }

    /// The square root.
    public func sqrt(_ x: Tensor) -> Tensor { add(.sqrt, nil, [x]).output() }

    /// 1 / √x.
    public func rsqrt(_ x: Tensor) -> Tensor { add(.rsqrt, nil, [x]).output() }

    /// The larger of x and 0; `tf.nn.relu`.
    public func relu(_ x: Tensor) -> Tensor { add(.relu, nil, [x]).output() }

    /// 1 / (1 + e⁻ˣ); `tf.nn.sigmoid`.
    public func sigmoid(_ x: Tensor) -> Tensor { add(.sigmoid, nil, [x]).output() }

    /// log(1 + eˣ); `tf.nn.softplus`.
    public func softplus(_ x: Tensor) -> Tensor { add(.softplus, nil, [x]).output() }

    /// The hyperbolic tangent; `tf.nn.tanh`.
    public func tanh(_ x: Tensor) -> Tensor { add(.tanh, nil, [x]).output() }

    /// (x - y)², broadcast; `tf.squared_difference`.
    public func squaredDifference(_ x: Tensor, _ y: Tensor) -> Tensor {
        add(.squaredDifference, nil, [x, y]).output()
    }

    /// The sum of tensors of one shape; `tf.add_n`.
    public func addN(_ tensors: [Tensor]) -> Tensor {
        colocated(with: tensors[0].node) {
            add(.addN, nil, tensors, attributes: ["N": .int(Int64(tensors.count))]).output()
        }
    }

    /// a · b, with either transposed; `tf.matmul`.
    ///
    /// - Parameters:
    ///   - a: [m, k], or [k, m] when transposed.
    ///   - b: [k, n], or [n, k] when transposed.
    public func matMul(
        _ a: some TensorConvertible, _ b: some TensorConvertible, transposeA: Bool = false,
        transposeB: Bool = false
    ) -> Tensor {
        product(a.tensor, b.tensor, transposed: (transposeA, transposeB))
    }

    /// - Parameter isGradient: whether it is a product's gradient with respect to its first
    ///   operand, or to its second one.
    func product(
        _ a: Tensor, _ b: Tensor, transposed: (Bool, Bool),
        isGradient: (ofA: Bool, ofB: Bool) = (false, false)
    ) -> Tensor {
        add(
            .matMul, nil, [a, b],
            attributes: [
                "transpose_a": .bool(transposed.0), "transpose_b": .bool(transposed.1),
                "grad_a": .bool(isGradient.ofA), "grad_b": .bool(isGradient.ofB),
            ]
        ).output()
    }

    /// The sum over all elements, or over `axes`; `tf.reduce_sum`.
    public func reduceSum(_ x: Tensor, axes: [Int]? = nil, keepDimensions: Bool = false) -> Tensor {
        reduce(.sum, x, axes, keepDimensions)
    }

    /// The mean of all elements, or over `axes`; `tf.reduce_mean`.
    public func reduceMean(
        _ x: Tensor, axes: [Int]? = nil, keepDimensions: Bool = false, name: String? = nil
    ) -> Tensor {
        reduce(.mean, x, axes, keepDimensions, name)
    }

    private func reduce(
        _ op: Op, _ x: Tensor, _ axes: [Int]?, _ keepDimensions: Bool, _ name: String? = nil
    ) -> Tensor {
        let operand: Operand
        if let axes {
            operand = .constant(Value(axes), "reduction_indices")
        } else {
            guard let rank = x.shape.rank else {
                preconditionFailure("\(x) has an unknown rank: say which axes are reduced")
            }
            operand = .tensor(constant(Value(Array(0..<rank))))
        }
        return add(
            op, name, [.tensor(x), operand], attributes: ["keep_dims": .bool(keepDimensions)]
        ).output()
    }
}

// Operators. A number becomes a constant named `x` or `y`, by its side of the operator.

extension TensorConvertible {
    /// The sum, element by element, broadcast.
    public static func + (x: Self, y: some TensorConvertible) -> Tensor {
        x.tensor.graph.binary(.add, "add", x.tensor, y.tensor)
    }

    /// The difference, element by element, broadcast.
    public static func - (x: Self, y: some TensorConvertible) -> Tensor {
        x.tensor.graph.binary(.sub, "sub", x.tensor, y.tensor)
    }

    /// The product, element by element, broadcast.
    public static func * (x: Self, y: some TensorConvertible) -> Tensor {
        x.tensor.graph.binary(.mul, "mul", x.tensor, y.tensor)
    }

    /// The quotient, element by element, broadcast.
    public static func / (x: Self, y: some TensorConvertible) -> Tensor {
        x.tensor.graph.binary(.realDiv, "truediv", x.tensor, y.tensor)
    }

    /// The sum with a number.
    public static func + (x: Self, y: Float) -> Tensor { right(.add, "add", x, y) }
    /// The difference with a number.
    public static func - (x: Self, y: Float) -> Tensor { right(.sub, "sub", x, y) }
    /// The product with a number.
    public static func * (x: Self, y: Float) -> Tensor { right(.mul, "mul", x, y) }
    /// The quotient with a number.
    public static func / (x: Self, y: Float) -> Tensor { right(.realDiv, "truediv", x, y) }
    /// The sum with a number.
    public static func + (x: Float, y: Self) -> Tensor { left(.add, "add", x, y) }
    /// The difference with a number.
    public static func - (x: Float, y: Self) -> Tensor { left(.sub, "sub", x, y) }
    /// The product with a number.
    public static func * (x: Float, y: Self) -> Tensor { left(.mul, "mul", x, y) }
    /// The quotient with a number.
    public static func / (x: Float, y: Self) -> Tensor { left(.realDiv, "truediv", x, y) }

    /// The negative.
    public static prefix func - (x: Self) -> Tensor { x.tensor.graph.neg(x.tensor) }

    private static func right(_ op: Op, _ name: String, _ x: Self, _ y: Float) -> Tensor {
        x.tensor.graph.binary(op, name, .tensor(x.tensor), .constant(Value(y), "y"))
    }

    private static func left(_ op: Op, _ name: String, _ x: Float, _ y: Self) -> Tensor {
        y.tensor.graph.binary(op, name, .constant(Value(x), "x"), .tensor(y.tensor))
    }
}
