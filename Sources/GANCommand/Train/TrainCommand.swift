import ArgumentParser
import Datasets
import GAN
import TensorGraph

/// `gan train`.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a GAN, the article's or another one, and log it for TensorBoard.",
        usage: "gan train [<options>]",
        discussion: """
            A step trains one of the two networks. By the article's recipe the discriminator first trains \
            alone, the warm-up, until its loss is at most 0.001. Then each pass takes one step with it \
            and several with the generator. Every step sees the same ten images and the same ten \
            vectors of noise, as the article's do: whatever --data has, the first ten after 5000 of \
            validation.

            By other recipes, such as --recipe dcgan, a pass takes a step with each network, or some \
            with the discriminator; on all images, shuffled, with fresh noise. Samples are of an \
            average of the generator's weights.

            Ctrl-C ends after the step under way, with a checkpoint and a whole log, and --resume goes \
            on from there; a second Ctrl-C ends at once. SIGTERM does the same, and SIGHUP, when a \
            connection is lost. After kill -9 --resume goes on from the last checkpoint.

            Exit codes: 0 all passes are done, or the time is up; 1 something failed; 3 a loss stands \
            still, so that the warm-up or a pass would never end, or with --stop-when-collapsed the \
            generator has collapsed (with a checkpoint and a whole log); 64 a flag makes no \
            sense; 129, 130, 141, 143 ended by SIGHUP, Ctrl-C, a closed pipe, SIGTERM.
            """)

    /// The exit code where a loss stands still.
    static let stalledExitCode: Int32 = 3

    @Option(
        help: ArgumentHelp(
            "The folder of all runs; or s3://bucket/path, where gan-s3 brings what is then logged in "
                + "log-s3/bucket/path.", valueName: "folder"))
    var logdir = "log"

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp(
            "This run's folder in it; . is the log folder itself. (default: date and time)",
            valueName: "name"))
    var runName: String?

    @Flag(
        help: """
            Begin the run that --run names anew: its log and its checkpoints are removed, and nothing \
            else in its folder.
            """)
    var overwrite = false

    @OptionGroup(title: "Hyperparameters") var hyperparameterFlags: HyperparameterFlags
    @OptionGroup(title: "Checkpoints") var checkpointFlags: CheckpointFlags
    @OptionGroup(title: "Quality") var qualityFlags: QualityFlags

    @Option(
        help: ArgumentHelp(
            "Take the images from this folder: MNIST's four files, or those of Fashion-MNIST, KMNIST "
                + "or EMNIST; or PNG images, a folder a class. (default: those built in, MNIST's "
                + "first 6000)",
            valueName: "folder"))
    var data: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads to compute with; the losses do not depend on it. (default: the fastest)",
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

    @Flag(help: "Train on when a loss stands still, as the article would: perhaps for ever.")
    var ignoreStalls = false

    @Flag(help: "Log the generator's images as a video, too, when training ends.")
    var video = false

    @Flag(
        help: """
            Start TensorBoard and print its address; it ends with the training, or where there is a \
            terminal, after it at Ctrl-C.
            """)
    var open = false

    @Flag(help: "Print a line for each pass, as is done where there is no terminal.")
    var noProgress = false

    func validate() throws {
        guard !logdir.isEmpty else { throw ValidationError("--logdir must name a folder") }
        if let runName { try RunFolder.validate(name: runName) }
        if checkpointFlags.isResuming, hyperparameterFlags.seed != nil {
            throw ValidationError(
                "--seed means nothing with --resume, which keeps the run's weights and noise")
        }
        if overwrite, checkpointFlags.isResuming {
            throw ValidationError(
                "--overwrite begins a run anew and --resume goes on with one: give one of them")
        }
        if overwrite, runName == nil {
            throw ValidationError("--overwrite begins a run anew: name it by --run")
        }
    }

    func run() throws {
        try InstructionSet.check()
        guard let remote = try RemoteLog(address: logdir) else { return try train() }
        var local = self
        local.logdir = remote.folder
        let outcome = Result { try local.train() }
        try remote.finish()
        System.print("all of the log is in \(logdir)\n")
        try outcome.get()
    }

    private func train() throws {
        let resumed =
            checkpointFlags.isResuming
            ? try RunFolder(resuming: runName, from: checkpointFlags.resumeFrom, in: logdir) : nil
        switch try recipe(of: resumed) {
        case .article: try run(Article.self, resumed)
        case .named: try run(DataRecipe.self, resumed)
        }
    }

    /// The recipe that is trained: the run's, where one is gone on with.
    private func recipe(of resumed: RunFolder?) throws -> RecipeName {
        let asked = hyperparameterFlags.recipe
        guard let resumed else { return asked ?? .article }
        let prefix =
            try checkpointFlags.resumeFrom.map { try resumed.checkpoint(named: $0) }
            ?? (try? NamedCheckpoint(at: resumed.path).prefix)
        let saved = prefix.flatMap { NamedRecipe(ofCheckpoint: $0) }.map { RecipeName.named($0) }
        let found = saved ?? .article
        if let asked, asked != found, prefix != nil {
            throw ValidationError(
                "\(resumed.path) is a run of the recipe \(found.name), not \(asked.name): resume it "
                    + "without --recipe, or begin a new run with another --run")
        }
        return found
    }

    /// Trains by a recipe.
    private func run<R: TrainedRecipe>(_ recipe: R.Type, _ resumed: RunFolder?) throws {
        let saved = try resumed.map { try checkpointFlags.savedRun(in: $0, of: recipe) }
        let start = try checkpointFlags.start(saved)
        let examples = try images(keeping: R.validationCount)
        let hyperparameters = try R.hyperparameters(
            hyperparameterFlags, saved: saved, examples, folder: data)
        if let saved, saved.passes >= hyperparameters.trainTimes {
            throw ValidationError(
                "\(saved.checkpoint) stands \(saved.place) already; say by --train-times how many "
                    + "passes the run shall have in all")
        }
        let quality = try qualityFlags.options(
            standard: R.judgeEvery, isBuiltInData: data == nil)
        let folder =
            try resumed ?? RunFolder(logFolder: logdir, name: runName, overwriting: overwrite)
        var options = TrainingOptions<R>(
            hyperparameters: hyperparameters, threads: threads,
            runFolder: folder.path, start: start)
        let checkpointEvery = checkpointFlags.checkpointEvery ?? R.checkpointEvery
        if checkpointEvery > 0 {
            options.checkpointEvery = checkpointEvery
            if checkpointFlags.checkpointSeconds > 0 {
                options.checkpointSeconds = checkpointFlags.checkpointSeconds
            }
        }
        options.checkpointsToKeep = checkpointFlags.maxToKeep
        options.timeLimit = hyperparameterFlags.timeLimit
        options.profileStep = profileStep
        options.ignoresStalls = ignoreStalls
        options.quality = quality
        let images = R.images(hyperparameters, examples, folder: data)
        options.about = about(R.about(hyperparameters, images: images))
        options.logsVideo = video
        options.isInLogFolder = folder.name == "."
        if overwrite {
            if case .restored(let prefix, _) = start, folder.contains(checkpoint: prefix) {
                throw CommandError(
                    "\(prefix) is a checkpoint of the run that --overwrite removes: choose another "
                        + "name by --run")
            }
            options.beforeWriting = folder.removeRun
        }
        let training = TrainingRun(
            options: options, data: examples, folder: folder, images: images, live: !noProgress,
            opens: open)
        try training.run()
    }

    /// The images of --data, or those built in.
    ///
    /// - Parameter validationCount: how many are kept to validate with.
    private func images(keeping validationCount: Int) throws -> MNIST {
        guard let data else { return try MNIST.sample }
        do {
            return try MNIST(folder: data, validationCount: validationCount)
        } catch {
            guard case .tooFewImages(let count, _) = error.problem, count > 1, validationCount > 0
            else { throw error }
            throw ValidationError(
                "\(error.path) holds \(count) images, of which the article's recipe keeps the first "
                    + "\(validationCount) for validation; --recipe dcgan trains on all of them")
        }
    }

    /// What the log says of the run, in Markdown.
    private func about(_ recipe: String) -> String {
        let words = ["gan"] + System.arguments.map(\.quotedForShell)
        return """
                \(words.joined(separator: " "))

            GANBoard \(GANCommand.version). \(recipe)
            """
    }
}
