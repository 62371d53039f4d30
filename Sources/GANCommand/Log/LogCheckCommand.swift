import ArgumentParser
import TensorBoard

/// `gan log check`.
struct LogCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify every record's checksums; name the first bad byte of each file.",
        discussion: """
            The exit code is 1 if a file is damaged, or ends inside a record. Everything before that \
            place is whole, and TensorBoard shows it. What is whole behind it `gan log repair` brings \
            back.
            """)

    @OptionGroup var folder: LogFolder

    func run() throws {
        let log = try folder.open()
        var isWhole = log.problems.isEmpty
        log.check { report in
            let count = report.eventCount
            if let problem = report.problem {
                isWhole = false
                var line = "gan: \(problem.description.printable); before it, "
                line += count == 1 ? "1 event is whole" : "\(count) events are whole"
                if report.eventCountBehind > 0 { line += ", behind it \(report.eventCountBehind)" }
                System.printError("\(line)\n")
            } else {
                let all = "\(count) event\(count == 1 ? "" : "s"), \(report.byteCount) bytes"
                System.print("\(report.path.printable): \(all), all whole\n")
            }
        }
        if !isWhole { throw ExitCode(1) }
    }
}
