import Datasets
import GAN
import TensorBoard
import TensorGraph
import TestSupport
import Testing

// What the guide "Add a network" shows.

extension Network {
    /// How real images look: [N, 784] → [N, 1]; the larger the surer, below 0 for fakes.
    func denseDiscriminator(_ x: Tensor) -> Tensor {
        tf.variableScope("discriminator", reuse: .auto) {
            let hidden = tf.variableScope("hidden", reuse: .auto) {
                tf.leakyRelu(layer(x, [784, 32], activation: .none), alpha: 0.2)
            }
            return tf.variableScope("output", reuse: .auto) {
                layer(hidden, [32, 1], activation: .none)
            }
        }
    }

    /// Images made of noise: [N, 20] → [N, 784], in 0...1.
    func denseGenerator(_ z: Tensor) -> Tensor {
        tf.variableScope("generator", reuse: .auto) {
            let hidden = tf.variableScope("hidden", reuse: .auto) {
                tf.leakyRelu(layer(z, [20, 32], activation: .none, kind: .generator))
            }
            return tf.variableScope("output", reuse: .auto) {
                layer(hidden, [32, 784], activation: .sigmoid, kind: .generator)
            }
        }
    }
}

struct DenseProgram {
    let network: Network
    let inputX: Tensor
    let images: Tensor
    let discriminatorTrain: Node
    let generatorTrain: Node
    let summary: SummaryTensor

    init(seed: UInt64) {
        network = Network(seed: seed)
        let tf = network.tf
        inputX = tf.placeholder([nil, 784], name: "input_x")
        let noise = tf.randomUniform([16, 20], minimum: -1, maximum: 1, name: "noise")

        let real = network.denseDiscriminator(inputX)
        let discriminatorParameters = network.discriminatorParameters
        images = network.denseGenerator(noise)
        let fake = network.denseDiscriminator(images)

        // -log sigmoid(x) is softplus(-x), which no x makes infinite.
        let discriminatorLoss = tf.reduceMean(tf.softplus(-real) + tf.softplus(fake))
        let generatorLoss = tf.reduceMean(tf.softplus(-fake))
        tf.scalarSummary("discriminator_loss", discriminatorLoss)
        tf.scalarSummary("generator_loss", generatorLoss)
        network.imageSummary("images", images, count: 4)
        summary = tf.mergeAllSummaries()

        let adam = AdamOptimizer(learningRate: 0.001, beta1: 0.5, beta2: 0.999, epsilon: 1e-8)
        discriminatorTrain = adam.minimize(
            discriminatorLoss, globalStep: tf.variable(Value(Int32(0)), name: "discriminator_step"),
            variables: discriminatorParameters)
        generatorTrain = adam.minimize(
            generatorLoss, globalStep: tf.variable(Value(Int32(0)), name: "generator_step"),
            variables: network.generatorParameters)
    }
}

func train(_ program: DenseProgram, on examples: Examples, steps: Int, logdir: String) throws {
    let session = Session(graph: program.network.tf, threads: 2)
    try session.run(program.network.tf.globalVariablesInitializer())
    func images(_ step: Int) -> Value {
        let start = step * 16 % (examples.count - 16)
        return Value(examples.pixels(start..<start + 16), shape: [16, 784])
    }

    let first = [program.inputX: images(0)]
    let discriminator = try session.prepare(targets: [program.discriminatorTrain], feed: first)
    let generator = try session.prepare(targets: [program.generatorTrain], feed: first)
    let writer = try SummaryWriter(logdir: logdir)
    try writer.addGraph(program.network.tf.definition)
    for step in 0..<steps {
        for run in [discriminator, generator] {
            run.feed(program.inputX, images(step))
            try run.run()
        }
        if step % 10 == 0 {
            try writer.add(
                session.run(program.summary, feed: first, effects: .none), step: Int64(step))
        }
    }
    try writer.close()
}

@Suite struct NetworkExample {
    @Test func itLearns() throws {
        let folder = try TemporaryFolder()
        let program = DenseProgram(seed: 1)
        #expect(
            program.network.discriminatorParameters.map(\.name) == [
                "discriminator/hidden/weights", "discriminator/hidden/biases",
                "discriminator/output/weights", "discriminator/output/biases",
                "discriminator/hidden/weights", "discriminator/hidden/biases",
                "discriminator/output/weights", "discriminator/output/biases",
            ])
        try train(program, on: MNIST.sample.train, steps: 61, logdir: folder.path)

        let run = try #require(EventLog(folder: folder.path).runs.first)
        var losses: [String: [Double]] = [:]
        for file in run.files {
            var reader = try EventFileReader(path: file)
            while let event = try reader.next() {
                guard case .summary(let values) = event.content else { continue }
                for value in values {
                    if let number = value.scalar { losses[value.tag, default: []].append(number) }
                }
            }
        }
        let discriminator = try #require(losses["discriminator_loss"])
        #expect(discriminator.count == 7)
        #expect(losses["generator_loss"]?.count == 7)
        #expect(discriminator[6] < discriminator[0] / 2)
    }
}
