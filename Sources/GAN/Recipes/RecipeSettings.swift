/// What a run of a ``DataRecipe`` is started with: the networks, their loss, their optimizers and
/// their loop.
public struct RecipeSettings: HyperparameterSet {
    /// The name of the bundle that the settings began with.
    public var recipe = NamedRecipe.dcgan
    /// The two networks.
    public var network = NetworkKind.dcgan
    /// What the two networks make small.
    public var loss = AdversarialLoss.nonSaturating
    /// Channels at 14 × 14 pixels; those at 7 × 7 have twice as many.
    public var width = 32
    /// The numbers in the hidden layer of each network; 0 for networks without one.
    public var hidden = 512
    /// The numbers in a vector of noise.
    public var noiseSize = 64
    /// The names of the classes that the networks are told of; none where they know none.
    public var classNames: [String] = []
    /// How many those are.
    public var classCount: Int { classNames.count }
    /// Images in a step.
    public var batchSize = 64
    /// Adam's step size for the generator.
    public var generatorLearningRate: Float = 1e-3
    /// Adam's step size for the discriminator.
    public var discriminatorLearningRate: Float = 2e-4
    /// The steps of a network after which its learning rate falls, as the root of the steps grows; 0
    /// for rates that stay.
    public var decayAfter = 0
    /// How slowly Adam's first moments forget.
    public var beta1: Float = 0.5
    /// How slowly Adam's second moments forget.
    public var beta2: Float = 0.999
    /// The discriminator's steps in a pass, which has one of the generator.
    public var discriminatorSteps = 1
    /// What the penalty on the critic's gradient is multiplied by.
    public var penalty: Float = 10
    /// How slowly the average of the generator's weights forgets, a step; 0 for no average.
    public var averageDecay: Float = 0.9995
    /// Passes.
    public var trainTimes = 10_000
    /// Passes between two summaries.
    public var trainStep = 100
    /// Of the initial weights, the order of images and the noise.
    public var seed: UInt32 = 0

    /// Those of a DCGAN.
    public init() {}
}

/// A pair of networks.
public enum NetworkKind: String, CaseIterable, Sendable {
    /// The article's.
    case article
    /// A ``DCGAN``.
    case dcgan
}

/// What two networks make small, of the discriminator's logits.
public enum AdversarialLoss: String, CaseIterable, Sendable {
    /// The article's: of the logarithms of probabilities, to each of which 1e-12 is added.
    case article
    /// Goodfellow et al.'s in the form that does not overflow.
    case nonSaturating = "non-saturating"
    /// Lim and Ye's margins.
    case hinge
    /// The distance of Wasserstein, with a penalty on the critic's gradient.
    case wassersteinGP = "wasserstein-gp"
}

extension RecipeSettings {
    /// All of them, in the order in which a log lists them.
    public static let all: [Hyperparameter<RecipeSettings>] = [
        .choice(\.recipe, "recipe", "The bundle of network, loss, optimizer and loop."),
        .choice(\.network, "network", "The two networks: article or dcgan."),
        .choice(
            \.loss, "loss",
            "What they make small: article, non-saturating, hinge or wasserstein-gp."),
        .rate(
            \.generatorLearningRate, "generator_learning_rate",
            "Adam's learning rate for the generator."),
        .rate(
            \.discriminatorLearningRate, "discriminator_learning_rate",
            "Adam's learning rate for the discriminator."),
        .count(
            \.decayAfter, "decay_after", in: 0...1_000_000_000,
            "Steps after which learning rates fall, as 1/√steps; 0 for rates that stay."),
        .fraction(\.beta1, "beta1", "How slowly Adam's average of gradients forgets."),
        .fraction(\.beta2, "beta2", "How slowly Adam's average of squared gradients forgets."),
        .count(\.batchSize, "batch_size", in: 2...8192, "Images in a step."),
        .count(
            \.discriminatorSteps, "discriminator_steps", in: 1...1000,
            "Steps of the discriminator to one of the generator."),
        .count(\.width, "width", in: 1...1024, "The DCGAN's channels at 14 × 14 pixels."),
        .count(
            \.hidden, "hidden", in: 0...16384,
            "The numbers in the DCGAN's hidden layers; 0 for none."),
        .count(\.noiseSize, "noise_size", in: 1...4096, "The numbers in a vector of noise."),
        .rate(\.penalty, "penalty", "What multiplies the penalty on the critic's gradient."),
        .fraction(
            \.averageDecay, "ema",
            "How slowly the average of the generator's weights forgets; 0 for none."),
        .names(\.classNames, "classes", "The classes that the networks are told of."),
        .count(
            \.trainTimes, "train_times", in: 1...1_000_000_000,
            "Passes to train, those before --resume counted."),
        .count(\.trainStep, "train_step", "Passes from one summary to the next."),
        .seed(\.seed, "seed", "Where random numbers start; the same seed gives the same losses."),
    ]

    /// The DCGAN that the settings tell of.
    public var dcgan: DCGAN {
        var networks = DCGAN()
        networks.width = width
        networks.hidden = hidden == 0 ? nil : hidden
        networks.noiseSize = noiseSize
        networks.classCount = classCount
        networks.normalizesDiscriminator = loss != .wassersteinGP
        return networks
    }
}
