import ArgumentParser
import GAN

/// What training begins with, and what it leaves to go on from.
struct CheckpointFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Passes from one checkpoint to the next, beside the one at the end; 0 for none at all. "
                + "(default: 100)",
            valueName: "n"),
        transform: NumberFlag.countOrNone)
    var checkpointEvery = 100

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Checkpoints that stay in the run's folder: the latest. (default: 5)", valueName: "n"),
        transform: NumberFlag.count)
    var maxToKeep = 5

    @Option(
        help: ArgumentHelp(
            "Begin a new run with the variables of this checkpoint, or the latest in a folder; "
                + "TensorFlow's too.",
            valueName: "checkpoint"))
    var restore: String?

    @Flag(help: "Let --restore leave variables new that the checkpoint lacks or has otherwise.")
    var partial = false

    @Flag(help: "Let --partial take a checkpoint that has less than half of the variables, too.")
    var partialFew = false

    @Flag(
        help: """
            Go on with the run that --run names, or with the one saved last, from its latest \
            checkpoint; with its hyperparameters, but for those given here.
            """)
    var resume = false

    func validate() throws {
        if resume, restore != nil {
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

    /// What training begins with.
    func start(_ saved: SavedRun?) throws -> TrainingOptions.Start {
        if let saved { return .resumed(saved) }
        guard let restore else { return .fresh }
        return .restored(
            prefix: try checkpointPrefix(at: restore),
            minimumShare: partialFew ? 0 : partial ? 0.5 : nil)
    }
}
