internal import Checkpoints

/// A run as one of its checkpoints has it, ready to be resumed.
public struct SavedRun<R: Recipe>: Sendable {
    /// The prefix of the checkpoint's files.
    public let checkpoint: String
    /// Why newer checkpoints of the run are not taken, the newest first, each in a line.
    public let passedOver: [String]
    /// Where the run stands in it.
    public let place: RunPlace
    let state: RunState<R>

    /// Reads the newest checkpoint in a run's folder that is whole, as far as it tells of the loop.
    ///
    /// - Throws: `CheckpointError` where the folder cannot be read;
    ///   `NewestCheckpoint.NoneIsWhole`; ``TrainingError/noCheckpoint(folder:)`` and
    ///   ``TrainingError/notResumable(_:)``.
    public init(folder: String) throws {
        var found: (state: RunState<R>, place: RunPlace)?
        let newest = try NewestCheckpoint(in: folder) {
            let state = try RunState<R>($0)
            found = (state, RunPlace(state, of: $0))
        }
        guard let newest, let (state, place) = found else {
            throw TrainingError.noCheckpoint(folder: folder)
        }
        checkpoint = newest.prefix
        passedOver = newest.causes
        (self.state, self.place) = (state, place)
    }

    /// Reads a checkpoint, as far as it tells of the loop.
    ///
    /// - Parameter prefix: The path of its files without their endings.
    /// - Throws: `CheckpointError` where it cannot be read or is damaged;
    ///   ``TrainingError/notResumable(_:)``.
    public init(checkpoint prefix: String) throws {
        let checkpoint = try Checkpoint(opening: prefix)
        state = try RunState(checkpoint)
        place = RunPlace(state, of: checkpoint)
        try checkpoint.verify()
        self.checkpoint = prefix
        passedOver = []
    }

    /// What the run was trained with.
    public var hyperparameters: R.Hyperparameters { state.hyperparameters }
    /// The parts that a step's batch is cut into.
    public var shards: Int { state.shards }
    /// Passes done.
    public var passes: Int { state.loop.passes }
}

extension NamedRecipe {
    /// The recipe of a checkpoint's run, or `nil` for the article's, and for variables alone.
    ///
    /// - Parameter prefix: The path of its files without their endings.
    public init?(ofCheckpoint prefix: String) {
        guard let checkpoint = try? Checkpoint(opening: prefix),
            let state = try? RunState<DataRecipe>(checkpoint)
        else { return nil }
        self = state.hyperparameters.recipe
    }
}

extension NewestCheckpoint {
    /// Why newer checkpoints are not taken, each in a line.
    var causes: [String] {
        passedOver.map { ($0 as? CheckpointError)?.cause ?? "\($0)" }
    }
}
