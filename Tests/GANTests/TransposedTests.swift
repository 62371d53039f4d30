import Foundation
import TensorBoard
import TensorGraph
import Testing

/// A small generator of transposed convolutions, and a discriminator's first layer, beside
/// TensorFlow: `tools/reference/transposed.py` builds the same.
@Suite struct TransposedTests {
    private struct Network {
        let tf = Graph()
        let placeholders: [Tensor]
        /// The images, the loss, its gradients, and the gradients of a gradient penalty.
        let results: [Tensor]

        private static let shapes: [(String, Shape)] = [
            ("x", [nil, 4, 3, 5]), ("w1", [5, 5, 3, 5]), ("b1", [3]), ("beta", [3]),
            ("gamma", [3]), ("w2", [4, 3, 2, 3]), ("b2", [2]), ("w3", [4, 4, 2, 3]),
        ]

        init() throws {
            let tf = tf
            let placeholders = Self.shapes.map { tf.placeholder($1, name: $0) }
            let (x, w1, b1) = (placeholders[0], placeholders[1], placeholders[2])
            self.placeholders = placeholders
            let (w2, b2, w3) = (placeholders[5], placeholders[6], placeholders[7])
            var y = tf.conv2dTranspose(
                x, w1, outputShape: [nil, 8, 6, 3], strides: [1, 2, 2, 1], padding: .same)
            y = tf.biasAdd(y, b1)
            let (mean, variance) = tf.moments(y, axes: [0, 1, 2])
            y = tf.leakyRelu(
                tf.batchNormalization(
                    y, mean: mean, variance: variance, beta: placeholders[3],
                    gamma: placeholders[4], epsilon: 1e-3), alpha: 0.2)
            y = tf.conv2dTranspose(
                y, w2, outputShape: [nil, 19, 8, 2], strides: [1, 2, 1, 1], padding: .valid)
            let images = tf.tanh(tf.biasAdd(y, b2))
            let d = tf.leakyRelu(
                tf.conv2d(images, w3, strides: [1, 2, 2, 1], padding: .same), alpha: 0.2)
            let loss = tf.reduceMean(tf.square(d))
            let differentiated = [0, 1, 3, 4, 5, 6, 7].map { placeholders[$0] }
            let gradients = try tf.gradients(of: loss, withRespectTo: differentiated).map {
                try #require($0)
            }
            let penalty = tf.reduceSum(tf.square(gradients[0]))
            let second = tf.gradients(of: penalty, withRespectTo: [w1, w2, w3])
            let penalties = try zip(["w1", "w2", "w3"], second).map { name, gradient in
                tf.identity(try #require(gradient), name: "penalty_\(name)")
            }
            results = [images, loss] + gradients + penalties
        }

        /// Uniform numbers in [-1, 1) that any language computes exactly.
        func feed(batch: Int) -> [Tensor: Value] {
            var feed: [Tensor: Value] = [:]
            for (salt, placeholder) in placeholders.enumerated() {
                let sizes = placeholder.shape.replacingOpen(with: batch).known ?? []
                let numbers = (0..<sizes.reduce(1, *)).map { index in
                    let hash = UInt64(index + salt * 7919 + 1) &* 2_654_435_761 % (1 << 32)
                    return Float(Double(hash) / 2_147_483_648 - 1)
                }
                feed[placeholder] = Value(numbers, shape: sizes)
            }
            return feed
        }
    }

    private struct Golden: Decodable {
        let names: [String]
        let batches: [String: [[Float]]]
    }

    private let network: Network
    private let golden: Golden

    init() throws {
        network = try Network()
        golden = try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: fixture("transposed.json")))
    }

    /// The GraphDef is, byte for byte, the one that TensorFlow imported when it computed the golden
    /// numbers, with an open batch.
    @Test func theGraphIsTheOneThatTensorFlowImports() throws {
        let bytes = network.tf.definition.serialized()
        #expect(try bytes == [UInt8](Data(contentsOf: fixture("transposed.pb"))))
        #expect(network.results.map(\.name) == golden.names)
        #expect(network.results[0].shape == [nil, 19, 8, 2])
    }

    /// Values, gradients and gradients of gradients, for two batches. Single floats, a few hundred
    /// of which are added.
    @Test(arguments: [2, 5], [1, 2])
    func values(batch: Int, threads: Int) throws {
        let values = try Session(graph: network.tf, threads: threads)
            .run(network.results, feed: network.feed(batch: batch))
        let expected = try #require(golden.batches["\(batch)"])
        for ((tensor, value), wanted) in zip(zip(network.results, values), expected) {
            #expect(value.count == wanted.count)
            let size = wanted.map(abs).max() ?? 0
            let difference = zip(value.floats, wanted).map { abs($0 - $1) }.max() ?? 0
            #expect(difference <= 2e-6 * size, "\(tensor.name) is off by \(difference / size)")
        }
    }
}
