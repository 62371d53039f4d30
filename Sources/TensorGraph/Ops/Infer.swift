internal import TensorFlowTypes

/// Shape rules that several ops share.
enum Infer {
    /// One output, of the first input's type and shape.
    static let likeFirst: @Sendable (OpContext) -> [TensorType] = { [$0.inputs[0]] }

    /// One output, of the second input's type and shape: what a gradient op has whose first input
    /// is the value.
    static let likeSecond: @Sendable (OpContext) -> [TensorType] = { [$0.inputs[1]] }

    /// No output.
    static let none: @Sendable (OpContext) -> [TensorType] = { _ in [] }

    /// One output, of the shape that both inputs broadcast to.
    static let broadcast: @Sendable (OpContext) -> [TensorType] = { context in
        context.require(
            context.inputs[0].type == context.inputs[1].type, "its inputs are of two types")
        guard let shape = context.shape(0).broadcast(with: context.shape(1)) else {
            context.require(false, "its inputs do not broadcast to one shape")
            return []
        }
        return [TensorType(shape, context.inputs[0].type)]
    }

    /// As `broadcast`, of bools.
    static let comparison: @Sendable (OpContext) -> [TensorType] = { context in
        broadcast(context).map { TensorType($0.shape, .bool) }
    }

    /// One vector of int32 for each input, as long as that input's rank.
    static let shapeVectors: @Sendable (OpContext) -> [TensorType] = { context in
        context.inputs.map { TensorType(Shape([$0.shape.rank]), .int32) }
    }

    /// The shape of a `Reshape`: the asked one, with a -1 (or an open dimension) filled in from the
    /// number of elements.
    static func reshaped(_ context: OpContext) -> Shape {
        guard var sizes = context.shapeOperand(1).dimensions else { return .unknown }
        guard let count = context.shape(0).elementCount else {
            // An open dimension that both shapes have in common stays open.
            return Shape(sizes)
        }
        let open = sizes.indices.filter { sizes[$0] == nil }
        let known = sizes.compactMap(\.self).reduce(1, *)
        if open.count == 1, known > 0 {
            context.require(count.isMultiple(of: known), "\(count) elements do not fill \(sizes)")
            sizes[open[0]] = count / known
        } else if open.isEmpty {
            context.require(count == known, "\(count) elements do not fill \(sizes)")
        }
        return Shape(sizes)
    }

    /// The axes of a reduction whose second input holds them, each in 0..<rank; `nil` when they are
    /// not known.
    static func axes(_ context: OpContext) -> [Int]? {
        guard let rank = context.shape(0).rank, let axes = context.ints(1) else { return nil }
        for axis in axes {
            guard context.require(axis >= -rank && axis < rank, "there is no axis \(axis)")
            else { return nil }
        }
        return axes.map { $0 < 0 ? $0 + rank : $0 }
    }

    /// One output: the first input's shape without the axes that the second one names.
    static let reduction: @Sendable (OpContext) -> [TensorType] = { context in
        let type = context.inputs[0].type
        let keep = context.node.bool("keep_dims")
        if let axes = axes(context) {
            return [TensorType(context.shape(0).reduced(over: axes, keepDimensions: keep), type)]
        }
        guard keep, let rank = context.shape(0).rank else { return [TensorType(.unknown, type)] }
        return [TensorType(Shape([Int?](repeating: nil, count: rank)), type)]
    }
}
