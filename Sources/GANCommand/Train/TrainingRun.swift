import ArgumentParser
import Datasets
import GAN

/// One training from its first step to its last words.
struct TrainingRun {
    let options: TrainingOptions
    let data: MNIST
    let folder: RunFolder
    /// Whether progress is shown in place, if there is a terminal for it.
    let live: Bool

    /// Trains, showing progress, until all passes are done or a signal comes.
    ///
    /// - Throws: `ExitCode` after a signal, and what training throws, with where the log is.
    func run() throws {
        let passes = options.hyperparameters.trainTimes
        let progress: any ProgressView =
            live && System.outputIsTerminal ? LiveLine(passes: passes) : PrintedLines()
        let start = ContinuousClock.now
        var hasBegun = false
        var last: PassReport?
        let result: TrainingResult
        StopSignal.watch()
        do {
            result = try train(options, data: data) {
                StopSignal.exitCode != nil
            } report: { event in
                switch event {
                case .restored: break
                case .warmUp: hasBegun = true
                case .pass(let report): (hasBegun, last) = (true, report)
                }
                progress.show(event)
            }
        } catch {
            progress.finish()
            folder.removeIfUnused()
            guard hasBegun else { throw error }
            throw CommandError("\(error); what was logged until then is in \(folder.path)")
        }
        progress.finish()

        let stopped = result.passes < passes ? StopSignal.exitCode : nil
        let losses = last.map {
            ", D loss \($0.discriminatorLoss.short), G loss \($0.generatorLoss.short)"
        }
        var lines = [
            """
            \(stopped == nil ? "done" : "stopped"): \(result.passes) of \(passes) passes in \
            \(start.duration(to: .now).inWords)\(losses ?? "")
            """
        ]
        if stopped != nil, result.checkpoint != nil {
            lines.append("to go on: \(folder.resumeCommand)")
        }
        if let step = options.profileStep, result.isProfiled == false {
            lines.append(
                "step \(step) of the generator was not measured: it was at \(result.generatorSteps)"
            )
        }
        lines.append("the log is in \(folder.path); to look at it: \(folder.tensorBoardCommand)")
        System.print(lines.map { $0 + "\n" }.joined())
        if let stopped { throw ExitCode(stopped) }
    }
}
