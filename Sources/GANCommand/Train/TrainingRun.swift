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
        StopSignal.watch()
        do {
            _ = try train(options, data: data) {
                StopSignal.exitCode != nil
            } report: { event in
                hasBegun = true
                if case .pass(let report) = event { last = report }
                progress.show(event)
            }
        } catch {
            progress.finish()
            folder.removeIfUnused()
            guard hasBegun else { throw error }
            throw CommandError("\(error); what was logged until then is in \(folder.path)")
        }
        progress.finish()

        let done = last?.time ?? 0
        let stopped = done < passes ? StopSignal.exitCode : nil
        let losses = last.map {
            ", D loss \($0.discriminatorLoss.short), G loss \($0.generatorLoss.short)"
        }
        System.print(
            """
            \(stopped == nil ? "done" : "stopped"): \(done) of \(passes) passes in \
            \(start.duration(to: .now).inWords)\(losses ?? "")
            the log is in \(folder.path); to look at it: \(folder.tensorBoardCommand)

            """)
        if let stopped { throw ExitCode(stopped) }
    }
}
