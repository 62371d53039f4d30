import ArgumentParser
import Datasets
import GAN

/// `gan train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train the article's GAN, and log it for TensorBoard.",
        usage: "gan train [<options>]",
        discussion: """
            The discriminator first trains alone, until its loss is at most 0.001. Then each pass takes \
            one step with it and several with the generator. Ctrl-C finishes the pass, saves a \
            checkpoint and ends; what was logged until then is whole, and --resume goes on from there.
            """)

    @Option(help: ArgumentHelp("The folder of all runs.", valueName: "folder"))
    var logdir = "log"

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "This run's folder in it; . is the log folder itself. (default: date and time)",
            valueName: "name"))
    var runName: String?

    @OptionGroup(title: "Hyperparameters") var hyperparameterFlags: HyperparameterFlags
    @OptionGroup(title: "Checkpoints") var checkpointFlags: CheckpointFlags

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

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Log each node's time and memory at this step of the generator, for the Graphs tab.",
            valueName: "n"),
        transform: NumberFlag.count)
    var profileStep: Int?

    @Flag(help: "Log the generator's images as a video, too, when training ends.")
    var video = false

    @Flag(help: "Print a line for each pass, as is done where there is no terminal.")
    var noProgress = false

    func validate() throws {
        guard !logdir.isEmpty else { throw ValidationError("--logdir must name a folder") }
        if let runName { try RunFolder.validate(name: runName) }
        if checkpointFlags.resume, hyperparameterFlags.seed != nil {
            throw ValidationError(
                "--seed means nothing with --resume, which keeps the run's weights and noise")
        }
    }

    func run() throws {
        let resumed =
            checkpointFlags.resume ? try RunFolder(resuming: runName, in: logdir) : nil
        let saved = try resumed.map { try SavedRun(folder: $0.path) }
        let start = try checkpointFlags.start(saved)
        let hyperparameters = hyperparameterFlags.applied(to: saved?.hyperparameters)
        let examples = try data.map { try MNIST(folder: $0) } ?? MNIST.sample
        try check(hyperparameters, examples, saved)

        let folder = try resumed ?? RunFolder(logFolder: logdir, name: runName)
        var options = TrainingOptions(
            hyperparameters: hyperparameters, seed: saved?.seed ?? hyperparameterFlags.seed ?? 0,
            threads: threads ?? System.processorCount, runFolder: folder.path, start: start)
        if checkpointFlags.checkpointEvery > 0 {
            options.checkpointEvery = checkpointFlags.checkpointEvery
        }
        options.checkpointsToKeep = checkpointFlags.maxToKeep
        options.profileStep = profileStep
        options.about = about(data ?? "built in")
        options.logsVideo = video
        try TrainingRun(options: options, data: examples, folder: folder, live: !noProgress).run()
    }

    /// What the log says of the run, in Markdown.
    private func about(_ images: String) -> String {
        let words = ["gan"] + CommandLine.arguments.dropFirst().map(\.quotedForShell)
        return """
                \(words.joined(separator: " "))

            GANBoard \(GANCommand.version), images: \(images)
            """
    }

    /// Refuses what cannot be trained, before anything is written.
    private func check(
        _ hyperparameters: Hyperparameters, _ examples: MNIST, _ saved: SavedRun?
    ) throws {
        let batchSize = hyperparameters.batchSize
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
        if let saved, saved.passes >= hyperparameters.trainTimes {
            throw ValidationError(
                "\(saved.checkpoint) has done \(saved.passes) passes already; say by --train-times "
                    + "how many it shall have done in all")
        }
    }
}
