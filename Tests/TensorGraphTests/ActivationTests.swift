import Testing

@testable import TensorGraph

/// A leaky relu shares loops where a relu does: behind a batch norm, behind a transposed convolution
/// with biases, before a pool, and in the gradients of all of them.
@Suite struct ActivationTests {
    enum Activation: String, CaseIterable {
        case relu = "Relu"
        case leakyRelu = "LeakyRelu"
    }

    /// A transposed convolution with a batch norm, a convolution with biases, and one with a batch
    /// norm and a pool; each with an activation.
    private struct Network {
        let tf = Graph()
        let x: Tensor
        let results: [Tensor]

        init(_ activation: Activation) throws {
            let tf = tf
            func constant(_ shape: [Int], seed: UInt64 = 0) -> Tensor {
                tf.constant(Doubles.random(shape, seed: seed).value)
            }
            func activated(_ x: Tensor) -> Tensor {
                activation == .relu ? tf.relu(x) : tf.leakyRelu(x, alpha: 0.2)
            }
            func normed(_ x: Tensor, _ channels: Int) -> Tensor {
                let (mean, variance) = tf.moments(x, axes: [0, 1, 2])
                return tf.batchNormalization(
                    x, mean: mean, variance: variance, beta: constant([channels], seed: 1),
                    gamma: constant([channels], seed: 2), epsilon: 1e-3)
            }
            x = tf.placeholder([nil, 4, 4, 6], name: "x")
            let (w1, w2, w3) = (
                constant([4, 4, 8, 6]), constant([4, 4, 8, 5]), constant([3, 3, 5, 8])
            )
            let biases = constant([5], seed: 3)
            var y = tf.conv2dTranspose(
                x, w1, outputShape: [nil, 8, 8, 8], strides: [1, 2, 2, 1], padding: .same)
            y = activated(normed(y, 8))
            y = tf.conv2d(y, w2, strides: [1, 1, 1, 1], padding: .same)
            y = activated(tf.biasAdd(y, biases))
            y = activated(
                normed(tf.conv2d(y, w3, strides: [1, 1, 1, 1], padding: .same), 8))
            y = tf.maxPool(y, ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .same)
            let loss = tf.reduceSum(tf.square(y))
            let gradients = tf.gradients(of: loss, withRespectTo: [x, w1, w2, biases, w3])
            results = try [loss] + gradients.map { try #require($0) }
        }

        func feed(_ images: Int) -> [Tensor: Value] {
            [x: Doubles.random([images, 4, 4, 6]).value]
        }
    }

    /// The last op of each loop's steps, of those loops that have the op.
    private func loops(_ program: Program, with op: String) -> [[String]] {
        program.units.map { unit in unit.compactMap { program[$0].op } }
            .filter { $0.contains(op) }
    }

    /// The images are too few to be laid in blocks, and enough to be made again.
    @Test(arguments: Activation.allCases)
    func loops(_ activation: Activation) throws {
        let network = try Network(activation)
        let program = try Program(network.tf, network.results, feed: network.feed(64))
        let (act, gradient) = (activation.rawValue, activation.rawValue + "Grad")
        // Nobody adds biases apart.
        #expect(loops(program, with: "BiasAdd") == [["BiasAdd"]])
        let forward = loops(program, with: act)
        #expect(forward.prefix(2) == [["Mul", "AddV2", act], [act]])
        let backward = loops(program, with: gradient)
        try #require(backward.count == 3)
        #expect(
            backward[2].filter { $0 != "Mul" && $0 != "AddV2" } == [gradient, "Sum", "Sum"])
        #expect(backward[1] == [gradient, "BiasAddGrad"])
        switch activation {
        case .relu:
            #expect(loops(program, with: "MaxPool") == [["MaxPool"]])
            #expect(backward[0] == ["ReluGrad", "Mul", "Sum", "Sum"])
            #expect(backward[2] == ["ReluGrad", "Mul", "Sum", "Sum"])
        case .leakyRelu:
            // What a relu's pool does in registers is a loop's steps.
            #expect(
                loops(program, with: "MaxPool") == [["Mul", "AddV2", "LeakyRelu", "MaxPool"]])
            #expect(
                backward[0] == [
                    "Mul", "AddV2", "LeakyRelu", "MaxPoolGrad", "LeakyReluGrad", "Mul", "Sum",
                    "Sum",
                ])
            #expect(
                backward[2] == ["Mul", "AddV2", "LeakyReluGrad", "Mul", "Sum", "Sum"])
        }
        // Of the batch norms only what the convolutions make is in memory.
        let inMemory = Set(program.lifetimes.map(\.value))
        for id in program.order where program[id].op == "AddV2" {
            let value = program[program[id].outputs[0]]
            #expect(value.shape.count < 4 || !inMemory.contains(program[id].outputs[0]))
        }
    }

    /// In blocks, and not: what shares a loop gives the numbers of what is fetched apart.
    @Test(arguments: Activation.allCases, [(1, 1), (3, 2), (64, 2), (300, 1)])
    func values(_ activation: Activation, _ run: (images: Int, threads: Int)) throws {
        let network = try Network(activation)
        let (tf, feed) = (network.tf, network.feed(run.images))
        let together = try Session(graph: tf, threads: run.threads)
            .run(network.results, feed: feed)
        let names: Set = [
            "Conv2DBackpropInput", "Conv2D", "BiasAdd", "AddV2", "Relu", "LeakyRelu", "ReluGrad",
            "LeakyReluGrad", "MaxPoolGrad",
        ]
        let parts = tf.nodes.filter { names.contains($0.op.name) }.map { $0.output() }
        let apart = try Session(graph: tf).run(network.results + parts, feed: feed)
        for (a, b) in zip(together, apart) {
            let size = b.floats.map(abs).max() ?? 0
            let difference = zip(a.floats, b.floats).map { abs($0 - $1) }.max() ?? 0
            // The order of sums differs.
            #expect(difference <= 2e-5 * max(size, 1))
        }
    }
}
