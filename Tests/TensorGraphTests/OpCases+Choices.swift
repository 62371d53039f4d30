@testable import TensorGraph

// Rows for comparisons, and for what chooses between two tensors.

extension OpCase {
    static let choices: [OpCase] =
        comparisons + selections + [
            OpCase(
                "ZerosLike", "", [.random([3, 4])], gradients: [],
                build: { tf, x in tf.add(.zerosLike, nil, x).output() },
                expected: { $0[0].map { _ in 0 } }),
            integers("Greater", { $0.greater($1, $2) }, [0, 0, 1]),
            integers("GreaterEqual", { $0.greaterEqual($1, $2) }, [0, 1, 1]),
            integers("Less", { $0.less($1, $2) }, [1, 0, 0]),
            integers("LessEqual", { $0.lessEqual($1, $2) }, [1, 1, 0]),
            integers("Equal", { $0.equal($1, $2) }, [0, 1, 0]),
            integers("NotEqual", { $0.notEqual($1, $2) }, [1, 0, 1]),
        ]

    /// Shapes that are broadcast.
    private static let pairs: [([Int], [Int])] = [
        ([3, 4], [3, 4]), ([3, 4], [4]), ([3, 1], [1, 4]), ([], [2, 3]), ([2, 3], [2, 1]),
    ]

    private static let comparisons: [OpCase] = pairs.flatMap { a, b -> [OpCase] in
        [
            comparison("Greater", a, b, { $0.greater($1, $2) }, { $0 > $1 }),
            comparison("GreaterEqual", a, b, { $0.greaterEqual($1, $2) }, { $0 >= $1 }),
            comparison("Less", a, b, { $0.less($1, $2) }, { $0 < $1 }),
            comparison("LessEqual", a, b, { $0.lessEqual($1, $2) }, { $0 <= $1 }),
            comparison("Equal", a, b, { $0.equal($1, $2) }, { $0 == $1 }),
            comparison("NotEqual", a, b, { $0.notEqual($1, $2) }, { $0 != $1 }),
        ]
    }

    /// Of numbers of which many are equal.
    private static func comparison(
        _ op: String, _ a: [Int], _ b: [Int],
        _ build: @escaping @Sendable (Graph, Tensor, Tensor) -> Tensor,
        _ expected: @escaping @Sendable (Double, Double) -> Bool
    ) -> OpCase {
        func rounded(_ shape: [Int], _ seed: UInt64) -> Doubles {
            .random(shape, in: -1.5...1.5, seed: seed).map { $0.rounded() }
        }
        return OpCase(
            op, "", [rounded(a, 1), rounded(b, 2)], gradients: [],
            build: { build($0, $1[0], $1[1]) },
            expected: { .combined($0[0], $0[1]) { expected($0, $1) ? 1.0 : 0.0 } })
    }

    /// 1, 2 and 3 compared with 2.
    private static func integers(
        _ op: String, _ build: @escaping @Sendable (Graph, Tensor, Tensor) -> Tensor,
        _ expected: [Double]
    ) -> OpCase {
        OpCase(
            op, "of integers", [],
            build: { tf, _ in
                let numbers = tf.variable(Value([1, 2, 3]), name: "numbers")
                return build(tf, numbers.tensor, tf.constant(Value(Int32(2))))
            },
            expected: { _ in Doubles([3], expected) })
    }

    private static let selections: [OpCase] = [
        select([3, 4], [3, 4]), select([], [3, 4]), select([3], [3, 4]), select([3], [3]),
        select([2], [2, 3, 4]), select([], []), selectV2([3, 4], [3, 4], [3, 4]),
        selectV2([4], [3, 4], [3, 4]), selectV2([3, 1], [4], [3, 4]), selectV2([3, 4], [], [4]),
        selectV2([2, 3, 1], [3, 4], []), selectV2([], [3], [2, 1]),
    ]

    /// The condition is that a number is larger than 0.
    private static func select(_ condition: [Int], _ shape: [Int]) -> OpCase {
        OpCase(
            "Select", "by \(condition)",
            [.awayFromZero(condition), .random(shape, seed: 2), .random(shape, seed: 3)],
            gradients: [1, 2],
            build: { tf, x in tf.select(tf.greater(x[0], 0), x[1], x[2]) },
            expected: { x in
                let rank = x[1].shape.count
                let filled = condition + [Int](repeating: 1, count: rank - condition.count)
                return chosen(x[0].reshaped(condition.isEmpty ? [] : filled), x[1], x[2])
            })
    }

    private static func selectV2(_ condition: [Int], _ x: [Int], _ y: [Int]) -> OpCase {
        OpCase(
            "SelectV2", "by \(condition)",
            [.awayFromZero(condition), .random(x, seed: 2), .random(y, seed: 3)],
            gradients: [1, 2],
            build: { tf, x in tf.where(tf.greater(x[0], 0), x[1], x[2]) },
            expected: { chosen($0[0], $0[1], $0[2]) })
    }

    private static func chosen(_ condition: Doubles, _ x: Doubles, _ y: Doubles) -> Doubles {
        let isFirst = condition.map { $0 > 0 ? 1.0 : 0.0 }
        return isFirst * x + isFirst.map { 1 - $0 } * y
    }
}
