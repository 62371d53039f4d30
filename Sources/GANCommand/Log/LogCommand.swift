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
            LogListCommand.self, LogCheckCommand.self, LogRepairCommand.self,
            LogExportCommand.self, LogTailCommand.self,
        ])
}

/// Where a log is.
struct LogFolder: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder of all runs.", valueName: "folder"))
    var logdir = "log"

    /// The folder's path, without slashes at its end. There is such a folder.
    func path() throws -> String {
        guard try Folder.isFolder(logdir) else {
            throw CommandError("\(logdir): no such folder; name one that holds logs")
        }
        var folder = logdir[...]
        while folder.count > 1, folder.last == "/" { folder.removeLast() }
        return String(folder)
    }

    /// What is in the folder. At least one run. What could not be read is told: the command goes on,
    /// and its exit code is to be 1.
    func open() throws -> EventLog {
        let log = try EventLog(folder: path())
        for problem in log.problems { System.printError("gan: \(problem.description.printable)\n") }
        guard !log.runs.isEmpty else {
            throw CommandError(
                "\(logdir): no event files in it, nor below; name one that holds logs")
        }
        return log
    }
}
