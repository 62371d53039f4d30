@testable import TensorGraph

// Rows for ops that compute with shapes, when a run is planned or before, and for those that only
// stand for an order.

extension OpCase {
    static let shapeArithmetic: [OpCase] = [
        shapes("Shape", [[2, 3]], [2, 3]) { tf, x in tf.shape(of: x[0]) },
        shapes("Shape", [[]], []) { tf, x in tf.shape(of: x[0]) },
        shapes("ShapeN", [[2, 3], [4]], [2, 3]) { $0.shapes($1).output(0) },
        shapes("ShapeN", [[2, 3], [4]], [4]) { $0.shapes($1).output(1) },
        shapes("AddV2", [[2, 3], [4, 5]], [6, 8]) { $0.shape(of: $1[0]) + $0.shape(of: $1[1]) },
        shapes("Sub", [[2, 3], [4, 5]], [-2, -2]) { $0.shape(of: $1[0]) - $0.shape(of: $1[1]) },
        shapes("Mul", [[2, 3], [4, 5]], [8, 15]) { $0.shape(of: $1[0]) * $0.shape(of: $1[1]) },
        shapes("Maximum", [[2, 3], [4, 1]], [4, 3]) {
            $0.maximum($0.shape(of: $1[0]), $0.shape(of: $1[1]))
        },
        shapes("Minimum", [[2, 3], [4, 1]], [2, 1]) {
            $0.minimum($0.shape(of: $1[0]), $0.shape(of: $1[1]))
        },
        shapes("FloorMod", [[5, 3]], [1, 3]) { tf, x in
            tf.add(.floorMod, nil, [tf.shape(of: x[0]), tf.constant(Value(Int32(4)))]).output()
        },
        shapes("FloorMod", [[5, 3]], [-3, -1]) { tf, x in
            tf.add(.floorMod, nil, [tf.shape(of: x[0]), tf.constant(Value(Int32(-4)))]).output()
        },
        shapes("GatherV2", [[5, 3, 2]], [2, 5]) { tf, x in
            tf.add(
                .gather, nil,
                [
                    tf.shape(of: x[0]), tf.constant(Value([2, 0])), tf.constant(Value(Int32(0))),
                ], attributes: ["batch_dims": .int(0)]
            ).output()
        },
        shapes("StridedSlice", [[5, 3, 2]], [3, 2]) { tf, x in
            tf.stridedSlice(tf.shape(of: x[0]), [1], [3])
        },
        shapes("StridedSlice", [[5, 3, 2]], [2, 5]) { tf, x in
            tf.stridedSlice(tf.shape(of: x[0]), [-1], [0], [-2], endMask: 1)
        },
        shapes("Pack", [[5, 3], [2]], [5, 7, 2]) { tf, x in
            let seven = tf.constant(Value(Int32(7)))
            return tf.stack([tf.size(of: x[0], 0), seven, tf.size(of: x[1], 0)])
        },
        shapes("Reshape", [[5, 3], [4, 2]], [5, 4, 3, 2]) { tf, x in
            tf.reshape(tf.stack([tf.shape(of: x[0]), tf.shape(of: x[1])], axis: 1), [-1])
        },
        equal(6, 1),
        equal(5, 0),
        OpCase(
            "Prod", "", [.random([5, 3, 2])], gradients: [],
            build: { tf, x in
                tf.add(
                    .prod, nil, [tf.shape(of: x[0]), tf.constant(Value([0]))],
                    attributes: ["keep_dims": .bool(false)]
                ).output()
            },
            expected: { _ in .scalar(30) }),
        shapes("BroadcastGradientArgs", [[4, 3], [3]], []) { $0.broadcastAxes($1).output(0) },
        shapes("BroadcastGradientArgs", [[4, 3], [3]], [0]) { $0.broadcastAxes($1).output(1) },
        shapes("BroadcastGradientArgs", [[4, 1], [2, 4, 5]], [0, 2]) {
            $0.broadcastAxes($1).output(0)
        },
    ]

    /// Whether a vector of six has `count` elements.
    private static func equal(_ count: Int32, _ expected: Double) -> OpCase {
        OpCase(
            "Equal", "to \(count)", [.random([6])], gradients: [],
            build: { tf, x in
                let size = tf.squeeze(tf.shape(of: x[0]))
                return tf.add(.equal, nil, [size, tf.constant(Value(count))]).output()
            },
            expected: { _ in .scalar(expected) })
    }

    /// A row that gives a vector of integers, from the shapes of its inputs.
    private static func shapes(
        _ op: String, _ inputs: [[Int]], _ expected: [Double],
        build: @escaping @Sendable (Graph, [Tensor]) -> Tensor
    ) -> OpCase {
        OpCase(
            op, "of sizes", inputs.map { .random($0) }, gradients: [], build: build,
            expected: { _ in Doubles([expected.count], expected) })
    }
}

extension Graph {
    fileprivate func shapes(_ x: [Tensor]) -> Node {
        add(.shapeN, nil, x, attributes: ["N": .int(2), "out_type": .type(.int32)])
    }

    fileprivate func broadcastAxes(_ x: [Tensor]) -> Node {
        add(.broadcastGradientArgs, nil, x.map { shape(of: $0) })
    }
}

extension OpCase {
    static let controlFlow: [OpCase] = [
        OpCase(
            "NoOp", "", [.random([2, 3])],
            build: { tf, x in
                tf.controlDependencies([tf.group([x[0].node])]) { tf.identity(x[0]) }
            },
            expected: { $0[0] }),
        conditional("Switch", true) { x, y in x * y },
        conditional("Merge", false) { x, y in x - y },
    ]

    private static func conditional(
        _ op: String, _ isTrue: Bool,
        _ expected: @escaping @Sendable (Double, Double) -> Double
    ) -> OpCase {
        OpCase(
            op, "where it is \(isTrue)", [.random([2, 3]), .random([2, 3], seed: 1)],
            build: { tf, x in
                tf.cond(tf.constant(Value(isTrue)), { [x[0] * x[1]] }, { [x[0] - x[1]] })[0]
            },
            expected: { .combined($0[0], $0[1], expected) })
    }
}
