import ArgumentParser
import GAN

/// What training begins with, and what it leaves to go on from.
struct CheckpointFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes from one checkpoint to the next, beside those at the start and at the end; 0 for "
                + "none at all. (default: 100; 1000 for others)",
            valueName: "n"),
        transform: NumberFlag.countOrNone)
    var checkpointEvery: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds after which there is one even so, within a pass, too; 0 for no such. "
                + "(default: 30)",
            valueName: "x"),
        transform: NumberFlag.seconds)
    var checkpointSeconds = 30.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Checkpoints that stay in the run's folder, 20 to 50 MB each: the latest. (default: 5)",
            valueName: "n"),
        transform: NumberFlag.count)
    var maxToKeep = 5

    @Option(
        help: ArgumentHelp(
            "Begin a new run with the variables of this checkpoint, at its step but with a warm-up "
                + "and passes of its own; or with the latest in a folder; TensorFlow's too.",
            valueName: "checkpoint"))
    var restore: String?

    @Flag(help: "Let --restore leave variables new that the checkpoint lacks or has otherwise.")
    var partial = false

    @Flag(help: "Let --partial take a checkpoint that has less than half of the variables, too.")
    var partialFew = false

    @Flag(
        help: """
            Go on with the run that --run names, or with the one saved last, from its newest whole \
            checkpoint; with its hyperparameters, but for those given here.
            """)
    var resume = false

    @Option(
        help: ArgumentHelp(
            "As --resume, but from this checkpoint of the run; what was logged after it is replaced.",
            valueName: "checkpoint"))
    var resumeFrom: String?

    /// Whether a run is gone on with.
    var isResuming: Bool { resume || resumeFrom != nil }

    func validate() throws {
        if isResuming, restore != nil {
            throw ValidationError(
                "--restore begins a new run and --resume goes on with one: give one of them")
        }
        if partial, restore == nil {
            throw ValidationError("--partial says how --restore takes a checkpoint: give both")
        }
        if partialFew, !partial {
            throw ValidationError("--partial-few says how far --partial goes: give both")
        }
    }

    /// The run that is gone on with, in its folder. Newer checkpoints that are not taken are told of
    /// at once: whatever keeps the run from going on may be because of them.
    func savedRun<R: Recipe>(
        in folder: RunFolder, of recipe: R.Type
    ) throws -> SavedRun<R> {
        if let resumeFrom {
            return try SavedRun<R>(checkpoint: folder.checkpoint(named: resumeFrom))
        }
        do {
            let saved = try SavedRun<R>(folder: folder.path)
            Self.tell(of: saved.passedOver)
            return saved
        } catch TrainingError.noCheckpoint {
            throw folder.withoutCheckpoint
        } catch {
            throw CommandError("\(error); begin the run anew \(folder.wayToBeginAnew)")
        }
    }

    /// What training begins with.
    func start<R: Recipe>(_ saved: SavedRun<R>?) throws -> TrainingOptions<R>.Start {
        if let saved { return .resumed(saved) }
        guard let restore else { return .fresh }
        let checkpoint = try NamedCheckpoint(at: RunFolder.saved(at: restore))
        Self.tell(of: checkpoint.passedOver)
        return .restored(
            prefix: checkpoint.prefix,
            minimumShare: partialFew ? 0 : partial ? 0.5 : nil)
    }

    private static func tell(of passedOver: [String]) {
        for cause in passedOver { System.print("not taken: \(cause.printable)\n") }
    }
}
