import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log`.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Look into TensorBoard's logs.",
        discussion: "It reads the logs of any program that writes for TensorBoard.",
        subcommands: [
            LogListCommand.self, LogCompareCommand.self, LogShowCommand.self,
            LogReportCommand.self, LogTailCommand.self, LogExportCommand.self,
            LogCheckCommand.self, LogRepairCommand.self,
        ])
}

/// Where a log is.
struct LogFolder: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder of all runs, or an event file.", valueName: "folder"))
    var logdir = "log"

    /// What follows the folder, or the event file. There is one.
    func follower() throws -> EventFollower {
        try isEventFile() ? EventFollower(file: logdir) : EventFollower(folder: path())
    }

    /// Whether an event file was named, by what TensorBoard takes for one.
    private func isEventFile() throws -> Bool {
        guard Folder.exists(logdir), try !Folder.isFolder(logdir) else { return false }
        return FilePath.parts(of: logdir).last?.contains("tfevents") ?? false
    }

    /// The folder's path, without slashes at its end. There is such a folder.
    private func path() throws -> String {
        guard try Folder.isFolder(logdir) else {
            let problem =
                if Folder.exists(logdir) {
                    "no event file, for those have tfevents in their names; name one, or a folder that "
                        + "holds logs"
                } else {
                    Folder.absence(of: logdir, kind: "folder") + "; name one that holds logs"
                }
            throw CommandError("\(logdir): \(problem)")
        }
        return FilePath.withoutTrailingSlashes(logdir)
    }

    /// What is in the folder. At least one run. What could not be read is told: the command goes on,
    /// and its exit code is to be 1.
    func open() throws -> EventLog {
        if try isEventFile() { return EventLog(file: logdir) }
        let log = try EventLog(folder: path())
        for problem in log.problems { System.printError("gan: \(problem.description.printable)\n") }
        guard !log.runs.isEmpty else {
            throw CommandError(
                "\(logdir): no event files in it, nor below; name one that holds logs")
        }
        return log
    }
}
