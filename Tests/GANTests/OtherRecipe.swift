import TensorGraph

@testable import GAN

/// Two networks of two layers each, trained by a step of either in turn: all that the trainer is
/// given in place of the article's.
enum Tiny: Recipe {
    struct Hyperparameters: HyperparameterSet {
        var batchSize = 4
        var trainTimes = 6
        var trainStep = 2
        var seed: UInt32 = 1
        /// Of plain gradient descent's stand-in, Adam.
        var rate: Float = 0.002

        static let all: [Hyperparameter<Self>] = [
            .rate(\.rate, "rate", "Adam's learning rate."),
            .count(\.trainTimes, "train_times", "Passes."),
            .count(\.trainStep, "train_step", "Passes from one summary to the next."),
            .seed(\.seed, "seed", "Where random numbers start."),
        ]
    }

    /// A step of the discriminator and one of the generator a pass.
    struct Loop: TrainingLoop {
        var passes = 0
        var isInPass = false

        var place: LoopPlace { .pass(number: passes + 1, generatorSteps: isInPass ? 0 : nil) }
        var search: LoopSearch? { nil }

        init() {}

        mutating func run(_ trainer: some Trainer<Self>, passes end: Int) throws {
            while passes < end {
                if !isInPass {
                    _ = try trainer.step(.discriminator, of: self)
                    isInPass = true
                }
                _ = try trainer.step(.generator, of: self)
                isInPass = false
                passes += 1
                try trainer.passEnded(self)
            }
        }

        var state: [(name: String, tensor: TensorValue)] {
            [
                ("tiny/passes", TensorValue([Int64(passes)], shape: [])),
                ("tiny/is_in_pass", TensorValue(isInPass)),
            ]
        }

        init(_ saved: SavedTensors) throws {
            passes = try saved.count("tiny/passes")
            isInPass = try saved.scalar("tiny/is_in_pass")
        }
    }

    struct Program: AdversarialProgram {
        let graph: Graph
        let initializer: Node
        let inputX, inputZ, generatorZ, discriminatorLoss, generatorLoss, accuracy: Tensor
        let discriminatorTrain, generatorTrain: Node
        let discriminatorIndex, generatorIndex: Variable
        let summary: SummaryTensor
    }

    typealias Feed = FixedFeed

    static let noiseSize = 3
    static func noiseSize(_ hyperparameters: Hyperparameters) -> Int { noiseSize }
    static let discriminatorIndexName = "d_steps"
    static let tags = SummaryTags(
        discriminatorLoss: "d_loss", generatorLoss: "g_loss", images: "made")

    static func noise(
        count: Int, seed: UInt32, _ hyperparameters: Hyperparameters
    ) -> Value {
        let numbers = (0..<count * noiseSize).map { Float(($0 * 7 + Int(seed)) % 11) / 5.5 - 1 }
        return Value(numbers, shape: [count, noiseSize])
    }

    static func program(_ hyperparameters: Hyperparameters, seed: UInt64?) -> Program {
        let tf = Graph(seed: seed)
        var variables: [String: [Variable]] = [:]
        func layer(_ x: Tensor, _ inputs: Int, _ outputs: Int, _ name: String) -> Tensor {
            tf.variableScope(name, reuse: .auto) {
                let weights = tf.getVariable(
                    "weights", [inputs, outputs],
                    initializer: .randomNormal(standardDeviation: 0.1))
                let owner = String(name.prefix(1))
                if variables[owner]?.contains(weights) != true {
                    variables[owner, default: []].append(weights)
                }
                return tf.matMul(x, weights)
            }
        }
        func discriminator(_ x: Tensor) -> Tensor {
            tf.sigmoid(layer(tf.relu(layer(x, 784, 8, "d1")), 8, 1, "d2"))
        }
        let x = tf.placeholder([nil, 784], name: "images")
        let z = tf.placeholder([nil, noiseSize], name: "noise")
        let made = tf.sigmoid(layer(tf.relu(layer(z, noiseSize, 8, "g1")), 8, 784, "g2"))
        let (real, fake) = (discriminator(x), discriminator(made))
        let discriminatorLoss = -tf.reduceMean(tf.log(real + 1e-6) + tf.log(1 - fake + 1e-6))
        let generatorLoss = -tf.reduceMean(tf.log(fake + 1e-6))
        tf.scalarSummary(tags.discriminatorLoss, discriminatorLoss)
        tf.scalarSummary(tags.generatorLoss, generatorLoss)
        tf.imageSummary("made", tf.reshape(made, [-1, 28, 28, 1]), maxOutputs: 4)
        let adam = AdamOptimizer(
            learningRate: hyperparameters.rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
        let discriminatorIndex = tf.variable(Value(Int32(0)), name: discriminatorIndexName)
        let generatorIndex = tf.variable(Value(Int32(0)), name: "g_steps")
        let discriminatorTrain = adam.minimize(
            discriminatorLoss, globalStep: discriminatorIndex, variables: variables["d"] ?? [])
        let generatorTrain = adam.minimize(
            generatorLoss, globalStep: generatorIndex, variables: variables["g"] ?? [])
        let summary = tf.mergeAllSummaries()
        return Program(
            graph: tf, initializer: tf.globalVariablesInitializer(), inputX: x, inputZ: z,
            generatorZ: made, discriminatorLoss: discriminatorLoss, generatorLoss: generatorLoss,
            accuracy: tf.reduceMean(tf.cast(tf.greater(real, fake), .float)),
            discriminatorTrain: discriminatorTrain, generatorTrain: generatorTrain,
            discriminatorIndex: discriminatorIndex, generatorIndex: generatorIndex,
            summary: summary)
    }
}
