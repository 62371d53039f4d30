internal import TensorFlowTypes

// Reductions over axes. Gradients after tensorflow/python/ops/math_grad.py.

extension Op {
    static let reductions: [Op] = [.sum, .mean, .prod, .broadcastGradientArgs]

    static let sum: Op = Op(
        "Sum", outputs: Infer.reduction,
        gradient: .rule { node, dy in [dy[0].map { node.graph.sumGradient(node, $0) }, nil] },
        types: ["T": 0, "Tidx": 1], lower: { .reduction($0, divisor: 1) })

    static let mean: Op = Op(
        "Mean", outputs: Infer.reduction,
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let tf = node.graph
            let sum = tf.sumGradient(node, dy)
            return [tf.add(.realDiv, "truediv", [sum, tf.meanDivisor(node)]).output(), nil]
        },
        types: ["T": 0, "Tidx": 1],
        lower: { context in
            let count = context.dimensions(0).reduce(1, *)
            let results = context.outputs[0].shape.elementCount ?? 1
            return .reduction(context, divisor: Float(max(count, 1) / max(results, 1)))
        })

    /// The product of integers, for shapes.
    static let prod: Op = Op(
        "Prod", outputs: Infer.reduction,
        gradient: .missing,
        fold: { context in
            guard let ints = context.ints(0), let shape = context.outputs[0].shape.known,
                shape.reduce(1, *) == 1
            else { return nil }
            return [Value(.int32([Int32(ints.reduce(1, *))]), shape: shape)]
        },
        types: ["T": 0, "Tidx": 1],
        lower: { context in
            preconditionFailure(
                "\(context.node): only shapes have a product, which follows from other shapes")
        })

    /// The axes over which the gradients of a broadcast result are summed for either operand, from
    /// their shapes.
    static let broadcastGradientArgs: Op = Op(
        "BroadcastGradientArgs",
        outputs: { _ in [TensorType([nil], .int32), TensorType([nil], .int32)] },
        gradient: .notDifferentiable,
        fold: { context in
            guard let x = context.ints(0), let y = context.ints(1) else { return nil }
            let rank = max(x.count, y.count)
            var axes: ([Int], [Int]) = ([], [])
            for axis in 0..<rank {
                let a = axis < rank - x.count ? 1 : x[axis - (rank - x.count)]
                let b = axis < rank - y.count ? 1 : y[axis - (rank - y.count)]
                if a == 1 { axes.0.append(axis) }
                if b == 1 { axes.1.append(axis) }
            }
            return [Value(axes.0), Value(axes.1)]
        },
        lower: { context in
            preconditionFailure(
                "\(context.node): the shapes it takes have to follow from other shapes")
        })
}

extension Graph {
    /// The gradient of a sum: `dy` repeated along the summed axes.
    fileprivate func sumGradient(_ node: Node, _ dy: Tensor) -> Tensor {
        let x = node.inputs[0]
        if let rank = x.shape.rank, let axes = node.inputs[1].constantValue?.ints,
            axes == Array(0..<rank)
        {
            let single = reshape(dy, [Int](repeating: 1, count: rank))
            let sizes = x.shape.known.map { constant(Value($0)) } ?? shape(of: x)
            return add(.tile, nil, [single, sizes]).output()
        }
        if let sizes = x.shape.known, let axes = node.inputs[1].constantValue?.ints {
            let kept = x.shape.reduced(
                over: axes.map { $0 < 0 ? $0 + sizes.count : $0 }, keepDimensions: true)
            let factors = zip(sizes, kept.known ?? sizes).map { size, kept in size / max(kept, 1) }
            let single = reshape(dy, kept.known ?? sizes)
            return add(
                .tile, nil, [.tensor(single), .constant(Value(factors), "multiples")]
            ).output()
        }
        let sizes = shape(of: x)
        let kept = node.bool("keep_dims") ? dy : reshape(dy, toShape: keptShape(node, sizes))
        return add(.broadcastTo, nil, [kept, sizes]).output()
    }

    /// The shape `sizes` with 1 for the axes that the reduction `node` takes away.
    private func keptShape(_ node: Node, _ sizes: Tensor) -> Tensor {
        guard let rank = node.inputs[0].shape.rank, let axes = node.inputs[1].constantValue?.ints
        else {
            preconditionFailure("\(node): its axes have to be known when its gradient is built")
        }
        let reduced = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
        let isKept = (0..<rank).map { reduced.contains($0) ? 0 : 1 }
        return sizes * constant(Value(isKept)) + constant(Value(isKept.map { 1 - $0 }))
    }

    /// How many elements each mean was taken of, as a float.
    fileprivate func meanDivisor(_ node: Node) -> Tensor {
        if let count = node.inputs[0].shape.elementCount,
            let results = node.output().shape.elementCount
        {
            return constant(Value(Float(count / max(results, 1))))
        }
        let sizes = shape(of: node.inputs[0])
        let rank = constant(Value(Int32(node.inputs[0].shape.rank ?? 0)), name: "Size")
        let axes = add(.floorMod, "mod", [node.inputs[1] + rank, rank]).output()
        let reduced = add(
            .gather, nil, [.tensor(sizes), .tensor(axes), .constant(Value(Int32(0)), "axis")],
            attributes: ["batch_dims": .int(0)])
        let count = add(
            .prod, nil, [reduced.output(), constant(Value([0]))],
            attributes: ["keep_dims": .bool(false)])
        return cast(count.output(), .float)
    }
}

extension Lowering {
    /// A sum over the axes that the second input names, divided by something.
    fileprivate static func reduction(_ context: OpContext, divisor: Float) -> Lowering {
        guard let axes = Infer.axes(context) else {
            preconditionFailure("\(context.node): its axes have to be known when a run is planned")
        }
        let reduction = Reduction(context.dimensions(0), over: Set(axes), divisor: divisor)
        return .step(.reduce(reduction), reading: [0])
    }
}
