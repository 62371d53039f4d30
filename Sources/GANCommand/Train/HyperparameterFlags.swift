import ArgumentParser
import GAN

private let article = Hyperparameters()

/// The article's numbers, as far as the command line gives other ones.
struct HyperparameterFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes to train, those before --resume counted; the article takes 100000. "
                + "(default: \(article.trainTimes))",
            valueName: "n"),
        transform: NumberFlag.passes)
    var trainTimes: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes from one summary to the next. (default: \(article.trainStep))",
            valueName: "n"),
        transform: NumberFlag.count)
    var trainStep: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Images in a step. (default: \(article.batchSize))", valueName: "n"),
        transform: NumberFlag.count)
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Adam's learning rate, for both networks. (default: \(article.learningRate))",
            valueName: "x"),
        transform: NumberFlag.rate)
    var learningRate: Float?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where random numbers start; the same seed gives the same losses. (default: 0)",
            valueName: "n"),
        transform: NumberFlag.seed)
    var seed: UInt32?

    /// The hyperparameters of a resumed run, or the article's, with those of the command line.
    func applied(to saved: Hyperparameters?) -> Hyperparameters {
        var result = saved ?? article
        if let trainTimes { result.trainTimes = trainTimes }
        if let trainStep { result.trainStep = trainStep }
        if let batchSize { result.batchSize = batchSize }
        if let learningRate { result.learningRate = learningRate }
        return result
    }
}
