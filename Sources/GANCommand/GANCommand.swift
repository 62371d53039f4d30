import ArgumentParser

/// The command `gan`.
@main
struct GANCommand: ParsableCommand {
    /// The version of the program.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "gan",
        abstract: "Train a GAN on handwritten digits, and watch it in TensorBoard.",
        discussion: """
            Start with `gan train`, which needs no file. It writes what TensorBoard shows into a \
            folder, log, and says how to open it.
            """,
        version: version,
        subcommands: [
            TrainCommand.self, SweepCommand.self, RunOfSweepCommand.self, RecipesCommand.self,
            SampleCommand.self, JudgeCommand.self,
            ExportCommand.self, FetchCommand.self, TrainJudgeCommand.self, LogCommand.self,
            CheckpointCommand.self, BenchCommand.self,
        ])

    /// Runs the command line. Whatever goes wrong is told in one line at standard error, with an exit
    /// code of 64 for a command line that makes no sense, and 1 for everything else.
    static func main() {
        System.prepareFiles()
        do {
            var command = try parseAsRoot(System.arguments)
            try command.run()
            // What a training prints is beside its purpose, which the log and checkpoints are.
            let isTraining =
                command is TrainCommand || command is SweepCommand || command is RunOfSweepCommand
            if !isTraining, let error = System.outputError { throw error }
        } catch {
            // Help is asked for by an error, and an end after a signal is one, too.
            guard !exitCode(for: error).isSuccess, !(error is ExitCode) else {
                exit(withError: error)
            }
            exit(withError: ExitCode(tell(error)))
        }
    }

    /// Tells an error in one line at standard error; returns the exit code that it means.
    ///
    /// - Parameter process: whose error it is, where there are several.
    static func tell(_ error: any Error, of process: String? = nil) -> Int32 {
        let message = Suggestion.improved(message(for: error), arguments: System.arguments)
        System.printError("gan: \(process.map { $0 + ": " } ?? "")\(message)\n")
        return code(of: error)
    }

    /// The exit code that an error means.
    static func code(of error: any Error) -> Int32 {
        (error as? CommandError)?.exitCode ?? exitCode(for: error).rawValue
    }
}
