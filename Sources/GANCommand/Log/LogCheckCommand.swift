import ArgumentParser
import TensorBoard

/// `gan log check`.
struct LogCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify every record's checksums; name the first bad byte of each file.",
        discussion: """
            The exit code is 1 if a file is damaged, or ends inside a record, or holds what one of \
            TensorBoard's readers does not show. The line says what is whole before that place and \
            behind it, and how many events TensorBoard reads: its default reader does not check data, \
            the other one (--load_fast=false) ends at the first damage. What is whole `gan log \
            repair` brings back. Named, too, are tags that hold two kinds of value in a run, with the \
            files of both, and tags that are of no kind.
            """)

    @OptionGroup var folder: LogFolder

    func run() throws {
        let log = try folder.open()
        var isWhole = log.problems.isEmpty
        log.check { report in
            for problem in report.tagProblems {
                isWhole = false
                System.printError("gan: \(problem.description.printable)\n")
            }
            guard let problem = report.problem else {
                System.print("\(report.path.printable): \(Self.text(whole: report))\n")
                return
            }
            isWhole = false
            var line = "gan: \(problem.description.printable)"
            switch problem.problem {
            case .system, .otherFormat: break
            case .compressed:
                let count = report.eventCountBehind
                line += "; \(count) event\(count == 1 ? " is" : "s are") in it"
            default: line += Self.text(damaged: report)
            }
            System.printError("\(line)\n")
        }
        if !isWhole { throw ExitCode(1) }
    }

    private static func text(whole report: EventLog.FileReport) -> String {
        if report.byteCount == 0 { return "empty: nothing was written into it yet" }
        let count = report.eventCount
        return "\(count) event\(count == 1 ? "" : "s"), \(report.byteCount) bytes, all whole"
    }

    private static func text(damaged report: EventLog.FileReport) -> String {
        let before = report.eventCount
        var text = "; before it, "
        text += before == 1 ? "1 event is whole" : "\(before) events are whole"
        if report.eventCountBehind > 0 { text += ", behind it \(report.eventCountBehind)" }
        // A file that only ends too early is read as far as it goes.
        let (fast, slow) = (report.defaultReaderCount, report.pythonReaderCount)
        if report.problem?.problem == .truncated, fast == before, slow == before,
            report.eventCountBehind == 0
        {
            return text
        }
        text += "; TensorBoard's default reader reads \(fast)"
        let wrong = report.defaultReaderDamagedCount
        if wrong > 0 { text += ", \(wrong) of them with wrong data" }
        return text + "; with --load_fast=false it reads \(slow)"
    }
}
