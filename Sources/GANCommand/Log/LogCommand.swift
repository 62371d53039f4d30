import ArgumentParser
import TensorBoard

/// `gan log`.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "Look into TensorBoard's logs.",
        discussion: "It reads the logs of any program that writes for TensorBoard.",
        subcommands: [LogListCommand.self, LogCheckCommand.self])
}

/// Where a log is.
struct LogFolder: ParsableArguments {
    @Argument(help: ArgumentHelp("The folder of all runs.", valueName: "folder"))
    var logdir = "log"

    /// What is in the folder. At least one run.
    func open() throws -> EventLog {
        guard System.isFolder(logdir) else {
            throw CommandError("\(logdir): no such folder; name one that holds logs")
        }
        var folder = logdir[...]
        while folder.count > 1, folder.last == "/" { folder.removeLast() }
        let log = try EventLog(folder: String(folder))
        guard !log.runs.isEmpty else {
            throw CommandError(
                "\(logdir): no event files in it, nor below; name one that holds logs")
        }
        return log
    }
}
