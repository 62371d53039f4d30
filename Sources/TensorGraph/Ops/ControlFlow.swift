internal import TensorBoard

extension Op {
    /// Nothing: it only stands for an order.
    static let noOp: Op = Op("NoOp", outputs: Infer.none)

    /// Its input, on the output that the predicate names (1 where it is true); the other output is
    /// dead.
    static let `switch`: Op = Op(
        "Switch",
        outputs: { [$0.inputs[0], $0.inputs[0]] },
        gradient: { node, dy in
            let both = dy.compactMap(\.self)
            guard both.count == 2 else { return [nil, nil] }
            return [node.graph.merge(both, name: "cond_grad"), nil]
        },
        run: { _ in .alias(0) })

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
        gradient: { node, dy in
            guard let dy = dy[0], let branch = node.inputs[1].node.branch else {
                return [nil, nil]
            }
            let switching = node.graph.switching(dy, branch.predicate, name: "cond_grad")
            return [switching.output(0), switching.output(1)]
        },
        run: { _ in .alias(0) })
}
