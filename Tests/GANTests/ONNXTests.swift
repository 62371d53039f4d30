import Foundation
import TensorGraph
import TestSupport
import Testing

@testable import GAN

/// Models for other programs. onnxruntime has run those in `Fixtures`; what it gave is beside them.
@Suite struct ONNXTests {
    struct Model {
        let session: Session
        let noise: Tensor
        let images: Tensor

        init(_ graph: Graph, noise: Tensor, images: Tensor) {
            session = Session(graph: graph, threads: 1)
            (self.noise, self.images) = (noise, images)
            // Numbers that every machine has to the bit.
            for (salt, variable) in graph.variables.enumerated() {
                let count = variable.shape.reduce(1, *)
                let values = (0..<count).map { Float(($0 * 37 + salt * 11) % 101 - 50) / 128 }
                session.set(variable, to: Value(values, shape: variable.shape))
            }
        }

        func serialized() throws -> [UInt8] {
            var translation = ONNXTranslation(session, known: [:])
            translation.addInput(noise, name: "z")
            let name = try translation.name(of: images)
            translation.finish(name, name: "images", shape: [nil, images.shape.known?.last])
            translation.describe(producerVersion: "test", words: "A test.")
            return translation.model.serialized()
        }
    }

    /// Dense layers, transposed convolutions and batch normalization.
    static func dcgan() -> Model {
        var networks = DCGAN()
        networks.width = 2
        networks.hidden = 5
        networks.noiseSize = 3
        let tf = Graph(seed: 0)
        let noise = tf.placeholder([nil, 3], name: "input_z")
        return Model(tf, noise: noise, images: networks.generator(noise))
    }

    /// Convolutions, and batch normalization by a conditional, as the article has it.
    static func article() -> Model {
        let network = Network(seed: 0)
        let tf = network.tf
        let noise = tf.placeholder([nil, 6], name: "input_z")
        let made = tf.variableScope("generator") {
            let images = tf.variableScope("conv1") {
                network.conv2d(
                    tf.reshape(noise, [-1, 6, 1, 1]), [3, 3, 1, 2], kind: .generator)
            }
            return tf.variableScope("hide") {
                network.layer(
                    tf.reshape(images, [-1, 12]), [12, 7], activation: .softplus, kind: .generator)
            }
        }
        return Model(tf, noise: noise, images: made)
    }

    /// All other ops that a generator may have.
    static func ops() -> Model {
        let tf = Graph(seed: 0)
        let noise = tf.placeholder([nil, 8], name: "input_z")
        let filter = tf.getVariable("filter", [3, 2, 1, 2], initializer: .zeros)
        let images = tf.reshape(noise, [-1, 4, 2, 1])
        let valid = tf.conv2d(images, filter, strides: [1, 1, 1, 1], padding: .valid)
        let same = tf.conv2d(images, filter, strides: [1, 2, 2, 1], padding: .same)
        let pooled = tf.maxPool(
            tf.leakyRelu(images, alpha: 0.3), ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1],
            padding: .same)
        let large = tf.conv2dTranspose(
            pooled, tf.getVariable("up", [3, 2, 2, 1], initializer: .zeros),
            outputShape: [nil, 5, 2, 2], strides: [1, 2, 2, 1], padding: .valid)
        let parts = [
            tf.reshape(valid, [-1, 4]), tf.reshape(same, [-1, 4]), tf.reshape(pooled, [-1, 2]),
            tf.reshape(large, [-1, 20]),
        ]
        var all = tf.matMul(parts[0], tf.getVariable("w0", [4, 6], initializer: .zeros))
        for (number, part) in parts.enumerated().dropFirst() {
            let size = part.shape.dimensions?.last.flatMap { $0 } ?? 0
            let weights = tf.getVariable("w\(number)", [size, 6], initializer: .zeros)
            all = all + tf.matMul(part, weights)
        }
        let positive = tf.exp(tf.tanh(all)) + 0.5
        let result =
            tf.maximum(tf.sqrt(positive), tf.log(positive)) / tf.minimum(positive, -(-positive))
            + tf.square(tf.sigmoid(all)) - tf.rsqrt(positive) * tf.relu(all)
        return Model(tf, noise: noise, images: tf.stopGradient(result))
    }

    private struct Expected: Decodable {
        let z: [Float]
        let images: [Float]
    }

    @Test(arguments: ["dcgan", "article", "ops"])
    func isWhatONNXRuntimeRuns(name: String) throws {
        let model = name == "dcgan" ? Self.dcgan() : name == "article" ? Self.article() : Self.ops()
        let bytes = try model.serialized()
        if let folder = ProcessInfo.processInfo.environment["ONNX_FIXTURES"] {
            try Data(bytes).write(to: URL(filePath: "\(folder)/\(name).onnx"))
            return
        }
        #expect(try bytes == [UInt8](Data(contentsOf: fixture("onnx/\(name).onnx"))))

        let expected = try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: fixture("onnx/\(name).json")))
        let size = try #require(model.noise.shape.dimensions?.last.flatMap { $0 })
        let made = try model.session.run(
            model.images,
            feed: [
                model.noise: Value(expected.z, shape: [expected.z.count / size, size])
            ], effects: .none)
        #expect(made.count == expected.images.count)
        for (found, wanted) in zip(made.floats, expected.images) {
            #expect(abs(found - wanted) < 1e-5)
        }
    }

    @Test func namesWhatItCannotTell() throws {
        let tf = Graph(seed: 0)
        let noise = tf.placeholder([nil, 2], name: "input_z")
        let model = Model(tf, noise: noise, images: tf.select(tf.greater(noise, 0), noise, -noise))
        #expect {
            try model.serialized()
        } throws: { error in
            "\(error)".contains("is a Select") && "\(error)".contains("--safetensors")
        }
    }
}
