public import TensorGraph

/// The article's program up to its loop: placeholders, both networks, their losses and what trains
/// them.
public struct Program: AdversarialProgram {
    /// Both networks, with the graph that they are in.
    public let network: Network
    /// The graph of both.
    public var graph: Graph { network.tf }
    /// Images, [N, 784] in 0...1.
    public let inputX: Tensor
    /// Noise, [N, 20] in -1...1.
    public let inputZ: Tensor
    /// D(x), [N, 1].
    public let discriminatorX: Tensor
    /// G(z), [N, 784].
    public let generatorZ: Tensor
    /// D(G(z)), [N, 1].
    public let discriminatorG: Tensor
    /// What the discriminator's training makes small: a scalar.
    public let discriminatorLoss: Tensor
    /// What the generator's training makes small: a scalar.
    public let generatorLoss: Tensor
    /// D(x) and D(G(z)) as probabilities.
    public var discriminatorView: DiscriminatorView? {
        DiscriminatorView(real: discriminatorX, fake: discriminatorG, meaning: .probability)
    }
    /// How often the discriminator was trained: an int32 scalar.
    public let discriminatorIndex: Variable
    /// How often the generator was trained: an int32 scalar.
    public let generatorIndex: Variable
    /// One step of Adam over `D_param`.
    public let discriminatorTrain: Node
    /// One step of Adam over `G_param`.
    public let generatorTrain: Node
    /// Everything that the log shows of a pass.
    public let summary: SummaryTensor
    /// Gives all variables their first values.
    public let initializer: Node
    /// The share of images that the discriminator judges rightly.
    public let accuracy: Tensor

    /// The graph, built whole.
    ///
    /// - Parameter seed: of the initial weights; the same as `tf.set_random_seed(seed)` gives.
    public init(_ hyperparameters: Hyperparameters, seed: UInt64?) {
        let network = Network(seed: seed)
        let tf = network.tf

        inputX = tf.placeholder([nil, 784], name: "input_x")
        inputZ = tf.placeholder([nil, Sizes.generatorInput], name: "input_z")

        discriminatorX = network.discriminator(inputX)
        generatorZ = network.generator(inputZ)
        discriminatorG = network.discriminator(generatorZ)

        discriminatorLoss = network.discriminatorLoss(discriminatorX, discriminatorG)
        generatorLoss = network.generatorLoss(discriminatorG)

        let adam = AdamOptimizer(
            learningRate: hyperparameters.learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-12)
        discriminatorIndex = tf.variable(Value(Int32(0)), name: Article.discriminatorIndexName)
        discriminatorTrain = adam.minimize(
            discriminatorLoss, globalStep: discriminatorIndex,
            variables: network.discriminatorParameters)
        generatorIndex = tf.variable(Value(Int32(0)), name: "generator_train_time")
        generatorTrain = adam.minimize(
            generatorLoss, globalStep: generatorIndex, variables: network.generatorParameters)

        network.imageSummary("G_z_image", generatorZ, count: hyperparameters.batchSize)
        summary = tf.mergeAllSummaries()
        initializer = tf.globalVariablesInitializer()
        accuracy = network.accuracy(discriminatorX, discriminatorG)
        self.network = network
    }
}
