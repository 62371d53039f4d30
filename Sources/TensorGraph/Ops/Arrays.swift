internal import CKernels
internal import TensorFlowTypes

// Ops that make, move or reshape values. Gradients after tensorflow/python/ops/array_grad.py.

extension Op {
    static let arrays: [Op] = [
        .const, .placeholder, .identity, .stopGradient, .reshape, .squeeze, .shape, .shapeN, .fill,
        .broadcastTo, .tile, .gather,
    ]

    static let const: Op = Op(
        "Const",
        outputs: { context in
            guard case .tensor(let value, let shape)? = context.node.attributes["value"] else {
                return []
            }
            return [TensorType(Shape(shape), value.type)]
        },
        gradient: .notDifferentiable,
        fold: { context in
            guard case .tensor(let value, let shape)? = context.node.attributes["value"] else {
                return nil
            }
            return [value.shape == shape ? value : value.repeated(shape)]
        })

    static let placeholder: Op = Op(
        "Placeholder",
        outputs: { [TensorType($0.node.shape("shape"), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, role: .fed, hasEffect: true)

    static let identity: Op = Op(
        "Identity", outputs: Infer.likeFirst,
        gradient: .rule { _, dy in [dy[0]] },
        fold: { $0.values[0].map { [$0] } },
        lower: { _ in .view(of: 0) })

    static let stopGradient: Op = Op(
        "StopGradient", outputs: Infer.likeFirst,
        gradient: .notDifferentiable, fold: { $0.values[0].map { [$0] } },
        lower: { _ in .view(of: 0) })

    static let reshape: Op = Op(
        "Reshape",
        outputs: { context in
            [TensorType(Infer.reshaped(context), context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            [node.graph.reshape(dy[0], like: node.inputs[0]), nil]
        },
        fold: { context in
            guard let value = context.values[0], let shape = context.outputs[0].shape.known else {
                return nil
            }
            return [value.reshaped(shape)]
        },
        sizes: { [$0.sizes(0)] },
        types: ["T": 0, "Tshape": 1], lower: { _ in .view(of: 0) })

    static let squeeze: Op = Op(
        "Squeeze",
        outputs: { context in
            let given = context.node.ints("squeeze_dims")
            guard let dimensions = context.shape(0).dimensions,
                !given.isEmpty || !dimensions.contains(nil)
            else { return [TensorType(.unknown, context.inputs[0].type)] }
            let axes =
                given.isEmpty
                ? dimensions.indices.filter { dimensions[$0] == 1 }
                : given.map { $0 < 0 ? $0 + dimensions.count : $0 }
            for axis in axes {
                guard context.require(dimensions.indices.contains(axis), "there is no axis \(axis)")
                else { return [context.inputs[0]] }
                context.require(
                    dimensions[axis] == nil || dimensions[axis] == 1,
                    "dimension \(axis) is squeezed, and is not 1")
            }
            let shape = context.shape(0).reduced(over: axes, keepDimensions: false)
            return [TensorType(shape, context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            let tf = node.graph
            return [dy[0].map { tf.reshape($0, toShape: tf.shape(of: node.inputs[0])) }]
        },
        fold: { context in
            guard let value = context.values[0], let shape = context.outputs[0].shape.known else {
                return nil
            }
            return [value.reshaped(shape)]
        },
        lower: { _ in .view(of: 0) })

    static let shape: Op = Op(
        "Shape", outputs: Infer.shapeVectors,
        gradient: .notDifferentiable,
        fold: { context in context.shape(0).known.map { [Value($0)] } },
        sizes: { [$0.shape(0).dimensions] })

    static let shapeN: Op = Op(
        "ShapeN", outputs: Infer.shapeVectors,
        gradient: .notDifferentiable,
        fold: { context in
            let shapes = context.inputs.compactMap(\.shape.known)
            return shapes.count == context.inputs.count ? shapes.map { Value($0) } : nil
        },
        sizes: { $0.inputs.map(\.shape.dimensions) })

    static let fill: Op = Op(
        "Fill",
        outputs: { [TensorType($0.shapeOperand(0), $0.inputs[1].type)] },
        gradient: .rule { node, dy in [nil, dy[0].map { node.graph.reduceSum($0) }] },
        fold: { context in
            guard let shape = context.outputs[0].shape.known, let value = context.values[1],
                value.type != .float || shape.reduce(1, *) <= 1
            else { return nil }
            return [value.repeated(shape)]
        },
        types: ["T": 1, "index_type": 0],
        lower: { _ in .step(.fill, reading: [1]) })

    static let broadcastTo: Op = Op(
        "BroadcastTo",
        outputs: { [TensorType($0.shapeOperand(1), $0.inputs[0].type)] },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, sizes) = (node.graph, node.inputs[1])
            return [
                tf.sumToShape(dy, of: node.inputs[0]) {
                    sizes.constantValue.map { tf.constant($0) } ?? sizes
                },
                nil,
            ]
        },
        types: ["T": 0, "Tidx": 1],
        lower: { _ in .step(.broadcast, reading: [0]) })

    static let tile: Op = Op(
        "Tile",
        outputs: { context in
            guard let dimensions = context.shape(0).dimensions else {
                return [TensorType(.unknown, context.inputs[0].type)]
            }
            let factors =
                context.shapeOperand(1).dimensions
                ?? [Int?](repeating: nil, count: dimensions.count)
            context.require(
                factors.count == dimensions.count, "it takes a factor for each dimension")
            let sizes = zip(dimensions, factors).map { size, factor -> Int? in
                guard let size, let factor else { return nil }
                return size * factor
            }
            return [TensorType(Shape(sizes), context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, x) = (node.graph, node.inputs[0])
            if x.shape.dimensions?.allSatisfy({ $0 == 1 }) ?? false {
                return [tf.sumToShape(dy, of: x) { tf.shape(of: dy) }, nil]
            }
            guard let rank = x.shape.rank else {
                preconditionFailure("\(node): its rank has to be known when its gradient is built")
            }
            // Each dimension apart into its copies and their size; then the sum over the copies.
            let factorsAndSizes = tf.reshape(
                tf.stack([node.inputs[1], tf.shape(of: x)], axis: 1), [-1])
            let copies = tf.reshape(dy, toShape: factorsAndSizes)
            return [tf.reduceSum(copies, axes: (0..<rank).map { $0 * 2 }), nil]
        },
        types: ["T": 0, "Tmultiples": 1],
        lower: { context in
            let (shape, result) = (context.dimensions(0), context.outputs[0].shape.known ?? [])
            let isBroadcast = zip(shape, result).allSatisfy { $0 == $1 || $0 == 1 }
            return isBroadcast
                ? .step(.broadcast, reading: [0])
                : .rearranged(.tile(shape, to: result), context)
        })

    static let gather: Op = Op(
        "GatherV2",
        outputs: { context in
            let (data, indices) = (context.shape(0).dimensions, context.shape(1).dimensions)
            guard let data, let indices, let axis = context.ints(2)?.first else {
                return [TensorType(.unknown, context.inputs[0].type)]
            }
            let sizes = Array(data[..<axis]) + indices + Array(data[(axis + 1)...])
            return [TensorType(Shape(sizes), context.inputs[0].type)]
        },
        gradient: .missing,
        fold: { context in
            guard let data = context.ints(0), let indices = context.ints(1), context.ints(2) == [0],
                context.shape(0).rank == 1, let shape = context.shape(1).known
            else { return nil }
            return [Value(.int32(indices.map { Int32(data[$0]) }), shape: shape)]
        },
        types: ["Tparams": 0, "Tindices": 1, "Taxis": 2],
        lower: { context in
            preconditionFailure(
                "\(context.node): only shapes can be gathered, whose values follow from other shapes"
            )
        })
}

extension Value {
    /// The value as a constant's attribute. Elements that are all equal are written once, but for
    /// int32, as shapes are: TensorFlow writes a list as it stands, and what `fill` makes once.
    var attribute: AttributeValue {
        func isFilled<T: Equatable>(_ elements: [T]) -> Bool {
            elements.count > 1 && elements.allSatisfy { $0 == elements[0] }
        }
        let isFilled =
            switch elements {
            // By their bits, for 0 equals -0, and NaN nothing.
            case .float(let floats): isFilled(floats.map(\.bitPattern))
            case .int64(let ints): isFilled(ints)
            case .bool(let bools): isFilled(bools)
            case .string(let strings): isFilled(strings)
            case .int32, .double, .uint8, .bytes: false
            }
        return .tensor(isFilled ? firstElement : self, shape: shape)
    }
}
