internal import Checkpoints
public import Datasets
internal import TensorBoard
public import TensorGraph

/// Trains as a recipe's loop does, and writes its event file.
///
/// - Parameters:
///   - options: what is trained, and how.
///   - data: at least `batchSize` images to train on and to validate with.
///   - communicator: of the processes that train the run together, all of which call this with the
///     same options and data. The first one writes log and checkpoints; what a run begins with is
///     read by it alone. `nil` where this process trains alone.
///   - shouldStop: asked before each step; training ends when it says yes.
///   - report: called after each step of a network and after each pass.
/// - Throws: ``TrainingError``; `CheckpointError` when a checkpoint cannot be read or written; an
///   error of the writer when the log cannot be written.
public func train<R: Recipe>(
    _ options: TrainingOptions<R>, data: MNIST, communicator: (any Communicator)? = nil,
    shouldStop: () -> Bool = { false }, report: (TrainingEvent) -> Void = { _ in }
) throws -> TrainingResult {
    // The training that keeps them ends with this call.
    try withoutActuallyEscaping(shouldStop) { shouldStop in
        try withoutActuallyEscaping(report) { report in
            try Training<R>.run(options, data, communicator, shouldStop, report)
        }
    }
}

/// A session with its loop, its log and its checkpoints.
final class Training<R: Recipe>: Trainer {
    let options: TrainingOptions<R>
    private let program: R.Program
    let session: Session
    /// `nil` in all processes but the first one.
    let log: TrainingLog<R>?
    /// Those who train the run together; `nil` where one process trains on whole batches.
    private let team: Team?
    /// How it will end as soon as all processes know that.
    private var wishedEnd: TrainingResult.End?
    /// Where the loop stands, with what else a checkpoint holds beside the variables.
    private(set) var state: RunState<R>
    private let firstPass: Int
    private var feed: R.Feed
    private let discriminator: TrainingStep
    private let generator: TrainingStep
    private let average: PreparedRun?
    private(set) var discriminatorSteps: Int
    private(set) var generatorSteps: Int

    /// What judges the samples, and keeps the best checkpoint.
    let judge: RunJudge<R>?
    let best: BestCheckpoint?

    /// After every so many passes the first process saves a checkpoint, for which all gather.
    private let checkpointEvery: Int?
    private let saver: CheckpointSaver?
    private var checkpoint: String?
    /// What the last checkpoint holds, and when it was written.
    private var saved: (state: RunState<R>, discriminatorSteps: Int)?
    private var savedTime = ContinuousClock.now
    /// When the first step could begin.
    private var began = ContinuousClock.now

    /// The losses of the last pass, and whether the log has them.
    private var lastLosses: (discriminator: Float, generator: Float)?
    private var hasLoggedLosses = false

    private var profile: StepProfile?
    private var stalls = StallWatch()
    private let shouldStop: () -> Bool
    let report: (TrainingEvent) -> Void

    /// Takes from a checkpoint what it is to begin with, says so, and saves the first checkpoint.
    init(
        _ options: TrainingOptions<R>, data: MNIST, _ communicator: (any Communicator)?,
        shouldStop: @escaping () -> Bool, report: @escaping (TrainingEvent) -> Void
    ) throws {
        self.options = options
        let team = try Team(
            shards: options.shards, batchSize: options.hyperparameters.batchSize, communicator)
        let isFirst = team?.isFirst ?? true
        let rows = team?.shards.ownRows ?? 0..<options.hyperparameters.batchSize
        self.team = team
        (self.shouldStop, self.report) = (shouldStop, report)
        program = R.program(options.hyperparameters, seed: UInt64(options.hyperparameters.seed))
        session = Session(graph: program.graph, threads: options.threads)
        try session.run(program.initializer)
        var state = RunState<R>(options.hyperparameters, shards: options.shards)
        let fresh = R.feed(
            options.hyperparameters, data, program, noise: state.noise, rows: rows)
        state.imagesChecksum = fresh.imagesChecksum
        let drawn = (state.noise, state.hyperparameters.seed)
        let left = isFirst ? try session.restore(options.start, &state) : []
        try team?.share(session, &state)
        checkpointEvery =
            if let team { try team.ofFirst(options.checkpointEvery) } else {
                options.checkpointEvery
            }
        feed =
            drawn == (state.noise, state.hyperparameters.seed)
            ? fresh
            : R.feed(state.hyperparameters, data, program, noise: state.noise, rows: rows)
        self.state = state
        firstPass = state.loop.passes
        discriminatorSteps = try session.value(of: program.discriminatorIndex).int ?? 0
        generatorSteps = try session.value(of: program.generatorIndex).int ?? 0

        discriminator = try TrainingStep(
            program.discriminatorTrain, program.discriminatorLoss,
            hasLossAfterStep: R.hasLossesAfterSteps, session, feed.training, team)
        generator = try TrainingStep(
            program.generatorTrain, program.generatorLoss,
            hasLossAfterStep: R.hasLossesAfterSteps, session, feed.training, team)
        average = try (program.average?.update).map { [session] in
            try session.prepare(targets: [$0])
        }
        guard isFirst else {
            (saver, log, best, judge) = (nil, nil, nil, nil)
            return
        }
        profile = options.profileStep.map { StepProfile(step: $0) }

        try options.beforeWriting?()
        // A run that is killed from here on can be resumed: it has a checkpoint before it has a log,
        // and where it goes back to an older one, the log follows.
        saver = try options.checkpointEvery.map { _ in
            try CheckpointSaver(
                folder: options.runFolder, maxToKeep: options.checkpointsToKeep,
                goingOnFrom: options.start.resumed)
        }
        if case .resumed(let run) = options.start {
            checkpoint = run.checkpoint
            saved = (run.state, discriminatorSteps)
        } else if let saver {
            checkpoint = try saver.save(
                session.checkpointTensors() + self.state.tensors, globalStep: generatorSteps)
            saved = (self.state, discriminatorSteps)
        }
        log = try TrainingLog(options, program.graph, step: generatorSteps)
        best = try saver.map { _ in
            try BestCheckpoint(folder: options.runFolder, isResumed: options.start.resumed != nil)
        }
        judge = options.quality.map { [program, session, feed, best] in
            RunJudge(
                $0, data, program, session, options.hyperparameters, feed: feed,
                bestDistance: best?.distance, threads: options.threads)
        }
        reportStart(left)
    }

    private func reportStart(_ left: [String]) {
        switch options.start {
        case .fresh: break
        case .restored(let prefix, _): report(.restored(prefix: prefix, left: left))
        case .resumed(let run):
            report(
                .resumed(
                    ResumeReport(prefix: run.checkpoint, place: place)))
        }
        report(.begins(passes: firstPass, generatorSteps: generatorSteps))
    }

    /// Trains from the first step to the last words of the log.
    static func run(
        _ options: TrainingOptions<R>, _ data: MNIST, _ communicator: (any Communicator)?,
        _ shouldStop: @escaping () -> Bool, _ report: @escaping (TrainingEvent) -> Void
    ) throws -> TrainingResult {
        let training = try Training(
            options, data: data, communicator, shouldStop: shouldStop, report: report)
        training.began = .now
        let end: TrainingResult.End
        do {
            end = try training.runLoop()
            try training.gatherVariables()
            if end != .stopped { try training.judgeSamples(isLast: true) }
            try training.save()
            try training.finishLog(end)
        } catch {
            training.log?.abandon()
            throw error
        }
        return try training.result(end)
    }

    /// Runs the loop until it is done or has to end.
    private func runLoop() throws -> TrainingResult.End {
        var loop = state.loop
        defer { state.loop = loop }
        do {
            let passes = options.hyperparameters.trainTimes
            let pause = options.pauseAfter ?? passes
            try loop.run(self, passes: min(pause, passes))
            return wishedEnd ?? (loop.passes < passes ? .paused : .done)
        } catch let ended as Ended {
            return ended.end
        }
    }

    /// What leaves the loop before it is done.
    struct Ended: Error {
        let end: TrainingResult.End
    }

    // MARK: What the loop asks for

    func step(_ network: Player, of loop: R.Loop) throws -> Float {
        state.loop = loop
        if let end = try dueEnd() { throw Ended(end: end) }
        if let stall = stalls.stall, !options.ignoresStalls { throw Ended(end: .stalled(stall)) }
        if try isDue(isTimeToSave, \.saves) { try save() }
        let loss = try network == .discriminator ? trainDiscriminator() : trainGenerator()
        stalls.note(loss, of: network, in: loop.search)
        switch (loop.place, network) {
        case (.warmUp, _):
            report(.warmUp(discriminatorSteps: discriminatorSteps, loss: loss))
        case (.pass(let number, let steps), .generator):
            report(.step(time: number, steps: (steps ?? 0) + 1, loss: loss))
        case (.pass, .discriminator): break
        }
        return loss
    }

    /// Why training is to end before the next step, as all processes know.
    private func dueEnd() throws -> TrainingResult.End? {
        let isTimeUp =
            options.timeLimit.map { began.duration(to: .now) >= .seconds($0) } ?? false
        guard let team, team.communicator != nil else {
            return shouldStop() ? .stopped : isTimeUp ? .timeIsUp : wishedEnd
        }
        if team.agreed.stops { return .stopped }
        if team.agreed.isTimeUp { return .timeIsUp }
        if team.agreed.isCollapsed { return wishedEnd ?? .stopped }
        team.wishes.stops = shouldStop()
        team.wishes.isTimeUp = isTimeUp && team.isFirst
        team.wishes.isCollapsed = wishedEnd != nil
        return nil
    }

    /// Ends training before the next step, or as soon as all processes know that it is to end.
    func wish(_ end: TrainingResult.End) { wishedEnd = wishedEnd ?? end }

    func passEnded(_ loop: R.Loop) throws {
        state.loop = loop
        let isLogged = (loop.passes - 1) % options.hyperparameters.trainStep == 0
        hasLoggedLosses = isLogged
        let logged = isLogged ? try collectSummary() : nil
        let losses = (
            try discriminator.lossAfterStep() ?? state.losses.discriminator,
            try generator.lossAfterStep() ?? state.losses.generator
        )
        if let log, let (summary, images) = logged {
            try log.add(
                summary, images: images, discriminatorLoss: losses.0, generatorLoss: losses.1,
                step: generatorSteps, &state.film)
        }
        lastLosses = losses
        report(
            .pass(
                PassReport(
                    time: loop.passes, discriminatorLoss: losses.0, generatorLoss: losses.1,
                    discriminatorSteps: discriminatorSteps, generatorSteps: generatorSteps)))
        if try isDue(judge?.isDue == true, \.judges) { try judgeSamples(isLast: false) }
        if let checkpointEvery, loop.passes % checkpointEvery == 0 {
            try gatherVariables()
            try save()
        }
    }

    /// Whether the first process is to do now, in a place that all processes come to, what it needs all
    /// variables for; then it has them.
    ///
    /// - Parameters:
    ///   - isTime: whether it would like to.
    ///   - wish: what that is. The others know of it after the next step.
    private func isDue(_ isTime: Bool, _ wish: WritableKeyPath<Team.Wishes, Bool>) throws -> Bool {
        guard let team, team.communicator != nil else { return isTime }
        guard team.agreed[keyPath: wish] else {
            team.wishes[keyPath: wish] = isTime
            return false
        }
        (team.wishes[keyPath: wish], team.agreed[keyPath: wish]) = (false, false)
        try gatherVariables()
        return true
    }

    /// Gives this process all of the variables of which each process has its part; all processes do it at
    /// the same place.
    private func gatherVariables() throws {
        try discriminator.gatherVariables()
        try generator.gatherVariables()
    }

    private func collectSummary() throws -> (summary: Summary, images: [Image]) {
        var summary = try Summary(
            session.run(
                program.summary, feed: feed.shown, profile: profile?.profile(for: .summary)))
        if !feed.showsOtherImages {
            summary.values.removeAll { $0.tag == R.tags.discriminatorLoss }
        }
        if let tag = R.tags.images { return (summary, summary.images(of: tag)) }
        if options.logsFewTags { return (summary, []) }
        let pixels = try session.run(program.generatorZ, feed: feed.shown, effects: .none)
        return (summary, Image.digits(pixels.floats))
    }

    // MARK: Steps

    /// One step of the discriminator; returns its loss after it.
    private func trainDiscriminator() throws -> Float {
        let measured = profile?.profile(for: .discriminator)
        discriminatorSteps += 1
        let loss = try discriminator.take(
            feed.next(.discriminator, step: discriminatorSteps - 1), profile: measured)
        if measured != nil { try writeProfile() }
        guard loss.isFinite else {
            throw TrainingError.lossNotFinite(
                which: R.tags.discriminatorLoss, step: discriminatorSteps)
        }
        if !R.hasLossesAfterSteps { state.losses.discriminator = loss }
        return loss
    }

    /// One step of the generator; returns its loss after it.
    private func trainGenerator() throws -> Float {
        generatorSteps += 1
        let loss = try generator.take(
            feed.next(.generator, step: generatorSteps - 1),
            profile: profile?.profile(for: .generator(step: generatorSteps)))
        guard loss.isFinite else {
            throw TrainingError.lossNotFinite(which: R.tags.generatorLoss, step: generatorSteps)
        }
        if !R.hasLossesAfterSteps { state.losses.generator = loss }
        if let interval = program.average?.interval, generatorSteps.isMultiple(of: interval) {
            try average?.run()
        }
        return loss
    }

    /// Writes what was measured of a step, if there is something that was not written yet.
    private func writeProfile() throws {
        guard let log, let step = profile?.step, let metadata = profile?.take() else { return }
        try log.writer.addRunMetadata(metadata, tag: "step \(step)", step: Int64(step))
    }

    /// Logs what there is to say at the end, and closes the log.
    func finishLog(_ end: TrainingResult.End) throws {
        try writeProfile()
        guard let log else { return }
        if options.logsFewTags, !hasLoggedLosses, let (discriminator, generator) = lastLosses {
            try log.addLosses(discriminator, generator, step: generatorSteps)
        }
        try log.end(state.film, step: generatorSteps, video: options.logsVideo, end)
    }

    // MARK: Checkpoints

    /// Whether the last checkpoint is so old that there should be another.
    private var isTimeToSave: Bool {
        guard saver != nil, let seconds = options.checkpointSeconds else { return false }
        return savedTime.duration(to: .now) >= .seconds(seconds)
    }

    /// Saves a checkpoint, unless this very state is saved already.
    func save() throws {
        savedTime = .now
        guard let saver else { return }
        try best?.write()
        if let saved, saved == (state, discriminatorSteps) { return }
        // A run that goes on from here logs nothing of these passes again.
        try log?.writer.flush()
        checkpoint = try saver.save(
            session.checkpointTensors() + state.tensors, globalStep: generatorSteps)
        saved = (state, discriminatorSteps)
        savedTime = .now
    }

    private var place: RunPlace {
        RunPlace(state.loop.place, discriminatorStep: discriminatorSteps)
    }

    func result(_ end: TrainingResult.End) throws -> TrainingResult {
        TrainingResult(
            end: end, place: place, passes: state.loop.passes,
            newPasses: state.loop.passes - firstPass,
            discriminatorSteps: discriminatorSteps, generatorSteps: generatorSteps,
            accuracy: try session.run(program.accuracy, feed: feed.training).scalar,
            checkpoint: checkpoint, quality: judge?.last, bestCheckpoint: best?.writtenPrefix,
            isProfiled: profile?.isReached, traffic: team?.communicator?.traffic)
    }
}
