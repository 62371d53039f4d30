import ArgumentParser
import Datasets
import GAN
import RecordIO
import TensorGraph

/// One training from its first words to its last.
struct TrainingRun<R: TrainedRecipe> {
    let options: TrainingOptions<R>
    let data: MNIST
    /// Those who train it together, if there are others.
    let processes: Processes?
    let folder: RunFolder
    /// Which images it sees, in words.
    let images: String
    /// Whether progress is shown in place, if there is a terminal for it.
    let live: Bool
    /// Whether TensorBoard is started.
    let opens: Bool

    /// Trains, showing progress, until all passes are done, a signal comes or a loss stands still.
    ///
    /// - Throws: `ExitCode` after a signal, and what training throws, with where the log is.
    func run() throws {
        let passes = options.hyperparameters.trainTimes
        let progress: any ProgressView =
            live && System.outputIsTerminal
            ? LiveLine(passes: passes, timeLimit: options.timeLimit, forecast: forecast)
            : PrintedLines(every: R.hasUncertainPasses ? 1 : options.hyperparameters.trainStep)
        StopSignal.watch()
        WorkClock.watchForStops()
        var tensorBoard: TensorBoardProcess?
        var clock = WorkClock()
        var isAnnounced = false
        var hasBegun = false
        var last: PassReport?
        let result: TrainingResult
        do {
            result = try train(options, data: data, communicator: processes?.communicator) {
                StopSignal.exitCode != nil
            } report: { event in
                // What keeps training from beginning is found before its first event: then nothing
                // is said of a run.
                if !isAnnounced {
                    isAnnounced = true
                    printStart()
                    if opens { tensorBoard = TensorBoardProcess(logFolder: folder.logFolder) }
                    printHowToWatch(tensorBoard)
                    clock = WorkClock()
                }
                clock.look()
                switch event {
                case .restored, .resumed, .judged: break
                case .begins(let passes, let steps):
                    warnOfProfile(afterPasses: passes, generatorSteps: steps)
                case .warmUp, .step: hasBegun = true
                case .pass(let report): (hasBegun, last) = (true, report)
                }
                progress.show(event)
            }
            // Others may end when this one has saved all.
            try processes?.end()
        } catch CommunicationError.toldElsewhere {
            progress.finish()
            throw CommunicationError.toldElsewhere
        } catch {
            progress.finish()
            folder.removeIfUnused()
            guard hasBegun else { throw error }
            // Unless it was moved or removed, which the error tells.
            guard Folder.exists(folder.path) else { throw error }
            throw CommandError("\(error); what was logged until then is in \(folder.path)")
        }
        progress.finish()
        try finish(result, last, after: clock.look(), tensorBoard)
    }

    /// What is known beforehand of how long passes will be.
    private var forecast: StepForecast? {
        let isTrainedBefore = if case .restored = options.start { true } else { false }
        return R.forecast(options.hyperparameters, isTrainedBefore: isTrainedBefore)
    }

    /// Says what begins.
    private func printStart() {
        let threads =
            switch options.threads ?? System.processorCount {
            case 1: "1 thread"
            case let count: options.threads == nil ? "up to \(count) threads" : "\(count) threads"
            }
        print([
            "run: \(folder.path), seed \(options.hyperparameters.seed), \(threads)\(division), "
                + "\(InstructionSet.current)",
            "images: \(images)",
        ])
    }

    /// How the work is divided, in words.
    private var division: String {
        guard options.shards > 1 else { return "" }
        let processes = processes.map { " in each of \($0.communicator.count) processes" } ?? ""
        return "\(processes), \(options.shards) shards"
    }

    /// Says how to watch it.
    private func printHowToWatch(_ tensorBoard: TensorBoardProcess?) {
        var lines: [String] = []
        if let address = tensorBoard?.address {
            lines.append("to watch it: \(address)")
        } else {
            if let problem = tensorBoard?.problem { lines.append(problem) }
            let hint = TensorBoardProcess.isMissing ? "  (pip install tensorboard)" : ""
            lines.append("to watch it: \(folder.tensorBoardCommand)\(hint)")
        }
        print(lines)
    }

    private func print(_ lines: [String]) {
        System.print(lines.map { $0.printable + "\n" }.joined())
    }

    /// Says that a step that is to be measured will not come, or may not.
    private func warnOfProfile(afterPasses done: Int, generatorSteps: Int) {
        guard let step = options.profileStep else { return }
        let passes = options.hyperparameters.trainTimes
        let certain = generatorSteps + R.certainSteps(inPasses: done..<max(done, passes))
        if step <= generatorSteps {
            System.print(
                "step \(step) of the generator will not be measured: \(generatorSteps) are done\n")
        } else if step > certain {
            System.print(
                """
                step \(step) of the generator may not come to be measured: the run has \(certain) for \
                certain, and more only where the generator's loss stays above 1

                """)
        }
    }

    /// What sums over processes have cost a step of this one, in words.
    static func words(_ traffic: Traffic) -> String {
        func each(_ value: Double, _ decimals: Int = 1) -> String {
            (value / Double(traffic.rounds)).decimals(decimals)
        }
        let millisecond = Duration.milliseconds(1)
        return "between processes, a step: \(each(Double(traffic.bytes) / 1e6, 3)) MB sent in "
            + "\(each(Double(traffic.messages))) messages; sums under way for "
            + "\(each(traffic.underWay / millisecond)) ms, of which "
            + "\(each(traffic.waiting / millisecond)) ms were waited for "
            + "(\(Int((traffic.hidden * 100).rounded())) % hidden behind computing)"
    }

    /// Says how it ended.
    private func finish(
        _ result: TrainingResult, _ last: PassReport?, after duration: Duration,
        _ tensorBoard: TensorBoardProcess?
    ) throws {
        let passes = options.hyperparameters.trainTimes
        let code = StopSignal.exitCode
        let word =
            switch result.end {
            case .done: "done"
            case .timeIsUp: "the time is up"
            case .stopped, .paused: "stopped"
            case .stalled: "stands still"
            case .collapsed: "collapsed"
            }
        let losses = last.map {
            ", training D loss \($0.discriminatorLoss.short), G loss \($0.generatorLoss.short)"
        }
        let new =
            result.newPasses == result.passes ? "" : ", \(result.newPasses) of them now,"
        let ofAll = options.hasPassLimit ? " of \(passes)" : ""
        var lines = [
            "\(word): \(result.passes)\(ofAll) passes\(new) in \(duration.inWords)\(losses ?? "")"
        ]
        if let checkpoint = result.checkpoint {
            lines.append("saved: \(checkpoint), \(result.place)")
            switch result.end {
            case .done: break
            case .stopped, .paused, .timeIsUp, .collapsed:
                lines.append("to go on: \(folder.resumeCommand)")
            case .stalled: lines.append("to wait on: \(folder.resumeCommand) --ignore-stalls")
            }
        }
        if let quality = result.quality { lines.append("samples: \(quality)") }
        if let best = result.bestCheckpoint, let quality = result.quality {
            lines.append(
                "best: \(best), at a Fréchet distance of \(QualityReport.rounded(quality.bestDistance)) "
                    + "of \(options.quality?.sampleCount ?? 0) samples")
        }
        if let traffic = result.traffic, traffic.rounds > 0 { lines.append(Self.words(traffic)) }
        if let step = options.profileStep, result.isProfiled == false {
            lines.append(
                "step \(step) of the generator was not measured: it was at \(result.generatorSteps)"
            )
        }
        lines.append("the log is in \(folder.path); to look at it: \(folder.tensorBoardCommand)")
        if result.end == .done, let next = R.next { lines.append(next) }
        let text = lines.map { $0.printable + "\n" }.joined()
        // Where nobody reads the output any more, somebody may read the errors.
        if code == StopSignal.closedOutputCode {
            System.printError(text)
        } else {
            System.print(text)
        }
        switch result.end {
        case .done, .timeIsUp: tensorBoard?.waitUntilStopped()
        case .stopped, .paused: throw ExitCode(code ?? 1)
        case .collapsed(let warning):
            throw CommandError("\(warning)", exitCode: TrainCommand.stalledExitCode)
        case .stalled(let stall):
            let rate = R.learningRate(options.hyperparameters).shortest
            let earlier = folder.checkpoints(but: result.checkpoint)
            throw CommandError(
                "\(stall); begin a new run with a smaller --learning-rate than \(rate) or another "
                    + "--seed"
                    + (earlier.isEmpty
                        ? ""
                        : ", or go back to an earlier checkpoint by --resume-from: "
                            + earlier.joined(separator: ", ")),
                exitCode: TrainCommand.stalledExitCode)
        }
    }
}
