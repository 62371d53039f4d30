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
            "Parts that each batch is cut into, a power of two, with their own batch statistics: "
                + "tools/gan-mpi divides them among processes, whose number changes nothing. "
                + "(default: 1, or as many as processes)",
            valueName: "n"),
        transform: NumberFlag.shards)
    var shards: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Log each node's time and memory at this step of the generator, for the Graphs tab.",
            valueName: "n"),
        transform: NumberFlag.count)
    var profileStep: Int?

    @Flag(help: "Train on when a loss stands still, as the article would: perhaps for ever.")
    var ignoreStalls = false

    @Flag(
        help: """
            Log the losses and the samples' distance alone, as many runs side by side need them: no \
            images, histograms or graph.
            """)
    var fewTags = false

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
        guard let processes = try Processes.join() else { return try trainAsFirst(nil) }
        try processes.run {
            if processes.isFirst {
                try trainAsFirst(processes)
            } else {
                try trainAsOther(processes)
            }
        }
    }

    /// Trains, alone or as the first of several processes, and sees to it that a log on an object store
    /// comes to be there.
    private func trainAsFirst(_ processes: Processes?) throws {
        let overwritten = overwrite ? runName : nil
        guard let remote = try RemoteLog(address: logdir, overwriting: overwritten) else {
            return try train(processes)
        }
        var local = self
        local.logdir = remote.address.folder
        let outcome = Result { try local.train(processes, at: remote.address) }
        do {
            try remote.finish()
            System.print("all of the log is in \(logdir)\n")
        } catch {
            // What became of the training comes last, with its own exit code.
            guard case .failure = outcome else { throw error }
            _ = GANCommand.tell(error)
        }
        try outcome.get()
    }

    /// - Parameter address: Where the log folder's files are brought, if they are.
    private func train(_ processes: Processes?, at address: RemoteAddress? = nil) throws {
        let resumed =
            checkpointFlags.isResuming
            ? try RunFolder(
                resuming: runName, from: checkpointFlags.resumeFrom, in: logdir, at: address) : nil
        switch try recipe(of: resumed) {
        case .article: try run(Article.self, resumed, processes, at: address)
        case .named: try run(DataRecipe.self, resumed, processes, at: address)
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
    private func run<R: TrainedRecipe>(
        _ recipe: R.Type, _ resumed: RunFolder?, _ processes: Processes?, at address: RemoteAddress?
    ) throws {
        let saved = try resumed.map { try checkpointFlags.savedRun(in: $0, of: recipe) }
        var training = try prepared(
            recipe, saved: saved, images: images(keeping:), processes: processes)
        if let saved, saved.passes >= training.options.hyperparameters.trainTimes {
            throw ValidationError(
                "\(saved.checkpoint) stands \(saved.place) already; say by --train-times how many "
                    + "passes the run shall have in all")
        }
        if let processes {
            let options = training.options
            try processes.tell(Assignment<R>(options.hyperparameters, shards: options.shards))
            _ = try processes.agree { training.data }
        }
        let folder =
            try resumed
            ?? RunFolder(logFolder: logdir, name: runName, overwriting: overwrite, at: address)
        training.place(in: folder)
        if overwrite { try training.overwrite(folder) }
        let run = TrainingRun(
            options: training.options, data: training.data, processes: processes, folder: folder,
            images: training.images, live: !noProgress, opens: open)
        try run.run()
    }

    /// All that is trained with, but for the run's folder: whatever can be wrong with it is told here,
    /// before anything is written.
    ///
    /// - Parameters:
    ///   - images: Reads the images, of which as many are kept for validation as it is given.
    ///   - processes: Those that train the run together.
    ///   - judgeEvery: Seconds between judgements where the command line tells none.
    ///   - words: The command line, as the log has it.
    func prepared<R: TrainedRecipe>(
        _ recipe: R.Type, saved: SavedRun<R>?, images: (Int) throws -> MNIST,
        processes: Processes? = nil, judgeEvery: Double = R.judgeEvery,
        words: [String] = System.arguments
    ) throws -> PreparedTraining<R> {
        let start = try checkpointFlags.start(saved)
        let examples = try images(R.validationCount)
        let hyperparameters = try R.hyperparameters(
            hyperparameterFlags, saved: saved, examples, folder: data)
        let processCount = processes?.communicator.count ?? 1
        let shards = shards ?? saved?.shards ?? processCount
        if let misfit = Team.misfit(
            shards: shards, batchSize: hyperparameters.batchSize, processes: processCount)
        {
            throw ValidationError(misfit)
        }
        var options = TrainingOptions<R>(
            hyperparameters: hyperparameters, threads: threads ?? processes?.threadCount,
            runFolder: "", start: start)
        options.shards = shards
        options.quality = try qualityFlags.options(
            standard: judgeEvery, isBuiltInData: data == nil)
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
        let shown = R.images(hyperparameters, examples, folder: data)
        options.about = about(R.about(hyperparameters, images: shown), words)
        options.logsVideo = video
        options.logsFewTags = fewTags
        return PreparedTraining(options: options, data: examples, images: shown)
    }

    /// Trains as the first process says.
    private func trainAsOther(_ processes: Processes) throws {
        let (kind, message) = try processes.told()
        if kind == Article.kind {
            try train(Assignment<Article>(message), processes)
        } else {
            try train(Assignment<DataRecipe>(message), processes)
        }
    }

    private func train<R: TrainedRecipe>(
        _ assignment: Assignment<R>, _ processes: Processes
    ) throws {
        StopSignal.watch()
        guard let examples = try processes.agree(on: { try images(keeping: R.validationCount) })
        else { throw CommunicationError.toldElsewhere }
        var options = TrainingOptions<R>(
            hyperparameters: assignment.hyperparameters,
            threads: threads ?? processes.threadCount, runFolder: "")
        options.shards = assignment.shards
        options.ignoresStalls = ignoreStalls
        let result = try GAN.train(
            options, data: examples, communicator: processes.communicator
        ) {
            StopSignal.exitCode != nil
        }
        try processes.end()
        if result.end == .stopped, let code = StopSignal.exitCode { throw ExitCode(code) }
    }

    /// The images of --data, or those built in.
    ///
    /// - Parameter validationCount: how many are kept to validate with.
    func images(keeping validationCount: Int) throws -> MNIST {
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
    private func about(_ recipe: String, _ words: [String]) -> String {
        let words = ["gan"] + words.map(\.quotedForShell)
        return """
                \(words.joined(separator: " "))

            GANBoard \(GANCommand.version). \(recipe)
            """
    }
}

/// A training that lacks nothing but its folder.
struct PreparedTraining<R: TrainedRecipe> {
    var options: TrainingOptions<R>
    let data: MNIST
    /// Which images it sees, in words.
    let images: String

    /// Gives it its folder.
    mutating func place(in folder: RunFolder) {
        options.runFolder = folder.path
        options.isInLogFolder = folder.name == "."
    }

    /// Lets it begin anew the run that is in its folder.
    ///
    /// - Throws: `CommandError` where it is to begin with what is removed.
    mutating func overwrite(_ folder: RunFolder) throws {
        if case .restored(let prefix, _) = options.start, folder.contains(checkpoint: prefix) {
            throw CommandError(
                "\(prefix) is a checkpoint of the run that --overwrite removes: choose another "
                    + "name by --run")
        }
        options.beforeWriting = folder.removeRun
    }
}
