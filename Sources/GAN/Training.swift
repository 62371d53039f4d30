internal import Checkpoints
public import Datasets
internal import RecordIO
internal import TensorBoard
internal import TensorGraph

/// Trains as the article's loop does, and writes its event file.
///
/// - Parameters:
///   - data: at least `batchSize` images to train on and to validate with.
///   - shouldStop: asked after each pass, and after each step before the first one; training ends
///     when it says yes.
///   - report: called after each pass, and after each step before the first one.
/// - Throws: ``TrainingError``; `CheckpointError` when a checkpoint cannot be read or written; an
///   error of the writer when the log cannot be written.
public func train(
    _ options: TrainingOptions, data: MNIST, shouldStop: () -> Bool = { false },
    report: (TrainingEvent) -> Void = { _ in }
) throws -> TrainingResult {
    var training = try Training(options, data: data, report: report)
    do {
        try training.run(shouldStop: shouldStop, report: report)
        try training.writeProfile()
        try training.writeEnd(video: options.logsVideo)
        try training.save()
    } catch {
        try? training.writer.endHParams(status: .failure)
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
    private let discriminator: TrainingStep
    private let generator: TrainingStep
    /// Images that are not trained on, with the same noise: what summaries show.
    private let validationFeed: [Tensor: Value]
    private var loop: LoopState
    private let saver: CheckpointSaver?
    private let checkpointEvery: Int
    private var profile: StepProfile?
    /// Whether the log's last strip of images has the last ones.
    private var isStripLogged = true
    private var discriminatorSteps: Int
    private var generatorSteps: Int
    private var checkpoint: String?
    /// What the last checkpoint holds.
    private var savedLoop: LoopState?
    private var savedSteps: Int?

    /// Says at once what a checkpoint gave.
    init(
        _ options: TrainingOptions, data: MNIST, report: (TrainingEvent) -> Void
    ) throws {
        hyperparameters = options.hyperparameters
        let size = hyperparameters.batchSize
        program = Program(hyperparameters, seed: UInt64(options.seed))
        session = Session(graph: program.network.tf, threads: options.threads)
        try session.run(program.initializer)

        var noise = Noise(seed: options.seed)
        let numbers = noise.uniform(size * Sizes.generatorInput)
        loop = LoopState(
            noise: Value(numbers, shape: [size, Sizes.generatorInput]),
            hyperparameters: hyperparameters, seed: options.seed,
            imagesChecksum: data.train.checksum(0..<size))
        if let restored = try Self.restore(options.start, into: session, &loop) {
            report(restored)
        }
        discriminatorSteps = try session.value(of: program.discriminatorIndex).int ?? 0
        generatorSteps = try session.value(of: program.generatorIndex).int ?? 0

        var writing = SummaryWriter.Options()
        // What an interrupted run logged after the checkpoint is logged again.
        if case .resumed = options.start {
            writing.purgeStep = loop.passes > 0 ? Int64(generatorSteps) + 1 : 0
        }
        writer = try SummaryWriter(logdir: options.runFolder, options: writing)
        try writer.addGraph(program.network.tf.definition)
        try writer.addRun(options, step: generatorSteps)
        saver = try options.checkpointEvery.map { _ in
            try CheckpointSaver(folder: options.runFolder, maxToKeep: options.checkpointsToKeep)
        }
        checkpointEvery = options.checkpointEvery ?? 1
        profile = options.profileStep.map { StepProfile(step: $0) }

        func images(_ examples: Examples) -> Value {
            Value(examples.pixels(0..<size), shape: [size, MNIST.pixelCount])
        }
        feed = [program.inputX: images(data.train), program.inputZ: loop.noise]
        validationFeed = [program.inputX: images(data.validation), program.inputZ: loop.noise]
        discriminator = try TrainingStep(
            program.discriminatorTrain, program.discriminatorLoss, session, feed)
        generator = try TrainingStep(
            program.generatorTrain, program.generatorLoss, session, feed)
    }

    /// Takes from a checkpoint what training is to begin with.
    private static func restore(
        _ start: TrainingOptions.Start, into session: Session, _ loop: inout LoopState
    ) throws -> TrainingEvent? {
        let variables = session.graph.variables
        switch start {
        case .fresh:
            return nil
        case .restored(let prefix, let minimumShare):
            let checkpoint = try Checkpoint(opening: prefix)
            var left: [String] = []
            if let minimumShare {
                left = try session.restorePartially(
                    variables, from: checkpoint, minimumShare: minimumShare)
            } else {
                try session.restore(variables, from: checkpoint)
            }
            return .restored(prefix: prefix, passes: 0, left: left)
        case .resumed(let saved):
            let size = saved.loop.noise.shape[0]
            guard loop.noise.shape[0] == size else {
                throw TrainingError.otherBatchSize(saved: size, asked: loop.noise.shape[0])
            }
            guard loop.imagesChecksum == saved.loop.imagesChecksum else {
                throw TrainingError.otherImages(saved.checkpoint)
            }
            try session.restore(variables, from: Checkpoint(opening: saved.checkpoint))
            let hyperparameters = loop.hyperparameters
            loop = saved.loop
            loop.hyperparameters = hyperparameters
            return .restored(prefix: saved.checkpoint, passes: loop.passes, left: [])
        }
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
                        discriminatorLoss: try discriminator.loss(),
                        generatorLoss: try generator.loss(),
                        discriminatorSteps: discriminatorSteps, generatorSteps: generatorSteps)))
            if loop.passes % checkpointEvery == 0 { try save() }
            if shouldStop() { return }
        }
    }

    /// Saves a checkpoint, unless this very state is saved already.
    mutating func save() throws {
        guard let saver, loop != savedLoop || discriminatorSteps != savedSteps else { return }
        // A run that goes on from here logs nothing of these passes again.
        try writer.flush()
        checkpoint = try saver.save(
            session.checkpointTensors() + loop.tensors, globalStep: generatorSteps)
        (savedLoop, savedSteps) = (loop, discriminatorSteps)
    }

    /// One step of the discriminator; returns its loss after it.
    private mutating func trainDiscriminator() throws -> Float {
        let measured = profile?.profile(for: .discriminator)
        discriminatorSteps += 1
        let loss = try discriminator.take(profile: measured)
        if measured != nil { try writeProfile() }
        guard loss.isFinite else {
            throw TrainingError.lossNotFinite(which: "discriminator_loss", step: discriminatorSteps)
        }
        return loss
    }

    /// One step of the generator; returns its loss after it.
    private mutating func trainGenerator() throws -> Float {
        generatorSteps += 1
        let loss = try generator.take(
            profile: profile?.profile(for: .generator(step: generatorSteps)))
        guard loss.isFinite else {
            throw TrainingError.lossNotFinite(which: "generator_loss", step: generatorSteps)
        }
        return loss
    }

    /// What the article logs, at the generator's step; and the images once more as a grid, and as a
    /// strip with those of earlier passes.
    private mutating func writeSummary() throws {
        var summary = try session.run(
            program.summary, feed: validationFeed, profile: profile?.profile(for: .summary))
        let images = summary.images(of: "G_z_image")
        summary.values.append(
            .image(.grid(of: images, gap: 2, background: 48), tag: "G_z_grid"))
        isStripLogged = loop.film.add(images)
        if isStripLogged, let strip = loop.film.strip() {
            summary.values.append(.image(strip, tag: "G_z_film"))
        }
        try writer.add(summary, step: Int64(generatorSteps))
    }

    /// Logs what there is to say at the end: the whole film, and how the run ended.
    func writeEnd(video: Bool) throws {
        let step = Int64(generatorSteps)
        if !isStripLogged, let strip = loop.film.strip() {
            try writer.addImage(strip, tag: "G_z_film", step: step)
        }
        if video, let film = loop.film.video() {
            try writer.addVideo(film, tag: "G_z_video", step: step)
        }
        let isDone = loop.passes >= hyperparameters.trainTimes
        try writer.endHParams(status: isDone ? .success : .unknown)
    }

    /// Writes what was measured of a step, if there is something that was not written yet.
    mutating func writeProfile() throws {
        guard let step = profile?.step, let metadata = profile?.take() else { return }
        try writer.addRunMetadata(metadata, tag: "step \(step)", step: Int64(step))
    }

    func result() throws -> TrainingResult {
        TrainingResult(
            passes: loop.passes, discriminatorSteps: discriminatorSteps,
            generatorSteps: generatorSteps,
            accuracy: try session.run(program.accuracy, feed: feed).scalar, checkpoint: checkpoint,
            isProfiled: profile?.isReached)
    }
}

/// A step of one of the networks, and its loss; both prepared, since a run takes them thousands of
/// times.
private struct TrainingStep {
    private let train: PreparedRun
    private let evaluate: PreparedRun

    init(_ train: Node, _ loss: Tensor, _ session: Session, _ feed: [Tensor: Value]) throws {
        self.train = try session.prepare(targets: [train], feed: feed)
        evaluate = try session.prepare([loss], feed: feed)
    }

    /// Takes the step; returns the loss after it.
    func take(profile: RunProfile?) throws -> Float {
        try train.run(profile: profile)
        return try loss(profile: profile)
    }

    func loss(profile: RunProfile? = nil) throws -> Float {
        try evaluate.run(profile: profile)
        return evaluate.scalar
    }
}

extension Examples {
    /// The checksum of images, by which others can be told from them.
    fileprivate func checksum(_ range: Range<Int>) -> UInt32 {
        pixels(range).withUnsafeBytes { CRC32C.checksum(of: $0.bytes) }
    }
}
