import ArgumentParser
import GAN

/// The article's numbers, as far as the command line gives other ones.
struct HyperparameterFlags: ParsableArguments {
    typealias Setting = Hyperparameter<Hyperparameters>.Setting

    @Option(Hyperparameters.trainTimes) var trainTimes: Setting?
    @Option(Hyperparameters.trainStep) var trainStep: Setting?
    @Option(Hyperparameters.batchSize) var batchSize: Setting?
    @Option(Hyperparameters.learningRate) var learningRate: Setting?
    @Option(Hyperparameters.seed) var seed: Setting?

    /// The hyperparameters of a resumed run, or the article's, with those of the command line.
    func applied(to saved: Hyperparameters?) -> Hyperparameters {
        var result = saved ?? Hyperparameters()
        for set in [trainTimes, trainStep, batchSize, learningRate, seed] { set?(&result) }
        return result
    }
}

extension Option {
    /// A flag for a hyperparameter: all that is told of it follows from its declaration.
    fileprivate init(
        _ hyperparameter: Hyperparameter<Hyperparameters>
    ) where Value == HyperparameterFlags.Setting? {
        let words = hyperparameter.name.split(separator: "_")
        let standard = hyperparameter.text(Hyperparameters())
        self.init(
            name: .customLong(words.joined(separator: "-")), parsing: .unconditional,
            help: ArgumentHelp(
                "\(hyperparameter.explanation) (default: \(standard))",
                valueName: hyperparameter.valueName)
        ) { text in
            do {
                return try hyperparameter.parse(text)
            } catch let error as HyperparameterError {
                throw ValidationError(error.description)
            }
        }
    }
}
