import ArgumentParser
import GAN
import RecordIO
import TensorBoard

/// A run of a sweep, from its lock to its record.
struct SweptRun<R: TrainedRecipe> {
    private let command: RunOfSweepCommand
    private let training: TrainCommand
    private let name: String
    private let path: String

    /// The least time between two messages of passes.
    private static var messageInterval: Duration { .milliseconds(100) }
    /// The time between two records while the run is trained.
    private static var recordInterval: Duration { .seconds(10) }

    init(_ command: RunOfSweepCommand, _ training: TrainCommand) throws {
        (self.command, self.training) = (command, training)
        guard let name = training.runName else { throw ValidationError("--run is missing") }
        self.name = name
        path = FilePath.joining(training.logdir, name)
    }

    /// Trains until the run is done, or is to pause or stop.
    ///
    /// - Throws: `ExitCode` where another process has the run, or after a signal; what training
    ///   throws.
    func run() throws {
        try RunFolder.makeFolders(path)
        var lock: FileLock?
        switch SweepFolder.lock(run: path) {
        case .taken(let taken): lock = taken
        case .busy: throw ExitCode(RunOfSweepCommand.lockedExitCode)
        case .refused(let error): if !command.withoutLock { throw error }
        }
        defer { withExtendedLifetime(lock) {} }
        var record = try RunRecord(folder: path) ?? RunRecord(flags: command.flag)
        try SweepFolder.check(record, is: command.flag, at: path)
        if isReached(record) { return }
        record.end = nil
        record.reason = ""
        do {
            try train(&record)
        } catch let error where !(error is ExitCode) {
            let isDiverged = if case TrainingError.lossNotFinite = error { true } else { false }
            (record.end, record.reason) = (isDiverged ? .diverged : .failed, "\(error)")
            guard isDiverged else {
                // On a full disk, say, it is not known afterwards that the run failed: it is begun.
                try? record.write(to: path)
                throw error
            }
            try record.write(to: path)
        }
    }

    /// Whether another process was here before, and left nothing to do.
    private func isReached(_ record: RunRecord) -> Bool {
        let goal = SweepSchedule.Goal(
            passes: command.passes, seconds: training.hyperparameterFlags.timeLimit)
        if SweepSchedule(goals: [goal]).standings([record])[0].isOver { return true }
        return command.pauseAfter.map { record.mark(after: $0) != nil } ?? false
    }

    private func train(_ record: inout RunRecord) throws {
        let saved: SavedRun<R>?
        do {
            saved = try SavedRun<R>(folder: path)
        } catch TrainingError.noCheckpoint {
            saved = nil
        }
        let images = training.images(keeping:)
        var training = try training.prepared(
            R.self, saved: saved, images: images, judgeEvery: SweepFolder.judgeEvery(R.self),
            words: ["train"] + command.words)
        training.options.hyperparameters.trainTimes = command.passes
        training.options.pauseAfter = command.pauseAfter
        // All distances are of as many samples: of more they would be smaller.
        if let count = training.options.quality?.sampleCount {
            training.options.quality?.finalSampleCount = count
        }
        let goal = min(command.passes, command.pauseAfter ?? .max)
        if let saved, saved.passes >= goal, logged.distance != nil {
            // The process before was killed between its last checkpoint and its record.
            training.options.quality = nil
        }
        // What a run took of which no checkpoint is left counts no more.
        if saved == nil { record = RunRecord(flags: record.flags) }
        if let limit = training.options.timeLimit {
            training.options.timeLimit = max(limit - record.seconds, 0.001)
        }
        let folder =
            try saved == nil
            ? RunFolder(logFolder: self.training.logdir, name: name, overwriting: true)
            : RunFolder(resuming: name, in: self.training.logdir)
        training.place(in: folder)
        if saved == nil { try training.overwrite(folder) }
        let written = training.options.beforeWriting
        let begun = record
        let path = self.path
        training.options.beforeWriting = {
            try written?()
            try begun.write(to: path, isDurable: false)
        }
        try run(training, &record)
    }

    private func run(_ training: PreparedTraining<R>, _ record: inout RunRecord) throws {
        let before = record.seconds
        var clock = WorkClock()
        WorkClock.watchForStops()
        var (told, recorded) = (Duration.seconds(-1), Duration.zero)
        var current = record
        defer { record = current }
        let result = try GAN.train(training.options, data: training.data) {
            StopSignal.exitCode != nil || System.outputIsClosed
        } report: { event in
            let now = clock.look()
            current.seconds = before + now / .seconds(1)
            if case .pass(let report) = event {
                current.passes = report.time
                last.report = report
            }
            if case .judged = event { told = .seconds(-1) }
            if let message = RunMessage(event), now - told >= Self.messageInterval {
                told = now
                System.print(message.line)
            }
            if now - recorded >= Self.recordInterval {
                recorded = now
                try? current.write(to: path, isDurable: false)
            }
        }
        clock.look()
        current.seconds = before + clock.worked / .seconds(1)
        try end(result, &current)
    }

    /// What training reports last.
    private let last = LastReport()

    private final class LastReport {
        var report: PassReport?
    }

    /// Writes down how it ended.
    private func end(_ result: TrainingResult, _ record: inout RunRecord) throws {
        record.passes = result.passes
        switch result.end {
        case .stopped: break
        case .paused: break
        case .done: record.end = .done
        case .timeIsUp: record.end = .timeIsUp
        case .stalled(let stall): (record.end, record.reason) = (.stalled, "\(stall)")
        case .collapsed(let warning): (record.end, record.reason) = (.collapsed, "\(warning)")
        }
        if result.end != .stopped {
            let logged = last.report == nil || result.quality == nil ? self.logged : Logged()
            let report = last.report
            record.add(
                RunRecord.Mark(
                    passes: result.passes,
                    discriminatorLoss: report.map { Double($0.discriminatorLoss) }
                        ?? logged.discriminatorLoss ?? .nan,
                    generatorLoss: report.map { Double($0.generatorLoss) }
                        ?? logged.generatorLoss ?? .nan,
                    distance: result.quality?.judgement[.frechetDistance] ?? logged.distance,
                    bestDistance: result.quality?.bestDistance ?? logged.bestDistance))
        }
        try record.write(to: path)
        if result.end == .stopped { throw ExitCode(StopSignal.exitCode ?? 1) }
    }

    /// What the log of the run says last.
    private struct Logged {
        var discriminatorLoss, generatorLoss, distance, bestDistance: Double?
    }

    private var logged: Logged {
        guard let log = try? EventLog(folder: path),
            let values = log.runs.first(where: { $0.name == "." })?.values()
        else { return Logged() }
        func last(_ tag: String) -> Double? { values[tag]?.scalars.last?.value }
        return Logged(
            discriminatorLoss: last("D_loss/training"), generatorLoss: last("G_loss"),
            distance: last("quality/frechet_distance"),
            bestDistance: last("quality/lowest_frechet_distance"))
    }
}
