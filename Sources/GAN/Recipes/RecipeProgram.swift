public import TensorGraph

/// The graph of a ``DataRecipe``: two networks, their losses and what trains them, and the generator
/// once more with the average of its weights.
public struct RecipeProgram: AdversarialProgram {
    /// The graph of all.
    public let graph: Graph
    /// Gives all variables their first values.
    public let initializer: Node
    /// Images, [N, 784] in 0...1.
    public let inputX: Tensor
    /// Noise, [N, ``RecipeSettings/noiseSize``].
    public let inputZ: Tensor
    /// Labels of the images, [N, classes]; `nil` for networks that know none.
    public let realLabels: Tensor?
    /// Labels that the noise is to become images of, [N, classes].
    public let inputY: Tensor?
    /// How far from a generated image to a real one the gradient is looked at, [N, 1] in 0..<1;
    /// `nil` without a penalty.
    public let inputMix: Tensor?
    /// G(z) of the averaged weights, [N, 784] in 0...1.
    public let generatorZ: Tensor
    /// D(x), [N, 1]: logits.
    public let discriminatorX: Tensor
    /// D(G(z)) of the weights that are trained, [N, 1].
    public let discriminatorG: Tensor
    /// What the discriminator's training makes small: a scalar.
    public let discriminatorLoss: Tensor
    /// What the generator's training makes small: a scalar.
    public let generatorLoss: Tensor
    /// One step of Adam for the discriminator's variables.
    public let discriminatorTrain: Node
    /// One step of Adam for the generator's variables.
    public let generatorTrain: Node
    /// How often the discriminator was trained: an int32 scalar.
    public let discriminatorIndex: Variable
    /// How often the generator was trained: an int32 scalar.
    public let generatorIndex: Variable
    /// The losses.
    public let summary: SummaryTensor
    /// The share of images, real and made, that the discriminator judges rightly: a scalar.
    public let accuracy: Tensor
    /// What keeps the average of the generator's weights.
    public let average: WeightAverage?
    /// What the discriminator says, as its loss takes it.
    public let discriminatorView: DiscriminatorView?
    /// The mean and variance of each normalization on the way to ``generatorZ``.
    public let batchStatistics: [Tensor]

    /// The graph, built whole.
    ///
    /// - Parameter seed: of the initial weights; `nil` for other ones in each session.
    public init(_ settings: RecipeSettings, seed: UInt64?) {
        let networks = Networks(settings, seed: seed)
        let tf = networks.tf
        let classes = settings.classCount
        func labels(_ name: String) -> Tensor? {
            classes == 0 ? nil : tf.placeholder([nil, classes], name: name)
        }
        inputX = tf.placeholder([nil, 784], name: "input_x")
        inputZ = tf.placeholder([nil, settings.noiseSize], name: "input_z")
        realLabels = labels("input_labels")
        inputY = labels("input_y")
        discriminatorX = networks.discriminator(inputX, realLabels)
        let made = networks.generator(inputZ, inputY)
        discriminatorG = networks.discriminator(made, inputY)
        let (discriminatorVariables, generatorVariables) = networks.variables

        let losses = settings.loss.losses(real: discriminatorX, fake: discriminatorG)
        var discriminatorLoss = losses.discriminator
        if settings.loss == .wassersteinGP {
            let mix = tf.placeholder([nil, 1], name: "input_mix")
            let between = made + mix * (inputX - made)
            let penalty = tf.gradientPenalty(
                networks.discriminator(between, inputY), at: between)
            discriminatorLoss = discriminatorLoss + penalty * settings.penalty
            inputMix = mix
        } else {
            inputMix = nil
        }
        self.discriminatorLoss = discriminatorLoss
        generatorLoss = losses.generator
        tf.scalarSummary(DataRecipe.tags.discriminatorLoss, discriminatorLoss)
        tf.scalarSummary(DataRecipe.tags.generatorLoss, generatorLoss)

        func adam(_ rate: Float) -> AdamOptimizer {
            AdamOptimizer(
                learningRate: rate, beta1: settings.beta1, beta2: settings.beta2, epsilon: 1e-8)
        }
        discriminatorIndex = tf.variable(
            Value(Int32(0)), name: DataRecipe.discriminatorIndexName)
        generatorIndex = tf.variable(Value(Int32(0)), name: "generator_train_time")
        discriminatorTrain = adam(settings.discriminatorLearningRate).minimize(
            discriminatorLoss, globalStep: discriminatorIndex,
            rate: settings.rate(settings.discriminatorLearningRate, after: discriminatorIndex),
            variables: discriminatorVariables)
        generatorTrain = adam(settings.generatorLearningRate).minimize(
            generatorLoss, globalStep: generatorIndex,
            rate: settings.rate(settings.generatorLearningRate, after: generatorIndex),
            variables: generatorVariables)

        let before = tf.nodes.count
        if settings.averageDecay > 0 {
            let averages = WeightAverages(
                of: generatorVariables, decay: settings.averageDecay, after: generatorIndex)
            average = WeightAverage(update: averages.update, interval: averages.interval)
            generatorZ = tf.withValues(averages.values) { [inputZ, inputY] in
                networks.generator(inputZ, inputY)
            }
        } else {
            average = nil
            generatorZ = networks.generator(inputZ, inputY)
        }
        batchStatistics = tf.nodes[before...].filter { $0.isBatchStatistic }.map { $0.output() }
        summary = tf.mergeAllSummaries()
        initializer = tf.globalVariablesInitializer()
        accuracy = tf.accuracy(discriminatorX, discriminatorG, threshold: 0)
        discriminatorView = DiscriminatorView(
            real: discriminatorX, fake: discriminatorG, meaning: settings.loss.meaning)
        graph = tf
    }
}

extension RecipeSettings {
    /// A learning rate after some steps, a scalar: first · √(T / max(T, t)); `nil` for one that stays.
    fileprivate func rate(_ first: Float, after steps: Variable) -> Tensor? {
        guard decayAfter > 0 else { return nil }
        let tf = steps.tensor.graph
        return tf.nameScope("learning_rate") { _ in
            let start = tf.constant(Value(Float(decayAfter)))
            return tf.sqrt(start / tf.maximum(tf.cast(steps.tensor, .float), start)) * first
        }
    }
}

extension Node {
    /// Whether it is the mean or the variance that `tf.nn.moments` gives.
    fileprivate var isBatchStatistic: Bool {
        name.hasSuffix("/moments/Squeeze") || name.hasSuffix("/moments/Squeeze_1")
    }
}

/// The networks of some settings while their graph is built.
private struct Networks {
    let settings: RecipeSettings
    /// The article's, or only their graph.
    private let network: Network
    var tf: Graph { network.tf }

    init(_ settings: RecipeSettings, seed: UInt64?) {
        self.settings = settings
        network = Network(seed: seed, keepsMovingAverages: false)
    }

    /// Logits, [N, 1].
    func discriminator(_ images: Tensor, _ labels: Tensor?) -> Tensor {
        switch settings.network {
        case .article: network.discriminator(images, output: .none)
        case .dcgan: settings.dcgan.discriminator(images, labels: labels)
        }
    }

    /// Images, [N, 784].
    func generator(_ noise: Tensor, _ labels: Tensor?) -> Tensor {
        switch settings.network {
        case .article: network.generator(noise)
        case .dcgan: settings.dcgan.generator(noise, labels: labels)
        }
    }

    /// What is trained of each network so far, each variable once.
    var variables: (discriminator: [Variable], generator: [Variable]) {
        let trained =
            switch settings.network {
            case .article: tf.variables.filter { $0.name.hasTrainedName }
            case .dcgan: tf.variables
            }
        return (
            trained.filter { $0.name.hasPrefix("discriminator/") },
            trained.filter { $0.name.hasPrefix("generator/") }
        )
    }
}

extension String {
    /// Whether it is the name of one of the variables that the article's optimizers change.
    fileprivate var hasTrainedName: Bool { hasSuffix("/weights") || hasSuffix("/biases") }
}
