import ArgumentParser
import TensorBoard

/// `gan log list`.
struct LogListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Compare the runs of a log: how far each came, its losses, hyperparameters.",
        discussion: """
            A run is done, stopped, failed or open: not ended, or ended without a word. Its time is \
            that from the first value to the last of each of its files: without the pauses before \
            it was resumed. With --tags, --run or --tag it lists tags: kind, number of values, first and last step, of what \
            `gan log export` with the same options exports.
            """)

    @OptionGroup var folder: LogFolder

    @Flag(help: "List the tags of all runs.")
    var tags = false

    @OptionGroup var filter: LogFilter

    @OptionGroup var reader: LogRules

    func run() throws {
        let log = try folder.open()
        var selection = LogSelection(filter, reader)
        if tags || !filter.run.isEmpty || !filter.tag.isEmpty {
            try listTags(of: log, &selection)
        } else {
            var runs: [RunOverview] = []
            selection.forEachRun(of: log) { run, values, _ in
                runs.append(RunOverview(run, values))
            }
            System.print(
                RunComparison(runs: runs).text(
                    width: System.terminalWidth, isShortening: System.outputIsTerminal))
        }
        try selection.end()
    }

    private func listTags(of log: EventLog, _ selection: inout LogSelection) throws {
        var table = Table(
            "RUN", "TAG", "KIND", .right("VALUES"), .right("FIRST STEP"), .right("LAST STEP"))
        try selection.forEach(
            of: log,
            ofNone: { run in
                if filter.tag.isEmpty { table.add(run, "-", "-", "0", "-", "-") }
            }
        ) { run, tag, _ in
            guard let steps = tag.steps else { return }
            table.add(
                run, tag.kind == .graphs ? "-" : tag.tag, tag.kind.description, "\(tag.count)",
                "\(steps.first)", "\(steps.last)")
        }
        System.print(
            System.outputIsTerminal
                ? table.text(width: System.terminalWidth, keys: 2, isShortening: true)
                : table.text)
    }
}
