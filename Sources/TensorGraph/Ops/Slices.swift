internal import TensorFlowTypes

// Ops that take arrays apart and put them together. Gradients after
// tensorflow/python/ops/array_grad.py.

extension Op {
    static let slices: [Op] = [.pack, .unpack, .stridedSlice, .stridedSliceGrad]

    /// Tensors of one shape as one, with a new dimension for which of them.
    static let pack: Op = Op(
        "Pack",
        outputs: { context in
            let shape = context.inputs.reduce(Shape.unknown) { shape, input in
                let isAlike = input.type == context.inputs[0].type
                guard isAlike, let merged = shape.merged(with: input.shape) else {
                    context.require(false, "its inputs have different shapes or types")
                    return shape
                }
                return merged
            }
            guard var sizes = shape.dimensions, let axis = context.packedAxis(rank: sizes.count)
            else { return [TensorType(.unknown, context.inputs[0].type)] }
            sizes.insert(context.inputs.count, at: axis)
            return [TensorType(Shape(sizes), context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return node.inputs.map { _ in nil } }
            let parts = node.graph.unpack(
                dy, count: node.inputs.count, axis: node.int("axis"), name: "unstack")
            return parts
        },
        fold: { context in
            guard let parts = context.packed({ context.ints($0) }),
                let shape = context.outputs[0].shape.known
            else { return nil }
            return [Value(.int32(parts.map(Int32.init(truncatingIfNeeded:))), shape: shape)]
        },
        sizes: { context in [context.packed { context.sizes($0) }] },
        lower: { context in
            .rearranged(
                .pack(
                    context.inputs.count, context.dimensions(0),
                    axis: context.packedAxis(rank: context.dimensions(0).count) ?? 0), context,
                reading: Array(context.inputs.indices))
        })

    /// The parts of a tensor along a dimension, which they do not have.
    static let unpack: Op = Op(
        "Unpack",
        outputs: { context in
            let (count, type) = (context.node.int("num"), context.inputs[0].type)
            var sizes = context.shape(0).dimensions
            if let rank = sizes?.count {
                guard context.require(rank > 0, "it takes no scalar"),
                    let axis = context.packedAxis(rank: rank - 1)
                else { return [TensorType](repeating: TensorType(.unknown, type), count: count) }
                let size = sizes?.remove(at: axis)
                context.require(
                    size == nil || size == .some(nil) || size == count,
                    "there are not \(count) parts along dimension \(axis)")
            }
            return [TensorType](
                repeating: TensorType(Shape(unknownOr: sizes), type), count: count)
        },
        gradient: .rule { node, dy in
            let given = dy.compactMap(\.self)
            guard given.count == dy.count, !given.isEmpty else { return [nil] }
            return [node.graph.stack(given, axis: node.int("axis"))]
        },
        lower: { context in
            let shape = context.outputs.first?.shape.known ?? []
            return .rearranged(
                .unpack(
                    context.outputs.count, shape,
                    axis: context.packedAxis(rank: shape.count) ?? 0), context, reading: [0])
        })

    /// A part of a tensor, with gaps or backwards: NumPy's basic slicing.
    static let stridedSlice: Op = Op(
        "StridedSlice",
        outputs: { context in
            let shape = context.shape(0).dimensions.flatMap {
                Slice(context, of: $0, from: 1)?.shape
            }
            return [TensorType(Shape(unknownOr: shape), context.inputs[0].type)]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil, nil, nil] }
            let tf = node.graph
            // A known shape is written down twice, as TensorFlow does it.
            let sizes = [tf.shape(of: node.inputs[0])] + node.inputs[1...]
            let names = ["shape", "begin", "end", "strides"]
            let operands = zip(sizes, names).map { size, name -> Operand in
                size.constantValue.map { .constant($0, name) } ?? .tensor(size)
            }
            let gradient = tf.add(
                .stridedSliceGrad, nil, operands + [.tensor(dy)], attributes: node.masks)
            return [gradient.output(), nil, nil, nil]
        },
        fold: { context in
            guard case .int32(let ints)? = context.values[0]?.elements,
                let slice = Slice(context, of: context.dimensions(0), from: 1),
                let shape = context.outputs[0].shape.known
            else { return nil }
            let taken = slice.places(in: context.dimensions(0)).map { ints[$0] }
            return [Value(.int32(taken), shape: shape)]
        },
        sizes: { context in
            guard let sizes = context.sizes(0), context.shape(0).rank == 1,
                let slice = Slice(context, of: [sizes.count], from: 1)
            else { return [nil] }
            return [slice.places(in: [sizes.count]).map { sizes[$0] }]
        },
        types: ["T": 0, "Index": 1],
        lower: { context in
            let shape = context.dimensions(0)
            return .rearranged(.slice(context.slice(of: shape, from: 1), of: shape), context)
        })

    /// dx from x's shape and dy: dy where the slice took it, else 0.
    static let stridedSliceGrad: Op = Op(
        "StridedSliceGrad",
        outputs: { context in
            let sizes = context.shapeOperand(0)
            if let dimensions = sizes.dimensions,
                let slice = Slice(context, of: dimensions, from: 1)
            {
                context.require(
                    Shape(slice.shape).isCompatible(with: context.shape(4)),
                    "the slice has another shape")
            }
            return [TensorType(sizes, context.inputs[4].type)]
        },
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return node.inputs.map { _ in nil } }
            let slice = node.graph.add(
                .stridedSlice, nil, [grad] + node.inputs[1..<4], attributes: node.masks)
            return [nil, nil, nil, nil, slice.output()]
        },
        types: ["T": 4, "Index": 0],
        lower: { context in
            let shape = context.outputs[0].shape.known ?? []
            return .rearranged(
                .unslice(context.slice(of: shape, from: 1), in: shape), context, reading: [4])
        })
}

extension OpContext {
    /// The attribute `axis` of a pack, or an unpack, of arrays of that rank, in 0...rank.
    fileprivate func packedAxis(rank: Int) -> Int? {
        let axis = node.int("axis")
        let place = axis < 0 ? axis + rank + 1 : axis
        return require((0...rank).contains(place), "there is no axis \(axis)") ? place : nil
    }

    /// The integers of all inputs together, if those are single ones, or vectors.
    fileprivate func packed<Integer>(_ integers: (Int) -> [Integer]?) -> [Integer]? {
        guard inputs[0].type == .int32, let rank = shape(0).rank, rank <= 1,
            let axis = packedAxis(rank: rank)
        else { return nil }
        var parts: [[Integer]] = []
        for input in inputs.indices {
            guard let own = integers(input) else { return nil }
            parts.append(own)
        }
        guard axis == 1 else { return parts.flatMap(\.self) }
        guard parts.allSatisfy({ $0.count == parts[0].count }) else { return nil }
        return parts[0].indices.flatMap { place in parts.map { $0[place] } }
    }

    fileprivate func slice(of shape: [Int], from first: Int) -> Slice {
        guard let slice = Slice(self, of: shape, from: first) else {
            preconditionFailure(
                "\(node): begin, end and strides have to be known when a run is planned")
        }
        return slice
    }
}

extension Node {
    /// The attributes that a slice's gradients share with it.
    fileprivate var masks: [String: AttributeValue] {
        attributes.filter { $0.key.hasSuffix("_mask") }
    }
}

extension Lowering {
    /// - Precondition: elements take four bytes.
    static func rearranged(
        _ rearrangement: Rearrangement, _ context: OpContext, reading: [Int] = [0]
    ) -> Lowering {
        let type = context.outputs.first?.type ?? .float
        precondition(
            type == .float || type == .int32,
            "\(context.node): arrays of \(type) are not rearranged in a run")
        return .step(.rearrange(rearrangement), reading: reading)
    }
}
