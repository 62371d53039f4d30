internal import CKernels
internal import TensorFlowTypes

// Ops that choose, element by element, between two tensors. Gradients after
// tensorflow/python/ops/math_grad.py: what is chosen gets the whole gradient, and of two equal
// numbers the first one does.

extension Op {
    static let selections: [Op] = [.maximum, .minimum, .select, .selectV2, .zerosLike]

    static let maximum: Op = Op(
        "Maximum", outputs: Infer.broadcast,
        gradient: .rule { node, dy in node.graph.chosen(node, dy[0], by: .greaterEqual) },
        fold: Fold.arithmetic({ max($0, $1) }, { max($0, $1) }),
        lower: { _ in .elementwise(.maximum) })

    static let minimum: Op = Op(
        "Minimum", outputs: Infer.broadcast,
        gradient: .rule { node, dy in node.graph.chosen(node, dy[0], by: .lessEqual) },
        fold: Fold.arithmetic({ min($0, $1) }, { min($0, $1) }),
        lower: { _ in .elementwise(.minimum) })

    /// x where the condition holds, y elsewhere. The condition has the shape of both, or is a
    /// scalar, or has a bool for each of their first dimension.
    static let select: Op = Op(
        "Select",
        outputs: { context in
            context.require(context.inputs[0].type == .bool, "its condition is no bool")
            guard let shape = context.shape(1).merged(with: context.shape(2)),
                context.inputs[1].type == context.inputs[2].type
            else {
                context.require(false, "it chooses between tensors of two shapes or types")
                return []
            }
            if let condition = context.shape(0).dimensions, let dimensions = shape.dimensions {
                context.require(
                    condition.isEmpty || context.shape(0).isCompatible(with: shape)
                        || condition.count == 1
                            && context.shape(0).isCompatible(
                                with: Shape(Array(dimensions.prefix(1)))),
                    "there is no bool for each element, nor for each of the first dimension")
            }
            return [TensorType(shape, context.inputs[1].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil, nil] }
            let tf = node.graph
            let zeros = tf.zerosLike(node.inputs[1])
            return [
                nil, tf.select(node.inputs[0], dy, zeros), tf.select(node.inputs[0], zeros, dy),
            ]
        },
        types: ["T": 1],
        lower: { context in
            let (condition, x) = (context.dimensions(0), context.dimensions(1))
            return .step(.select(byRows: condition.count == 1 && x.count > 1))
        })

    /// x where the condition holds, y elsewhere, all three broadcast to one shape.
    static let selectV2: Op = Op(
        "SelectV2",
        outputs: { context in
            context.require(context.inputs[0].type == .bool, "its condition is no bool")
            context.require(
                context.inputs[1].type == context.inputs[2].type, "its inputs are of two types")
            guard
                let shape = context.shape(1).broadcast(with: context.shape(2))?
                    .broadcast(with: context.shape(0))
            else {
                context.require(false, "its inputs do not broadcast to one shape")
                return []
            }
            return [TensorType(shape, context.inputs[1].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil, nil] }
            let tf = node.graph
            let zeros = tf.constant(Value(0.0), name: "zeros")
            let (condition, z) = (node.inputs[0], node.output())
            let (dx, dz) = (tf.where(condition, dy, zeros), tf.where(condition, zeros, dy))
            return [
                nil, tf.summedToInput(node.inputs[1], of: z, dx),
                tf.summedToInput(node.inputs[2], of: z, dz),
            ]
        },
        types: ["T": 1],
        lower: { _ in .step(.select(byRows: false)) })

    /// Zeros of its input's shape.
    static let zerosLike: Op = Op(
        "ZerosLike", outputs: Infer.likeFirst, gradient: .notDifferentiable,
        lower: { _ in .step(.fill, reading: []) })
}

extension ElementFunction {
    static let maximum = ElementFunction("maximum", kernel_max) { max($0, $1) }
    static let minimum = ElementFunction("minimum", kernel_min) { min($0, $1) }
}

extension Graph {
    /// The gradients of a `Maximum` or a `Minimum`, whose first input is chosen where `comparison`
    /// holds.
    fileprivate func chosen(_ node: Node, _ dy: Tensor?, by comparison: Op) -> [Tensor?] {
        guard let dy else { return [nil, nil] }
        let zeros = zerosLike(dy)
        let isFirst = add(comparison, nil, [node.inputs[0], node.inputs[1]]).output()
        return summedToInputs(node, dy) {
            (self.where(isFirst, dy, zeros), self.where(isFirst, zeros, dy))
        }
    }
}
