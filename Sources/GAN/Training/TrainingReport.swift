public import TensorGraph

/// One pass of the main loop.
public struct PassReport: Sendable {
    /// Passes done, from 1.
    public var time: Int
    /// The losses at the end of the pass, of the images that are trained on.
    public var discriminatorLoss, generatorLoss: Float
    /// Training steps done since the start.
    public var discriminatorSteps, generatorSteps: Int
}

/// What training has to say while it runs.
public enum TrainingEvent: Sendable {
    /// A new run has a checkpoint's variables, but for the ones in `left`, which it lacks.
    case restored(prefix: String, left: [String])
    /// A run goes on from one of its checkpoints.
    case resumed(ResumeReport)
    /// Training begins, with so many passes and steps of the generator done.
    case begins(passes: Int, generatorSteps: Int)
    /// The discriminator is trained alone, before the first pass.
    case warmUp(discriminatorSteps: Int, loss: Float)
    /// A step of the generator within the pass of number `time`, from 1, that has taken `steps` of
    /// them so far; with its loss after the step.
    case step(time: Int, steps: Int, loss: Float)
    case pass(PassReport)
    /// Samples were judged.
    case judged(QualityReport)
}

/// Where a run goes on.
public struct ResumeReport: Sendable, Equatable {
    /// The prefix of the checkpoint's files.
    public var prefix: String
    /// Where it was saved.
    public var place: RunPlace
}

/// How training ended.
public struct TrainingResult: Sendable {
    /// Why it ended.
    public enum End: Sendable, Equatable {
        /// All passes are done.
        case done
        /// The time is up that it was given.
        case timeIsUp
        /// It was asked to stop.
        case stopped
        /// So many passes are done that it was to pause after.
        case paused
        /// A loss stands still, and the loop would wait for it for ever.
        case stalled(Stall)
        /// The generator has collapsed, and training was to end then.
        case collapsed(CollapseWarning)
    }

    /// Why it ended.
    public var end: End
    /// Where the loop stands.
    public var place: RunPlace
    /// Passes done, with those before a resumption; fewer than asked for when it was stopped.
    public var passes: Int
    /// The passes of those that this training did.
    public var newPasses: Int
    /// Training steps done.
    public var discriminatorSteps, generatorSteps: Int
    /// The share of the training batch's images, real and made, that the discriminator judges
    /// rightly at the end, in 0...1.
    public var accuracy: Float
    /// The prefix of the last checkpoint; `nil` when there is none.
    public var checkpoint: String?
    /// How good the samples are, as they were judged last; `nil` where they were not.
    public var quality: QualityReport?
    /// The prefix of the checkpoint whose samples were best; `nil` when there is none.
    public var bestCheckpoint: String?
    /// Whether the step to be measured was reached; `nil` when none was asked for.
    public var isProfiled: Bool?
    /// What sums over processes have cost this one; `nil` where it trained alone.
    public var traffic: Traffic?
}

/// Why training does not start, or stopped by itself.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// A loss became NaN or infinite, at that step of its network.
    case lossNotFinite(which: String, step: Int)
    /// There is no checkpoint in the folder.
    case noCheckpoint(folder: String)
    /// The checkpoint holds variables alone.
    case notResumable(String)
    /// The checkpoint's noise is of another batch size than is asked for.
    case otherBatchSize(saved: Int, asked: Int)
    /// The checkpoint's run cuts its batches into another number of shards than is asked for.
    case otherShards(saved: Int, asked: Int)
    /// A batch cannot be cut into so many shards, or those not be divided among so many processes; why,
    /// and what to do.
    case cannotDivide(String)
    /// The checkpoint's run was trained on other images.
    case otherImages(String)

    /// What happened and what to do, in one line.
    public var description: String {
        switch self {
        case .lossNotFinite(let which, let step):
            "\(which) is no number any more after step \(step): try a smaller --learning-rate"
        case .noCheckpoint(let folder):
            "\(folder) has no checkpoint: name a run's folder that has one"
        case .notResumable(let prefix):
            "\(prefix) holds variables, but not where the training loop stood: start a new run from it with --restore"
        case .otherBatchSize(let saved, let asked):
            "the run was trained with batches of \(saved), not \(asked): resume it without --batch-size"
        case .otherShards(let saved, let asked):
            "the run was trained with --shards \(saved), not \(asked): resume it without --shards"
        case .cannotDivide(let reason): reason
        case .otherImages(let prefix):
            "\(prefix) belongs to a run on other images: give the same ones by --data, or start a new run from it with --restore"
        }
    }
}
