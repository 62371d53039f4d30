/// The article's hyperparameters, with its names and its values.
public struct Hyperparameters: Sendable, Equatable {
    /// Adam's step size (`learning_rate`).
    public var learningRate: Float = 0.0001
    /// How many images and how many noise vectors a step sees (`batch_size`).
    public var batchSize = 10
    /// Passes of the main loop (`train_times`); 100,000 in the article.
    public var trainTimes = 1000
    /// Passes between two summaries (`train_step`).
    public var trainStep = 1

    /// The article's values.
    public init() {}
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
