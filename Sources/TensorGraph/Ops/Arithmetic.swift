internal import CKernels
internal import TensorFlowTypes

// Element-wise arithmetic of two tensors, with broadcasting. Gradients after
// tensorflow/python/ops/math_grad.py.

extension Op {
    static let arithmetic: [Op] = [
        .add, .sub, .mul, .realDiv, .squaredDifference, .floorMod, .addN,
    ]

    static let add: Op = Op(
        "AddV2", outputs: Infer.broadcast,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            return node.graph.summedToInputs(node, dy) { (dy, dy) }
        },
        fold: Fold.arithmetic({ $0 + $1 }, { $0 &+ $1 }),
        lower: { _ in .elementwise(.add) })

    static let sub: Op = Op(
        "Sub", outputs: Infer.broadcast,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            return node.graph.summedToInputs(node, dy) { (dy, node.graph.neg(dy)) }
        },
        fold: Fold.arithmetic({ $0 - $1 }, { $0 &- $1 }),
        lower: { _ in .elementwise(.sub) })

    static let mul: Op = Op(
        "Mul", outputs: Infer.broadcast,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, x, y) = (node.graph, node.inputs[0], node.inputs[1])
            return tf.summedToInputs(
                node, dy,
                equal: {
                    (tf.add(.mul, "Mul", [dy, y]).output(), tf.add(.mul, "Mul", [dy, x]).output())
                },
                { (tf.add(.mul, "Mul", [dy, y]).output(), tf.add(.mul, "Mul", [x, dy]).output()) })
        },
        fold: Fold.arithmetic({ $0 * $1 }, { $0 &* $1 }),
        lower: { _ in .elementwise(.mul) })

    static let realDiv: Op = Op(
        "RealDiv", outputs: Infer.broadcast,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, x, y) = (node.graph, node.inputs[0], node.inputs[1])
            func quotient(_ a: Tensor, _ b: Tensor) -> Tensor {
                tf.add(.realDiv, nil, [a, b]).output()
            }
            return tf.summedToInputs(node, dy, equal: nil) {
                (quotient(dy, y), dy * quotient(quotient(tf.neg(x), y), y))
            }
        },
        fold: Fold.arithmetic({ $0 / $1 }, nil),
        lower: { _ in .elementwise(.div) })

    static let squaredDifference: Op = Op(
        "SquaredDifference", outputs: Infer.broadcast,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, x, y) = (node.graph, node.inputs[0], node.inputs[1])
            return tf.summedToInputs(node, dy) {
                let dx = tf.controlDependencies([dy.node]) {
                    let twice = tf.constant(Value(2.0), name: "scalar")
                    return tf.add(.mul, "Mul", [twice, dy]).output() * (x - y)
                }
                return (dx, tf.neg(dx))
            }
        },
        lower: { _ in .elementwise(.squaredDifference) })

    static let floorMod: Op = Op(
        "FloorMod", outputs: Infer.broadcast,
        gradient: .missing, fold: Fold.arithmetic(nil, { a, b in b == 0 ? 0 : ((a % b) + b) % b }),
        lower: { context in
            preconditionFailure(
                "\(context.node): only integers that follow from shapes have a remainder")
        })

    static let addN: Op = Op(
        "AddN",
        outputs: { context in
            let shape = context.inputs.reduce(Shape.unknown) { shape, input in
                guard let merged = shape.merged(with: input.shape) else {
                    context.require(false, "its inputs have different shapes")
                    return shape
                }
                return merged
            }
            return [TensorType(shape, context.inputs[0].type)]
        },
        gradient: .rule { node, dy in [Tensor?](repeating: dy[0], count: node.inputs.count) },
        lower: { _ in .step(.sum) })
}

extension ElementFunction {
    static let add = ElementFunction("add", kernel_add, isCheap: true) { $0 + $1 }
    static let sub = ElementFunction("sub", kernel_sub, isCheap: true) { $0 - $1 }
    static let mul = ElementFunction("mul", kernel_mul, isCheap: true) { $0 * $1 }
    static let div = ElementFunction("div", kernel_div) { $0 / $1 }
    static let squaredDifference = ElementFunction(
        "squaredDifference", kernel_squared_difference
    ) { ($0 - $1) * ($0 - $1) }
}

/// Rules that compute small values when a graph is built or a run is planned.
enum Fold {
    /// Both operands' elements combined, where both are known; `nil` for a type without a rule.
    /// Meant for shapes and scalars: larger tensors are left to the kernels.
    static func arithmetic(
        _ floats: (@Sendable (Float, Float) -> Float)?, _ ints: (@Sendable (Int32, Int32) -> Int32)?
    ) -> @Sendable (OpContext) -> [Value]? {
        { context in
            guard let a = context.values[0], let b = context.values[1],
                let shape = context.outputs[0].shape.known, shape.reduce(1, *) <= 64
            else { return nil }
            let (ofA, ofB) = (Walk(a.shape, in: shape), Walk(b.shape, in: shape))
            func combined<T>(_ a: [T], _ b: [T], _ rule: (T, T) -> T) -> [T] {
                (0..<shape.reduce(1, *)).map { rule(a[ofA.place($0)], b[ofB.place($0)]) }
            }
            switch (a.elements, b.elements) {
            case (.float(let a), .float(let b)):
                return floats.map { [Value(combined(a, b, $0), shape: shape)] }
            case (.int32(let a), .int32(let b)):
                return ints.map { [Value(.int32(combined(a, b, $0)), shape: shape)] }
            default: return nil
            }
        }
    }
}

extension Graph {
    /// The gradients of a broadcasting op's two inputs: what `gradients` makes, summed over the
    /// axes along which an input was repeated.
    ///
    /// - Parameters:
    ///   - equal: what to make where all shapes are known and equal, so that nothing is summed;
    ///     `nil` for no such case.
    func summedToInputs(
        _ node: Node, _ dy: Tensor, equal: (() -> (Tensor, Tensor))?,
        _ gradients: () -> (Tensor, Tensor)
    ) -> [Tensor?] {
        let (x, y) = (node.inputs[0], node.inputs[1])
        if let equal, x.shape.isFullyDefined, x.shape == y.shape, x.shape == dy.shape {
            let (dx, dy) = equal()
            return [dx, dy]
        }
        let (dx, dy) = gradients()
        let (ofX, ofY) = broadcastAxes(x, y)
        return [summed(dx, ofX), summed(dy, ofY)]
    }

    func summedToInputs(
        _ node: Node, _ dy: Tensor, _ gradients: () -> (Tensor, Tensor)
    ) -> [Tensor?] {
        withoutActuallyEscaping(gradients) { summedToInputs(node, dy, equal: $0, gradients) }
    }

    /// A gradient of `result`, to whose shape `x` was broadcast, summed over the axes along which it
    /// was repeated.
    func summedToInput(_ x: Tensor, of result: Tensor, _ gradient: Tensor) -> Tensor {
        summed(gradient, broadcastAxes(x, result).0)
    }

    /// Which axes of a broadcast result each operand was repeated along, and its shape.
    private struct Repetition {
        let shape: Tensor
        let axes: Operand
        let isNeeded: Bool
    }

    private func broadcastAxes(_ x: Tensor, _ y: Tensor) -> (Repetition, Repetition) {
        let shapes = (shape(of: x), shape(of: y))
        if let a = x.shape.dimensions, let b = y.shape.dimensions, let axes = repeatedAxes(a, b) {
            return (
                Repetition(
                    shape: shapes.0, axes: .constant(Value(axes.0), "reduction_indices"),
                    isNeeded: !axes.0.isEmpty || a.count < b.count),
                Repetition(
                    shape: shapes.1, axes: .constant(Value(axes.1), "reduction_indices"),
                    isNeeded: !axes.1.isEmpty || b.count < a.count)
            )
        }
        let axes = add(.broadcastGradientArgs, nil, [shapes.0, shapes.1])
        return (
            Repetition(shape: shapes.0, axes: .tensor(axes.output(0)), isNeeded: true),
            Repetition(shape: shapes.1, axes: .tensor(axes.output(1)), isNeeded: true)
        )
    }

    private func summed(_ gradient: Tensor, _ repetition: Repetition) -> Tensor {
        guard repetition.isNeeded else { return gradient }
        let sum = add(
            .sum, nil, [.tensor(gradient), repetition.axes], attributes: ["keep_dims": .bool(true)])
        return reshape(sum.output(), toShape: repetition.shape)
    }

    /// The axes along which either of two shapes is repeated; `nil` where open dimensions leave
    /// that open.
    private func repeatedAxes(_ x: [Int?], _ y: [Int?]) -> ([Int], [Int])? {
        let rank = max(x.count, y.count)
        var (ofX, ofY): ([Int], [Int]) = ([], [])
        for axis in 0..<rank {
            let a: Int? = axis < rank - x.count ? 1 : x[axis - (rank - x.count)]
            let b: Int? = axis < rank - y.count ? 1 : y[axis - (rank - y.count)]
            if a == 1, b != 1 {
                ofX.append(axis)
            } else if b == 1, a != 1 {
                ofY.append(axis)
            } else if a == nil || b == nil {
                return nil
            }
        }
        return (ofX, ofY)
    }

    /// A gradient of a broadcast result, summed back to the shape of `x`, which was repeated.
    ///
    /// - Parameter sizes: makes the result's shape.
    func sumToShape(_ gradient: Tensor, of x: Tensor, _ sizes: () -> Tensor) -> Tensor {
        let own = shape(of: x)
        let axes = add(.broadcastGradientArgs, nil, [sizes(), own]).output(1)
        let sum = add(
            .sum, nil, [.tensor(gradient), .tensor(axes)], attributes: ["keep_dims": .bool(true)])
        return reshape(sum.output(), toShape: own)
    }
}
