internal import Checkpoints
public import Datasets
internal import TensorBoard
internal import TensorGraph

/// What a training run is made of, beside its data.
public struct TrainingOptions: Sendable {
    /// The article's numbers.
    public var hyperparameters: Hyperparameters
    /// Of the initial weights and of the noise; the article's script takes the same one.
    public var seed: UInt32
    /// How many threads a step may use, at least 1.
    public var threads: Int
    /// The folder of the event file and the checkpoints, which is made when it does not exist.
    public var runFolder: String
    /// Passes between two checkpoints, at least 1; there is one at the end, too. `nil` for none at
    /// all.
    public var checkpointEvery: Int?
    /// What to begin with.
    public var start = Start.fresh

    /// What training begins with.
    public enum Start: Sendable {
        /// New weights, by the seed.
        case fresh
        /// The variables of the checkpoint with this prefix, of ours or of TensorFlow's; otherwise
        /// as a fresh run.
        case restored(prefix: String)
        /// All of the latest checkpoint in the run's folder: the variables, the passes done and the
        /// noise.
        case resumed
    }

    /// Options for a run that begins anew unless `start` says otherwise.
    public init(
        hyperparameters: Hyperparameters, seed: UInt32, threads: Int, runFolder: String,
        checkpointEvery: Int? = nil, start: Start = .fresh
    ) {
        self.hyperparameters = hyperparameters
        self.seed = seed
        self.threads = threads
        self.runFolder = runFolder
        self.checkpointEvery = checkpointEvery
        self.start = start
    }
}

/// One pass of the main loop.
public struct PassReport: Sendable {
    /// Passes done, from 1.
    public var time: Int
    /// The losses at the end of the pass.
    public var discriminatorLoss, generatorLoss: Float
    /// Training steps done since the start.
    public var discriminatorSteps, generatorSteps: Int
}

/// What training has to say while it runs.
public enum TrainingEvent: Sendable {
    /// The discriminator is trained alone, before the first pass.
    case warmUp(discriminatorSteps: Int, loss: Float)
    case pass(PassReport)
}

/// How training ended.
public struct TrainingResult: Sendable {
    /// Passes done, with those before a resumption; fewer than asked for when it was stopped.
    public var passes: Int
    /// Training steps done.
    public var discriminatorSteps, generatorSteps: Int
    /// The share of the training batch's images, real and made, that the discriminator judges
    /// rightly at the end.
    public var accuracy: Float
    /// The prefix of the last checkpoint; `nil` when there is none.
    public var checkpoint: String?
}

/// Why training stopped by itself.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
    /// A loss became NaN or infinite, at that step of its network.
    case lossNotFinite(which: String, step: Int)
    /// There is no checkpoint in the folder to resume from.
    case noCheckpoint(folder: String)
    /// The checkpoint holds variables alone.
    case notResumable(String)
    /// The checkpoint's noise is of another batch size than is asked for.
    case otherBatchSize(saved: Int, asked: Int)

    /// What happened and what to do, in one line.
    public var description: String {
        switch self {
        case .lossNotFinite(let which, let step):
            "\(which) is no number any more after step \(step): try a smaller --learning-rate"
        case .noCheckpoint(let folder):
            "\(folder) has no checkpoint to resume from: name the run that has one with --run"
        case .notResumable(let prefix):
            "\(prefix) holds variables, but not where the training loop stood: start a new run from it with --restore"
        case .otherBatchSize(let saved, let asked):
            "the run was trained with batches of \(saved), not \(asked): resume it with --batch-size \(saved)"
        }
    }
}

/// Trains as the article's loop does, and writes its event file.
///
/// - Parameters:
///   - data: at least `batchSize` images to train on and to validate with.
///   - shouldStop: asked after each pass, and after each step before the first one; training ends
///     when it says yes.
///   - report: called after each pass, and after each step before the first one.
/// - Throws: ``TrainingError``; an error of the writer when the log cannot be written.
public func train(
    _ options: TrainingOptions, data: MNIST, shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in }
) throws -> TrainingResult {
    var training = try Training(options, data: data)
    do {
        try training.run(shouldStop: shouldStop, report: report)
        try training.save()
    } catch {
        try? training.writer.close()
        throw error
    }
    try training.writer.close()
    return try training.result()
}

/// The article's loop, with its session and its writer.
private struct Training {
    private let hyperparameters: Hyperparameters
    private let program: Program
    private let session: Session
    let writer: SummaryWriter
    /// The first batch, with noise that stays the same throughout.
    private let feed: [Tensor: Value]
    /// Images that are not trained on, with the same noise: what summaries show.
    private let validationFeed: [Tensor: Value]
    private var loop: LoopState
    private let saver: CheckpointSaver?
    private let checkpointEvery: Int
    private var discriminatorSteps: Int
    private var generatorSteps: Int
    private var checkpoint: String?
    /// What the last checkpoint holds.
    private var savedLoop: LoopState?
    private var savedSteps: Int?

    init(_ options: TrainingOptions, data: MNIST) throws {
        hyperparameters = options.hyperparameters
        let size = hyperparameters.batchSize
        program = Program(hyperparameters, seed: UInt64(options.seed))
        session = Session(graph: program.network.tf, threads: options.threads)
        try session.run(program.initializer)

        var noise = Noise(seed: options.seed)
        let numbers = noise.uniform(size * Sizes.generatorInput)
        loop = LoopState(noise: Value(numbers, shape: [size, Sizes.generatorInput]))
        switch options.start {
        case .fresh: break
        case .restored(let prefix):
            try session.restore(Checkpoint(opening: prefix))
        case .resumed:
            guard let prefix = try latestCheckpoint(in: options.runFolder) else {
                throw TrainingError.noCheckpoint(folder: options.runFolder)
            }
            let saved = try Checkpoint(opening: prefix)
            try session.restore(saved)
            loop = try LoopState(saved)
            guard loop.noise.shape[0] == size else {
                throw TrainingError.otherBatchSize(saved: loop.noise.shape[0], asked: size)
            }
        }
        discriminatorSteps = try session.value(of: program.discriminatorIndex).int ?? 0
        generatorSteps = try session.value(of: program.generatorIndex).int ?? 0

        var writing = SummaryWriter.Options()
        if loop.passes > 0 { writing.initialStep = Int64(generatorSteps) + 1 }
        writer = try SummaryWriter(logdir: options.runFolder, options: writing)
        try writer.addGraph(program.network.tf.definition)
        saver = try options.checkpointEvery.map { _ in
            try CheckpointSaver(folder: options.runFolder)
        }
        checkpointEvery = options.checkpointEvery ?? 1

        func images(_ examples: Examples) -> Value {
            Value(examples.pixels(0..<size), shape: [size, MNIST.pixelCount])
        }
        feed = [program.inputX: images(data.train), program.inputZ: loop.noise]
        validationFeed = [program.inputX: images(data.validation), program.inputZ: loop.noise]
    }

    mutating func run(shouldStop: () -> Bool, report: (TrainingEvent) -> Void) throws {
        while !loop.isWarmedUp {
            let discriminatorLoss = try trainDiscriminator()
            loop.isWarmedUp = discriminatorLoss <= 0.001
            report(.warmUp(discriminatorSteps: discriminatorSteps, loss: discriminatorLoss))
            if shouldStop() { return }
        }

        for time in loop.passes..<max(loop.passes, hyperparameters.trainTimes) {
            _ = try trainDiscriminator()

            var generatorLoss: Float = 0
            for _ in 0..<(7 + 5 * (time / 500)) {
                generatorLoss = try trainGenerator()
            }
            var lastLoss: Float = 99
            var overTime = 0
            while generatorLoss > 1, overTime < 10 {
                if lastLoss < generatorLoss { overTime += 1 }
                lastLoss = generatorLoss
                generatorLoss = try trainGenerator()
            }

            if time % hyperparameters.trainStep == 0 { try writeSummary() }
            loop.passes = time + 1
            report(
                .pass(
                    PassReport(
                        time: loop.passes,
                        discriminatorLoss: try loss(program.discriminatorLoss),
                        generatorLoss: try loss(program.generatorLoss),
                        discriminatorSteps: discriminatorSteps, generatorSteps: generatorSteps)))
            if loop.passes % checkpointEvery == 0 { try save() }
            if shouldStop() { return }
        }
    }

    /// Saves a checkpoint, unless this very state is saved already.
    mutating func save() throws {
        guard let saver, loop != savedLoop || discriminatorSteps != savedSteps else { return }
        checkpoint = try saver.save(
            session.checkpointTensors() + loop.tensors, globalStep: generatorSteps)
        (savedLoop, savedSteps) = (loop, discriminatorSteps)
    }

    /// One step of the discriminator; returns its loss after it.
    private mutating func trainDiscriminator() throws -> Float {
        try session.run(program.discriminatorTrain, feed: feed)
        discriminatorSteps += 1
        let loss = try loss(program.discriminatorLoss)
        guard loss.isFinite else {
            throw TrainingError.lossNotFinite(which: "discriminator_loss", step: discriminatorSteps)
        }
        return loss
    }

    /// One step of the generator; returns its loss after it.
    private mutating func trainGenerator() throws -> Float {
        try session.run(program.generatorTrain, feed: feed)
        generatorSteps += 1
        let loss = try loss(program.generatorLoss)
        guard loss.isFinite else {
            throw TrainingError.lossNotFinite(which: "generator_loss", step: generatorSteps)
        }
        return loss
    }

    private func loss(_ tensor: Tensor) throws -> Float {
        try session.run(tensor, feed: feed).scalar
    }

    /// What the article logs, and the images once more as a grid, at the generator's step.
    private func writeSummary() throws {
        let summary = try session.run(program.summary, feed: validationFeed)
        let step = try session.run(program.generatorIndex).int ?? generatorSteps
        try writer.add(summary.addingGrid(of: "G_z_image", as: "G_z_grid"), step: Int64(step))
    }

    func result() throws -> TrainingResult {
        TrainingResult(
            passes: loop.passes, discriminatorSteps: discriminatorSteps,
            generatorSteps: generatorSteps,
            accuracy: try session.run(program.accuracy, feed: feed).scalar, checkpoint: checkpoint)
    }
}
