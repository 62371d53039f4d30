/// How long training can be.
public enum TrainingLimit {
    /// More passes than anybody waits for: so many are asked for where something else is to end them.
    public static let passes = 1_000_000_000
}

/// What a training run is made of, beside its data.
public struct TrainingOptions<R: Recipe>: Sendable {
    /// What the run is started with.
    public var hyperparameters: R.Hyperparameters
    /// How many threads a step uses, at least 1; `nil` for as many of the processors as the first
    /// steps find fastest.
    public var threads: Int?
    /// The parts that a step's batch is cut into, each with its own statistics of batch normalization: a
    /// power of two, divided among the processes that train.
    public var shards = 1
    /// The folder of the event file and the checkpoints, which is made when it does not exist.
    public var runFolder: String
    /// Passes between two checkpoints, at least 1; there is one at the start and one at the end, too.
    /// `nil` for none at all.
    public var checkpointEvery: Int?
    /// Seconds after which there is a checkpoint even within a pass, above 0; `nil` for none but
    /// those of the passes.
    public var checkpointSeconds: Double?
    /// Seconds after which training ends, above 0, as if all passes were done; `nil` for none.
    public var timeLimit: Double?
    /// How many checkpoints stay in the folder, at least 1: the latest ones.
    public var checkpointsToKeep = 5
    /// What to begin with.
    public var start = Start.fresh
    /// The generator's step that is measured node by node for TensorBoard's Graphs tab, if any.
    public var profileStep: Int?

    /// What training begins with.
    public enum Start: Sendable {
        /// New weights, by the seed.
        case fresh
        /// The variables of the checkpoint with this prefix, of ours or of TensorFlow's; otherwise
        /// as a fresh run. With a `minimumShare`, those that it lacks, or has in another shape, are
        /// new, as long as it has so much of them, from 0 to 1.
        case restored(prefix: String, minimumShare: Double?)
        /// All that a run's checkpoint holds: the variables, the passes done and the noise.
        case resumed(SavedRun<R>)

        /// The prefix of the checkpoint that a run is resumed from.
        var resumed: String? {
            if case .resumed(let run) = self { run.checkpoint } else { nil }
        }
    }

    /// The passes after which training pauses, as if it were stopped then, but for a last look at the
    /// samples; `nil` for no such.
    public var pauseAfter: Int?
    /// Whether the log has the losses and the distance of samples alone: no images, histograms or
    /// graph.
    public var logsFewTags = false

    /// Called once when everything that training begins with has been read, before anything is
    /// written: what is in the way can be removed by it.
    public var beforeWriting: (@Sendable () throws -> Void)?
    /// Whether training goes on when a loss stands still: for ever, perhaps.
    public var ignoresStalls = false

    /// How samples are judged while training goes on; `nil` for not at all.
    public var quality: QualityOptions?

    /// What the log says of the run, in Markdown.
    public var about = ""
    /// Whether the run's folder is that of all runs.
    public var isInLogFolder = false
    /// Whether the generator's images are logged as a video, too, at the end.
    public var logsVideo = false

    /// Whether the number of passes ends training, and not the time limit alone.
    public var hasPassLimit: Bool {
        timeLimit == nil || hyperparameters.trainTimes < TrainingLimit.passes
    }

    /// Options for a run that begins anew unless `start` says otherwise.
    public init(
        hyperparameters: R.Hyperparameters, threads: Int?, runFolder: String,
        checkpointEvery: Int? = nil, start: Start = .fresh
    ) {
        self.hyperparameters = hyperparameters
        self.threads = threads
        self.runFolder = runFolder
        self.checkpointEvery = checkpointEvery
        self.start = start
    }
}
