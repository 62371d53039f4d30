import Foundation

@testable import TensorGraph

// Whole expressions, as networks have them, whose gradients go through many ops.

extension OpCase {
    static let compositions: [OpCase] = [
        // The variance's gradient stops at the mean. That is right, for the mean's share of it is
        // 0; but the share's own gradient is not, so that there is no second derivative (nor is
        // there in TensorFlow).
        OpCase(
            "batch normalization by moments",
            "", [.random([3, 2, 2, 2]), .random([2], seed: 1), .random([2], seed: 2)], twice: false,
            build: { tf, x in
                let (mean, variance) = tf.moments(x[0], axes: [0, 1, 2])
                return tf.batchNormalization(
                    x[0], mean: mean, variance: variance, beta: x[1], gamma: x[2], epsilon: 0.1)
            }, expected: normalized),
        OpCase(
            "batch normalization",
            "", [.random([3, 2, 2, 2]), .random([2], seed: 1), .random([2], seed: 2)],
            build: { tf, x in
                let mean = tf.reduceMean(x[0], axes: [0, 1, 2])
                let variance = tf.reduceMean(tf.square(x[0] - mean), axes: [0, 1, 2])
                return tf.batchNormalization(
                    x[0], mean: mean, variance: variance, beta: x[1], gamma: x[2], epsilon: 0.1)
            }, expected: normalized),
        OpCase(
            "dense layers", "",
            [.random([3, 4]), .random([4, 5], seed: 1), .random([5], seed: 2), .random([5, 1])],
            build: { tf, x in
                tf.sigmoid(tf.matMul(tf.softplus(tf.matMul(x[0], x[1]) + x[2]), x[3]))
            },
            expected: { x in
                let hidden = (product(x[0], x[1]) + x[2]).map {
                    Foundation.log(1 + Foundation.exp($0))
                }
                return product(hidden, x[3]).map { 1 / (1 + Foundation.exp(-$0)) }
            }),
        OpCase(
            "mean of logarithms", "", [.random([4, 1], in: 0.2...0.8)],
            build: { tf, x in
                -tf.reduceMean(tf.log(x[0] + 1e-3) + tf.log(1 - x[0] + 1e-3))
            },
            expected: { x in
                let logs = x[0].values.map { Foundation.log(($0 + 1e-3) * (1 - $0 + 1e-3)) }
                return .scalar(-logs.reduce(0, +) / 4)
            }),
        OpCase(
            "norm of each row", "", [.random([3, 4])],
            build: { tf, x in
                tf.square(tf.sqrt(tf.reduceSum(tf.square(x[0]), axes: [1])) - 1)
            },
            expected: {
                ($0[0] * $0[0]).summed([1]).reshaped([3]).map {
                    ($0.squareRoot() - 1) * ($0.squareRoot() - 1)
                }
            }),
        OpCase(
            "one tensor by many ways", "", [.random([2, 3])],
            build: { tf, x in
                tf.tanh(x[0]) * x[0] + tf.exp(tf.neg(x[0])) / (x[0] + 3) + x[0]
            },
            expected: {
                $0[0].map { tanh($0) * $0 + Foundation.exp(-$0) / ($0 + 3) + $0 }
            }),
    ]

    /// gamma (x - mean) / √(variance + 0.1) + beta, over all dimensions but the last.
    private static let normalized: @Sendable ([Doubles]) -> Doubles = { x in
        let count = Double(x[0].count / 2)
        let mean = x[0].summed([0, 1, 2]).map { $0 / count }
        let centered = x[0] - mean
        let variance = (centered * centered).summed([0, 1, 2]).map { $0 / count }
        return centered * variance.map { 1 / ($0 + 0.1).squareRoot() } * x[2] + x[1]
    }

    private static func product(_ a: Doubles, _ b: Doubles) -> Doubles {
        let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
        let left = a.reshaped([m, k, 1])
        return (left * b.reshaped([1, k, n])).summed([1]).reshaped([m, n])
    }
}
