import ArgumentParser
import RecordIO
import TensorBoard

/// `gan log repair`.
struct LogRepairCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Copy all whole events of a log into a new one.",
        discussion: """
            TensorBoard shows nothing behind a damaged record. The copy holds everything before it \
            and behind it, run by run; the log itself is only read. Bytes that belong to no whole \
            event are left out and told.
            """)

    @OptionGroup var folder: LogFolder

    @Option(help: ArgumentHelp("The new log's folder.", valueName: "folder"))
    var to: String

    func run() throws {
        let log = try folder.open()
        var left = 0
        for run in log.runs {
            let output = run.name == "." ? to : "\(to)/\(run.name)"
            try Folder.create(output)
            for file in run.files {
                let name = file.split(separator: "/").last.map { String($0) } ?? file
                guard !Folder.exists("\(output)/\(name)") else {
                    throw CommandError("\(output)/\(name): exists; name another folder with --to")
                }
                let report = try EventFileReader.repair(file, to: "\(output)/\(name)")
                left += report.skippedByteCount
                System.print(Self.lines(report))
            }
        }
        System.print(
            left == 0
                ? "nothing was damaged\n"
                : "left out \(left) byte\(left == 1 ? "" : "s"); "
                    + "to look at the rest: tensorboard --logdir \(to.quotedForShell)\n")
        if !log.problems.isEmpty { throw ExitCode(1) }
    }

    private static func lines(_ report: EventFileReader.RepairReport) -> String {
        let count = report.eventCount
        var lines = "\(report.output.printable): \(count) event\(count == 1 ? "" : "s") kept\n"
        for bytes in report.skipped {
            let unit = bytes.count == 1 ? "byte" : "bytes"
            lines += "  left out: \(bytes.count) \(unit) from byte \(bytes.lowerBound) on\n"
        }
        return lines
    }
}
