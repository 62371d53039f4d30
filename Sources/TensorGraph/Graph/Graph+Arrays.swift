public import TensorFlowTypes

// The graph's vocabulary: methods that make nodes, named as TensorFlow's functions are, in Swift's
// spelling.

extension Graph {
    /// A tensor that each run is fed; `tf.placeholder`.
    ///
    /// - Parameters:
    ///   - shape: what is known of the shape; a `nil` dimension takes any size.
    ///   - type: `float`, `int32`, `int64` or `bool`.
    public func placeholder(_ shape: Shape, type: DataType = .float, name: String) -> Tensor {
        checkIsComputed(type, of: name)
        return add(
            .placeholder, name, [Tensor](),
            attributes: ["dtype": .type(type), "shape": .shape(shape)]
        ).output()
    }

    /// A tensor that never changes; `tf.constant`.
    ///
    /// - Parameter value: of type `float`, `int32`, `int64`, `bool` or `string`.
    public func constant(_ value: Value, name: String = "Const") -> Tensor {
        checkIsComputed(value.type, of: name)
        return add(
            .const, name, [Tensor](),
            attributes: ["dtype": .type(value.type), "value": value.attribute]
        ).output()
    }

    private func checkIsComputed(_ type: DataType, of name: String) {
        precondition(
            DataType.computed.contains(type),
            "\(name) is of type \(type), which graphs do not compute")
    }

    /// Zeros of a shape that is known whole; `tf.zeros`.
    public func zeros(_ shape: [Int], name: String = "zeros") -> Tensor {
        filled(0, shape, name: name)
    }

    /// A tensor full of one number: a constant, or a `Fill` where there are a thousand or more of
    /// it.
    private func filled(_ number: Float, _ shape: [Int], name: String) -> Tensor {
        let count = shape.reduce(1, *)
        guard count >= 1000 else { return constant(Value(number).repeated(shape), name: name) }
        return nameScope(name) { scope in
            let sizes = constant(Value(shape), name: "shape_as_tensor")
            let value = constant(Value(number))
            return fill(sizes, value, name: scope)
        }
    }

    /// Zeros of the shape of `x`; `tf.zeros_like`.
    public func zerosLike(_ x: Tensor, name: String = "zeros_like") -> Tensor {
        if let shape = x.shape.known { return zeros(shape, name: name) }
        return add(.zerosLike, name, [x]).output()
    }

    /// A tensor full of one number, of a shape that a tensor holds.
    func filled(_ number: Float, toShape sizes: Tensor, name: String) -> Tensor {
        nameScope(name) { scope in fill(sizes, constant(Value(number)), name: scope) }
    }

    private func fill(_ sizes: Tensor, _ value: Tensor, name: String) -> Tensor {
        add(.fill, name, [sizes, value]).output()
    }

    /// The same tensor under another name; `tf.identity`.
    public func identity(_ x: some TensorConvertible, name: String = "Identity") -> Tensor {
        add(.identity, name, [x.tensor]).output()
    }

    /// The same tensor, through which no gradient flows; `tf.stop_gradient`.
    public func stopGradient(_ x: Tensor, name: String = "StopGradient") -> Tensor {
        add(.stopGradient, name, [x]).output()
    }

    /// The elements in another shape, in which one dimension may be -1; `tf.reshape`.
    public func reshape(_ x: Tensor, _ shape: [Int], name: String = "Reshape") -> Tensor {
        add(.reshape, name, [.tensor(x), .constant(Value(shape), "shape")]).output()
    }

    func reshape(_ x: Tensor, toShape sizes: Tensor) -> Tensor {
        add(.reshape, nil, [x, sizes]).output()
    }

    /// A gradient in the shape of `x`: what the gradients of ops that only change a shape are.
    func reshape(_ gradient: Tensor?, like x: Tensor) -> Tensor? {
        guard let gradient else { return nil }
        if let rank = x.shape.dimensions, rank.filter({ $0 == nil }).count == 1 {
            return reshape(gradient, rank.map { $0 ?? -1 })
        }
        return reshape(gradient, toShape: shape(of: x))
    }

    /// The shape as a vector of int32: a constant where it is known whole; `tf.shape`.
    public func shape(of x: Tensor) -> Tensor {
        if let known = x.shape.known { return constant(Value(known), name: "Shape") }
        return add(.shape, nil, [x], attributes: ["out_type": .type(.int32)]).output()
    }

    /// Without dimensions of size 1: those given, or all of them; `tf.squeeze`.
    public func squeeze(_ x: Tensor, axes: [Int] = [], name: String = "Squeeze") -> Tensor {
        add(.squeeze, name, [x], attributes: ["squeeze_dims": .ints(axes)]).output()
    }

    /// The numbers as another type: bools and integers as floats; `tf.cast`.
    public func cast(_ x: Tensor, _ type: DataType, name: String = "Cast") -> Tensor {
        add(.cast, name, [x], attributes: ["DstT": .type(type), "Truncate": .bool(false)]).output()
    }

    /// Normally distributed numbers; `tf.random_normal`.
    public func randomNormal(
        _ shape: [Int], mean: Float = 0, standardDeviation: Float = 1,
        name: String = "random_normal"
    ) -> Tensor {
        nameScope(name) { scope in
            let sizes = constant(Value(shape), name: "shape")
            let mean = constant(Value(mean), name: "mean")
            let deviation = constant(Value(standardDeviation), name: "stddev")
            let numbers = add(.randomStandardNormal, nil, [sizes], attributes: randomAttributes())
            let scaled = binary(.mul, "mul", numbers.output(), deviation)
            return add(.add, scope, [scaled, mean]).output()
        }
    }

    /// Numbers uniform in [minimum, maximum); `tf.random_uniform`.
    public func randomUniform(
        _ shape: [Int], minimum: Float = 0, maximum: Float = 1, name: String = "random_uniform"
    ) -> Tensor {
        nameScope(name) { scope in
            let sizes = constant(Value(shape), name: "shape")
            let (low, high) = (
                constant(Value(minimum), name: "min"), constant(Value(maximum), name: "max")
            )
            let numbers = add(.randomUniform, nil, [sizes], attributes: randomAttributes())
            let scaled = binary(.mul, "mul", numbers.output(), binary(.sub, "sub", high, low))
            return add(.add, scope, [scaled, low]).output()
        }
    }

    /// The seeds of the next random op: the graph's, and the op's number among the random ops that
    /// were made with a seed. Each is a remainder by the largest int32; and since two zeros would
    /// ask TensorFlow for a seed of its own, it takes that largest int32 for the second
    /// (tensorflow/python/framework/random_seed.py).
    private func randomAttributes() -> [String: AttributeValue] {
        let largest = Int64(Int32.max)
        var seeds: (Int64, Int64) = (0, 0)
        if let seed {
            seeds = (Int64(seed % UInt64(largest)), Int64(randomOpCount) % largest)
            if seeds == (0, 0) { seeds.1 = largest }
            randomOpCount += 1
        }
        return ["dtype": .type(.float), "seed": .int(seeds.0), "seed2": .int(seeds.1)]
    }
}
