import ArgumentParser
import GAN

/// `gan run-of-sweep`: what `gan sweep` starts for each run.
///
/// A run is a process of its own: one that crashes, or that the system kills for its memory, takes no
/// other with it, and its lock ends with it, however it ends.
struct RunOfSweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-of-sweep",
        abstract: "Train one run of a sweep, as gan sweep asks for it.",
        shouldDisplay: false)

    @Option(help: "The passes of the run.")
    var passes: Int

    @Option(help: "The passes after which it pauses.")
    var pauseAfter: Int?

    @Option(parsing: .unconditionalSingleValue, help: "A flag that makes the run what it is.")
    var flag: [String] = []

    @Flag(help: "Go on where the folder's file system has no locks.")
    var withoutLock = false

    @Argument(parsing: .postTerminator, help: "The flags of gan train.")
    var words: [String] = []

    /// The exit code where another process trains the run.
    static let lockedExitCode: Int32 = 75

    func run() throws {
        StopSignal.watch(isLed: true)
        let training = try TrainCommand.parse(words)
        switch training.hyperparameterFlags.recipe ?? .article {
        case .article: try SweptRun<Article>(self, training).run()
        case .named: try SweptRun<DataRecipe>(self, training).run()
        }
    }
}
