import ArgumentParser
import TensorBoard

/// `gan log list`.
struct LogListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List runs and their tags: kind, number of values, first and last step.")

    @OptionGroup var folder: LogFolder

    @OptionGroup var filter: LogFilter

    @OptionGroup var reader: LogRules

    func run() throws {
        var table = Table(
            "RUN", "TAG", "KIND", .right("VALUES"), .right("FIRST STEP"), .right("LAST STEP"))
        var selection = LogSelection(filter, reader)
        let log = try folder.open()
        try selection.forEach(of: log) { run in
            if filter.tag.isEmpty { table.add(run, "-", "-", "0", "-", "-") }
        } _: { run, tag, _ in
            guard let steps = tag.steps else { return }
            table.add(
                run, tag.kind == .graphs ? "-" : tag.tag, tag.kind.description, "\(tag.count)",
                "\(steps.first)", "\(steps.last)")
        }
        System.print(table.text)
        try selection.end()
    }
}
