import Foundation

@testable import TensorGraph

// Rows for element-wise ops: functions of one tensor, what their gradients are made of, and
// arithmetic of two tensors.

extension OpCase {
    static let functions: [OpCase] = [
        function("Neg", { $0.neg($1) }, { -$0 }),
        function("Exp", { $0.exp($1) }, { Foundation.exp($0) }),
        function("Log", of: Doubles.positive, { $0.log($1) }, { Foundation.log($0) }),
        function(
            "Reciprocal", of: Doubles.positive,
            { $0.add(.reciprocal, nil, [$1]).output() }, { 1 / $0 }),
        function("Square", { $0.square($1) }, { $0 * $0 }),
        function("Sqrt", of: Doubles.positive, { $0.sqrt($1) }, { $0.squareRoot() }),
        function("Rsqrt", of: Doubles.positive, { $0.rsqrt($1) }, { 1 / $0.squareRoot() }),
        function("Sigmoid", { $0.sigmoid($1) }, { 1 / (1 + Foundation.exp(-$0)) }),
        function("Tanh", { $0.tanh($1) }, { Foundation.tanh($0) }),
        function("Softplus", { $0.softplus($1) }, { Foundation.log(1 + Foundation.exp($0)) }),
        function("Relu", of: Doubles.awayFromZero, { $0.relu($1) }, { max($0, 0) }),
        leakyRelu(0.2), leakyRelu(0), leakyRelu(1.5), leakyReluGrad(0.2), leakyReluGrad(0.01),

        gradient("RsqrtGrad", .rsqrtGrad) { y, dy in dy * -0.5 * y * y * y },
        gradient("SigmoidGrad", .sigmoidGrad) { y, dy in dy * y * (1 - y) },
        gradient("TanhGrad", .tanhGrad) { y, dy in dy * (1 - y * y) },
        OpCase(
            "ReluGrad", "", [.random([3, 4], seed: 1), .awayFromZero([3, 4])], gradients: [0],
            build: { tf, x in tf.add(.reluGrad, nil, x).output() },
            expected: { x in .combined(x[0], x[1]) { dy, y in y > 0 ? dy : 0 } }),
    ]

    private static func leakyRelu(_ alpha: Float) -> OpCase {
        OpCase(
            "LeakyRelu", "\(alpha)", [.awayFromZero([3, 5])],
            build: { $0.leakyRelu($1[0], alpha: alpha) },
            expected: { $0[0].map { $0 > 0 ? $0 : Double(alpha) * $0 } })
    }

    private static func leakyReluGrad(_ alpha: Float) -> OpCase {
        OpCase(
            "LeakyReluGrad", "\(alpha)", [.random([3, 4], seed: 1), .awayFromZero([3, 4])],
            gradients: [0],
            build: { tf, x in
                tf.add(.leakyReluGrad, nil, x, attributes: ["alpha": .float(alpha)]).output()
            },
            expected: { x in .combined(x[0], x[1]) { dy, y in y > 0 ? dy : Double(alpha) * dy } })
    }

    private static func function(
        _ op: String,
        of numbers: ([Int], UInt64) -> Doubles = { .random($0, in: -3...3, seed: $1) },
        _ build: @escaping @Sendable (Graph, Tensor) -> Tensor,
        _ expected: @escaping @Sendable (Double) -> Double
    ) -> OpCase {
        OpCase(
            op, "", [numbers([3, 5], 0)], build: { build($0, $1[0]) },
            expected: { $0[0].map(expected) })
    }

    /// A gradient op of a function's value y and of dy.
    private static func gradient(
        _ name: String, _ op: Op, _ expected: @escaping @Sendable (Double, Double) -> Double
    ) -> OpCase {
        OpCase(
            name, "", [.positive([3, 4]), .random([3, 4], seed: 1)],
            build: { tf, x in tf.add(op, nil, x).output() },
            expected: { .combined($0[0], $0[1], expected) })
    }
}

extension OpCase {
    static let arithmetic: [OpCase] =
        pairs.flatMap { a, b in
            [
                binary("AddV2", a, b, { $1 + $2 }, +),
                binary("Sub", a, b, { $1 - $2 }, -),
                binary("Mul", a, b, { $1 * $2 }, *),
                binary("RealDiv", a, b, { $1 / $2 }, /),
                binary("SquaredDifference", a, b, { $0.squaredDifference($1, $2) }) {
                    ($0 - $1) * ($0 - $1)
                },
                binary("Maximum", a, b, { $0.maximum($1, $2) }, { max($0, $1) }),
                binary("Minimum", a, b, { $0.minimum($1, $2) }, { min($0, $1) }),
            ]
        } + scalars + [addN(1), addN(2), addN(5)]

    /// Shapes that are broadcast in each of the ways there are.
    private static let pairs: [([Int], [Int])] = [
        ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 4], [3, 1]), ([3, 1], [1, 4]),
        ([], [3, 4]), ([3, 4], []), ([3, 4], [1, 1]), ([2, 1, 3], [4, 1]), ([1], [1]), ([], []),
        ([2, 3, 2, 3], [3, 1, 3]), ([1, 3], [3, 3]), ([3, 1], [1, 3]),
    ]

    private static func binary(
        _ op: String, _ a: [Int], _ b: [Int],
        _ build: @escaping @Sendable (Graph, Tensor, Tensor) -> Tensor,
        _ expected: @escaping @Sendable (Double, Double) -> Double
    ) -> OpCase {
        OpCase(
            op, "", [.positive(a, seed: 1), .positive(b, seed: 2)],
            build: { build($0, $1[0], $1[1]) }, expected: { .combined($0[0], $0[1], expected) })
    }

    /// Operators that take a number on either side.
    private static let scalars: [OpCase] = [
        operatorRow("AddV2", { $0 + 2 }, { $0 + 2 }), operatorRow("AddV2", { 2 + $0 }, { 2 + $0 }),
        operatorRow("Sub", { $0 - 2 }, { $0 - 2 }), operatorRow("Sub", { 2 - $0 }, { 2 - $0 }),
        operatorRow("Mul", { $0 * 2 }, { $0 * 2 }), operatorRow("Mul", { 2 * $0 }, { 2 * $0 }),
        operatorRow("RealDiv", { $0 / 2 }, { $0 / 2 }),
        operatorRow("RealDiv", { 2 / $0 }, { 2 / $0 }), operatorRow("Neg", { -$0 }, { -$0 }),
    ]

    private static func operatorRow(
        _ op: String, _ build: @escaping @Sendable (Tensor) -> Tensor,
        _ expected: @escaping @Sendable (Double) -> Double
    ) -> OpCase {
        OpCase(
            op, "with a number", [.positive([2, 3])], build: { build($1[0]) },
            expected: { $0[0].map(expected) })
    }

    private static func addN(_ count: Int) -> OpCase {
        OpCase(
            "AddN", "", (0..<count).map { .random([2, 3], seed: UInt64($0)) },
            build: { $0.addN($1) }, expected: { $0.dropFirst().reduce($0[0], +) })
    }
}
