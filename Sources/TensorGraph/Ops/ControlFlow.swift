internal import TensorFlowTypes

extension Op {
    static let controlFlow: [Op] = [.noOp, .`switch`, .merge]

    /// Nothing: it only stands for an order.
    static let noOp: Op = Op("NoOp", outputs: Infer.none, gradient: .notDifferentiable)

    /// Its input, on the output that the predicate names (1 where it is true); the other output is
    /// dead.
    static let `switch`: Op = Op(
        "Switch",
        outputs: { [$0.inputs[0], $0.inputs[0]] },
        gradient: .rule { node, dy in
            var both = dy.compactMap(\.self)
            guard both.count == 2 else { return [nil, nil] }
            let tf = node.graph
            guard node.branch == nil else { return [tf.merge(both, name: "cond_grad"), nil] }
            // Outside of any branch both gradients are alive: only the one that counts may stay so.
            for index in both.indices {
                both[index] = tf.add(.switch, nil, [both[index], node.inputs[1]]).output(index)
            }
            return [tf.merge(both), nil]
        },
        role: .fork, lower: { _ in .view(of: 0) })

    /// The input that is alive, and its place among the inputs.
    static let merge: Op = Op(
        "Merge",
        outputs: { context in
            let shape = context.inputs.dropFirst().reduce(context.shape(0).dimensions) {
                known, input in
                guard let known, let other = input.shape.dimensions, known.count == other.count
                else {
                    return nil
                }
                return zip(known, other).map { $0 == $1 ? $0 : nil }
            }
            return [
                TensorType(Shape(unknownOr: shape), context.inputs[0].type),
                TensorType(.scalar, .int32),
            ]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let tf = node.graph
            if let branch = node.inputs[0].node.branch {
                let switching = tf.switching(dy, branch.predicate, name: "cond_grad")
                return [switching.output(0), switching.output(1)]
            }
            // Outside of any branch, as in a conditional's gradient: the input that was alive takes
            // it.
            let isChosen = node.inputs.indices.map { index in
                tf.add(
                    .equal, nil,
                    [.tensor(node.output(1)), .constant(Value(Int32(index)), "y")],
                    attributes: ["incompatible_shape_error": .bool(true)]
                ).output()
            }
            return isChosen.map { tf.switching(dy, $0).output(1) }
        },
        role: .join, lower: { _ in .view(of: 0) })
}
