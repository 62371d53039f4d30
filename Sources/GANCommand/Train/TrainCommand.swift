import ArgumentParser
import Datasets
import GAN

/// The hyperparameters where the command line says nothing else.
private let article = Hyperparameters()

/// `gan train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the article's GAN, and log it for TensorBoard.",
        usage: "gan train [<options>]",
        discussion: """
            The discriminator first trains alone, until its loss is at most 0.001. Then each pass takes \
            one step with it and several with the generator. Ctrl-C finishes the pass and ends; what was \
            logged until then is whole.
            """)

    @Option(help: ArgumentHelp("The folder of all runs.", valueName: "folder"))
    var logdir = "log"

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "This run's folder in it; . is the log folder itself. (default: date and time)",
            valueName: "name"))
    var runName: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes to train; the article takes 100000. (default: \(article.trainTimes))",
            valueName: "n"),
        transform: NumberFlag.count)
    var trainTimes = article.trainTimes

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes from one summary to the next. (default: \(article.trainStep))",
            valueName: "n"),
        transform: NumberFlag.count)
    var trainStep = article.trainStep

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Images in a step. (default: \(article.batchSize))", valueName: "n"),
        transform: NumberFlag.count)
    var batchSize = article.batchSize

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Adam's learning rate, for both networks. (default: \(article.learningRate))",
            valueName: "x"),
        transform: NumberFlag.rate)
    var learningRate = article.learningRate

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where random numbers start; the same seed gives the same losses. (default: 0)",
            valueName: "n"),
        transform: NumberFlag.seed)
    var seed: UInt32 = 0

    @Option(
        help: ArgumentHelp(
            "Train on the MNIST files in this folder. (default: 1000 images that are built in)",
            valueName: "folder"))
    var data: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads to compute with; the losses do not depend on it. (default: one per core)",
            valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads: Int?

    @Flag(help: "Print a line for each pass, as is done where there is no terminal.")
    var noProgress = false

    func validate() throws {
        guard !logdir.isEmpty else { throw ValidationError("--logdir must name a folder") }
        if let runName { try RunFolder.validate(name: runName) }
    }

    func run() throws {
        let examples = try data.map { try MNIST(folder: $0) } ?? MNIST.sample
        guard batchSize <= examples.train.count else {
            throw ValidationError(
                "--batch-size \(batchSize) is more than the \(examples.train.count) images to train "
                    + "on; make it smaller\(data == nil ? ", or give more images by --data" : "")")
        }
        guard batchSize <= examples.validation.count else {
            throw ValidationError(
                "--batch-size \(batchSize) is more than the \(examples.validation.count) images of "
                    + "validation, which feed the summaries; make it smaller")
        }
        let folder = try RunFolder(logFolder: logdir, name: runName)

        var hyperparameters = article
        hyperparameters.trainTimes = trainTimes
        hyperparameters.trainStep = trainStep
        hyperparameters.batchSize = batchSize
        hyperparameters.learningRate = learningRate
        let options = TrainingOptions(
            hyperparameters: hyperparameters, seed: seed,
            threads: threads ?? System.processorCount, runFolder: folder.path)
        try TrainingRun(options: options, data: examples, folder: folder, live: !noProgress).run()
    }
}
