@testable import TensorGraph

// Rows for ops that make, move, convert or add up numbers.

extension OpCase {
    static let arrays: [OpCase] =
        [
            OpCase(
                "Const", "of few and of one", [],
                build: { tf, _ in
                    tf.constant(Value([1, -2, 3], shape: [3])) + tf.constant(Value(2.0))
                },
                expected: { _ in Doubles([3], [3, 0, 5]) }),
            OpCase(
                "Placeholder", "", [.random([2, 3])], knowledge: [.shapes, .openBatch],
                build: { $1[0] }, expected: { $0[0] }),
            OpCase("Identity", "", [.random([2, 3])], build: { $0.identity($1[0]) }) { $0[0] },
            OpCase(
                "StopGradient", "", [.random([2, 3])], gradients: [],
                build: { $0.stopGradient($1[0]) }, expected: { $0[0] }),
            OpCase(
                "Greater", "", [.random([3, 4])], gradients: [],
                build: { $0.greater($1[0], 0.25) }, expected: { $0[0].map { $0 > 0.25 ? 1 : 0 } }),
            OpCase(
                "Less", "", [.random([3, 4])], gradients: [],
                build: { $0.less($1[0], 0.25) }, expected: { $0[0].map { $0 < 0.25 ? 1 : 0 } }),
            OpCase(
                "Cast", "of bools", [.random([3, 4])], gradients: [],
                build: { $0.cast($0.greater($1[0], 0), .float) },
                expected: { $0[0].map { $0 > 0 ? 1 : 0 } }),
            OpCase(
                "Cast", "of sizes", [.random([3, 4])], gradients: [],
                build: { tf, x in tf.cast(tf.shape(of: x[0]), .float) },
                expected: { _ in Doubles([2], [3, 4]) }),
            OpCase(
                "Cast", "of a variable", [],
                build: { tf, _ in tf.cast(tf.variable(Value(Int32(7)), name: "v").tensor, .float) },
                expected: { _ in .scalar(7) }),
            OpCase(
                "Cast", "to its own type", [.random([3, 4])], build: { $0.cast($1[0], .float) },
                expected: { $0[0] }),
            OpCase(
                "Fill", "", [.random([])],
                build: { tf, x in
                    tf.add(.fill, nil, [tf.constant(Value([2, 3])), x[0]]).output()
                },
                expected: { x in Doubles.zeros([2, 3]).map { _ in x[0].values[0] } }),
            OpCase(
                "Fill", "of a thousand", [], build: { tf, _ in tf.zeros([20, 50]) },
                expected: { _ in Doubles.zeros([20, 50]) }),
        ] + reshapes + squeezes + repetitions

    private static let reshapes: [OpCase] = [
        ([2, 6], [3, -1], [3, 4]), ([2, 6], [-1], [12]), ([4, 3], [-1, 1, 3], [4, 1, 3]),
        ([2, 6], [2, 2, 3], [2, 2, 3]), ([1, 1], [], []), ([2, 3, 2], [-1, 6], [2, 6]),
    ].map { (from: [Int], to: [Int], result: [Int]) in
        OpCase(
            "Reshape", "to \(to)", [.random(from)], build: { $0.reshape($1[0], to) },
            expected: { $0[0].reshaped(result) })
    }

    private static let squeezes: [OpCase] = [
        ([1, 3, 1], [], [3]), ([1, 3, 1], [2], [1, 3]), ([2, 1, 3, 1], [1, 3], [2, 3]),
        ([2, 3, 1], [-1], [2, 3]),
    ].map { (from: [Int], axes: [Int], result: [Int]) in
        OpCase(
            "Squeeze", "of \(axes)", [.random(from)], build: { $0.squeeze($1[0], axes: axes) },
            expected: { $0[0].reshaped(result) })
    }

    private static let repetitions: [OpCase] =
        [
            ([3], [2, 3]), ([2, 1], [2, 3]), ([3, 1, 2], [3, 4, 2]), ([1], [2, 2]), ([], [2, 2]),
        ]
        .map { (from: [Int], to: [Int]) in
            OpCase(
                "BroadcastTo", "\(to)", [.random(from)],
                build: { $0.add(.broadcastTo, nil, [$1[0], $0.constant(Value(to))]).output() },
                expected: { $0[0] + .zeros(to) })
        } + [
            tile([1, 1], [2, 3]), tile([2, 3], [2, 1]), tile([2, 3], [1, 2]), tile([2], [3]),
            tile([2, 1, 1, 3], [1, 2, 3, 1]), tile([2, 3, 2], [2, 2, 2]),
            tile([1, 3, 1], [3, 2, 2]),
        ]

    private static func tile(_ shape: [Int], _ factors: [Int]) -> OpCase {
        OpCase(
            "Tile", "times \(factors)", [.random(shape)],
            build: { $0.add(.tile, nil, [$1[0], $0.constant(Value(factors))]).output() },
            expected: { x in
                let sizes = zip(shape, factors).map { $0 * $1 }
                let values = (0..<sizes.reduce(1, *)).map { index in
                    let place = zip(Doubles.place(index, in: sizes), shape).map { $0 % $1 }
                    return x[0].values[Doubles.index(place, in: shape)]
                }
                return Doubles(sizes, values)
            })
    }
}

extension OpCase {
    static let reductions: [OpCase] = patterns.flatMap { shape, axes, keep in
        let all = axes.map { $0.map { $0 < 0 ? $0 + shape.count : $0 } } ?? Array(shape.indices)
        let count = Double(all.reduce(1) { $0 * shape[$1] })
        let result = shape.indices.filter { keep || !all.contains($0) }
            .map { all.contains($0) ? 1 : shape[$0] }
        let what = "over \(axes.map { "\($0)" } ?? "all")" + (keep ? ", kept" : "")
        return [
            OpCase(
                "Sum", what, [.random(shape)],
                build: { $0.reduceSum($1[0], axes: axes, keepDimensions: keep) },
                expected: { $0[0].summed(all).reshaped(result) }),
            OpCase(
                "Mean", what, [.random(shape)],
                build: { $0.reduceMean($1[0], axes: axes, keepDimensions: keep) },
                expected: { $0[0].summed(all).reshaped(result).map { $0 / count } }),
        ]
    }

    private static let patterns: [([Int], [Int]?, Bool)] = [
        ([3, 4], nil, false), ([3, 4], nil, true), ([3, 4], [0], false), ([3, 4], [1], true),
        ([3, 4], [-1], false), ([2, 3, 4], [1], false), ([2, 3, 4], [0, 2], true),
        ([2, 3, 4], [0, 2], false), ([2, 3, 2, 3], [0, 1, 2], true), ([2, 1, 3], [1], false),
        ([3, 4], [], false), ([], nil, false), ([5], [0], false), ([2, 3, 2, 3], [1, 3], false),
        ([2, 3, 2, 3], [1, 2], false), ([2, 3, 2, 3], [0, 3], true),
        ([2, 3, 2, 3], [-2, 0], false),
    ]
}
