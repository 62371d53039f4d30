import ArgumentParser
import TensorBoard

/// `gan log list`.
struct LogListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs and their tags: kind, number of values, first and last step.")

    @OptionGroup var folder: LogFolder

    func run() throws {
        var table = Table(
            "RUN", "TAG", "KIND", .right("VALUES"), .right("FIRST STEP"), .right("LAST STEP"))
        var problems: [EventFileError] = []
        let log = try folder.open()
        for run in log.runs {
            let contents = run.contents()
            problems += contents.problems
            for series in contents.series {
                table.add(
                    run.name, series.tag.isEmpty ? "-" : series.tag, series.kind.description,
                    "\(series.count)", "\(series.firstStep)", "\(series.lastStep)")
            }
            if contents.series.isEmpty { table.add(run.name, "-", "-", "0", "-", "-") }
        }
        System.print(table.text)
        for problem in problems { System.printError("gan: \(problem.description.printable)\n") }
        // A file that is being written often ends inside a record.
        if !log.problems.isEmpty || problems.contains(where: { $0.problem != .truncated }) {
            throw ExitCode(1)
        }
    }
}
