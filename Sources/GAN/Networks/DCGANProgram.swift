public import TensorGraph

/// A ``DCGAN``'s graph: both networks, their losses and what trains them.
///
/// The losses are the non-saturating ones of Goodfellow et al. ("Generative adversarial networks",
/// NIPS 2014), of logits: with softplus(x) = log(1 + eˣ), -log D is softplus(-logit) and -log(1 - D)
/// is softplus(logit).
public struct DCGANProgram: AdversarialProgram {
    /// The graph of both networks.
    public let graph: Graph
    /// Gives all variables their first values.
    public let initializer: Node
    /// Images, [N, 784] in 0...1.
    public let inputX: Tensor
    /// Noise, [N, ``DCGAN/noiseSize``].
    public let inputZ: Tensor
    /// G(z), [N, 784] in 0...1.
    public let generatorZ: Tensor
    /// mean(softplus(-D(x)) + softplus(D(G(z)))).
    public let discriminatorLoss: Tensor
    /// mean(softplus(-D(G(z)))).
    public let generatorLoss: Tensor
    /// One step of Adam for the discriminator's variables.
    public let discriminatorTrain: Node
    /// One step of Adam for the generator's variables.
    public let generatorTrain: Node
    /// How often the discriminator was trained: an int32 scalar.
    public let discriminatorIndex: Variable
    /// How often the generator was trained: an int32 scalar.
    public let generatorIndex: Variable
    /// The losses, and some of the generated images.
    public let summary: SummaryTensor
    /// The share of images, real and made, that the discriminator judges rightly: a scalar.
    public let accuracy: Tensor

    /// What trains the networks.
    public struct Settings: Sendable {
        /// Adam's step size for the discriminator.
        public var discriminatorLearningRate: Float = 2e-4
        /// Adam's step size for the generator.
        public var generatorLearningRate: Float = 1e-3
        /// Images in a summary.
        public var shownImages = 10

        /// A slow discriminator.
        public init() {}
    }

    /// The graph, built whole.
    ///
    /// - Parameter seed: of the initial weights; `nil` for other ones in each session.
    public init(_ networks: DCGAN, _ settings: Settings = Settings(), seed: UInt64?) {
        let tf = Graph(seed: seed)
        inputX = tf.placeholder([nil, 784], name: "input_x")
        inputZ = tf.placeholder([nil, networks.noiseSize], name: "input_z")
        let real = networks.discriminator(inputX)
        let discriminatorVariables = tf.variables
        generatorZ = networks.generator(inputZ)
        let generatorVariables = Array(tf.variables.dropFirst(discriminatorVariables.count))
        let fake = networks.discriminator(generatorZ)

        discriminatorLoss = tf.reduceMean(tf.softplus(-real) + tf.softplus(fake))
        generatorLoss = tf.reduceMean(tf.softplus(-fake))
        tf.scalarSummary("discriminator_loss", discriminatorLoss)
        tf.scalarSummary("generator_loss", generatorLoss)

        discriminatorIndex = tf.variable(Value(Int32(0)), name: "discriminator_train_time")
        generatorIndex = tf.variable(Value(Int32(0)), name: "generator_train_time")
        discriminatorTrain = Self.adam(settings.discriminatorLearningRate).minimize(
            discriminatorLoss, globalStep: discriminatorIndex, variables: discriminatorVariables)
        generatorTrain = Self.adam(settings.generatorLearningRate).minimize(
            generatorLoss, globalStep: generatorIndex, variables: generatorVariables)

        tf.imageSummary(
            "G_z_image", tf.reshape(generatorZ, [-1, 28, 28, 1]), maxOutputs: settings.shownImages)
        summary = tf.mergeAllSummaries()
        initializer = tf.globalVariablesInitializer()
        accuracy = tf.accuracy(real, fake, threshold: 0)
        graph = tf
    }

    /// Adam with the DCGAN paper's first moment.
    private static func adam(_ learningRate: Float) -> AdamOptimizer {
        AdamOptimizer(learningRate: learningRate, beta1: 0.5, beta2: 0.999, epsilon: 1e-8)
    }
}
