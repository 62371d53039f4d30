/// The article's hyperparameters, with its names and its values.
public struct Hyperparameters: HyperparameterSet {
    /// Adam's step size (`learning_rate`).
    public var learningRate: Float = 0.0001
    /// How many images and how many noise vectors a step sees (`batch_size`).
    public var batchSize = 10
    /// Passes of the main loop (`train_times`); 100,000 in the article.
    public var trainTimes = 1000
    /// Passes between two summaries (`train_step`).
    public var trainStep = 1
    /// Of the initial weights and of the noise; the article's script takes the same one.
    public var seed: UInt32 = 0

    /// The article's values.
    public init() {}
}

extension Hyperparameters {
    /// All of them, in the order in which a log lists them.
    public static let all: [Hyperparameter<Hyperparameters>] = [
        learningRate, batchSize, trainTimes, trainStep, seed,
    ]

    /// What is told of ``learningRate-swift.property``.
    public static let learningRate: Hyperparameter<Hyperparameters> = .rate(
        \.learningRate, "learning_rate", "Adam's learning rate, for both networks.")

    /// What is told of ``batchSize-swift.property``. A checkpoint tells it by the noise that it has.
    public static let batchSize: Hyperparameter<Hyperparameters> = .count(
        \.batchSize, "batch_size", isStored: false, "Images in a step.")

    /// What is told of ``trainTimes-swift.property``.
    public static let trainTimes: Hyperparameter<Hyperparameters> = .count(
        \.trainTimes, "train_times", isLimited: true,
        "Passes to train, those before --resume counted; the article takes 100000.")

    /// What is told of ``trainStep-swift.property``.
    public static let trainStep: Hyperparameter<Hyperparameters> = .count(
        \.trainStep, "train_step", "Passes from one summary to the next.")

    /// What is told of ``seed-swift.property``.
    public static let seed: Hyperparameter<Hyperparameters> = .seed(
        \.seed, "seed", "Where random numbers start; the same seed gives the same losses.")
}

/// The network's sizes: HWIO filters for convolutions, [inputs, outputs] for layers.
enum Sizes {
    static let discriminatorConv1 = [3, 3, 1, 11]
    static let discriminatorConv2 = [3, 3, 11, 13]
    static let discriminatorHide3 = [7 * 7 * 13, 1024]
    static let discriminatorOutput = 1

    static let generatorInput = 20
    static let generatorConv1 = [3, 3, 1, 13]
    static let generatorConv2 = [3, 3, 13, 11]
    static let generatorHide3 = [generatorInput * 11, 1024]
    static let generatorOutput = 28 * 28
}
