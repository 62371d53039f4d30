import ArgumentParser
import TensorBoard

/// `gan log compare`.
struct LogCompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare the runs of a log, best first: hyperparameters, last and best values.",
        discussion: """
            The table with which `gan sweep` ends, of any log. A run is a training: where a program \
            has its curves and its hyperparameters in several folders, as Keras and torch do, they \
            are laid together.

            Runs are sorted by what says most of them: the Fréchet distance of samples, else a measure \
            of images that are not trained on, else a metric that was logged with hyperparameters, \
            else a loss. --by names another one.
            """)

    @OptionGroup var folder: LogFolder

    @Option(help: ArgumentHelp("Sort by the curve of this tag.", valueName: "tag"))
    var by: String?

    @Flag(help: "The highest values of --by are the best. (default: as its name tells)")
    var highest = false

    @Flag(help: "The lowest values of --by are the best. (default: as its name tells)")
    var lowest = false

    @Flag(help: "Sort by the last value of each curve, not by its best.")
    var last = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Only so many runs, the best. (default: all)", valueName: "n"),
        transform: NumberFlag.count)
    var count: Int?

    @OptionGroup var filter: LogFilter

    @OptionGroup var reader: LogRules

    func validate() throws {
        if highest, lowest { throw ValidationError("--highest and --lowest: give one of them") }
        if highest || lowest, by == nil {
            throw ValidationError(
                "--highest and --lowest say which values of --by are best: name it")
        }
    }

    func run() throws {
        let log = try folder.open()
        var selection = LogSelection(filter, reader)
        var all = ComparedRuns()
        selection.forEachRun(of: log) { run, values, _ in all.add(run, values) }
        let runs = all.merged
        let ranking = RunRanking(
            runs, by: try measure(of: runs), tags: tags(of: runs), byLast: last)
        System.print(
            ranking.text(
                width: System.terminalWidth, isShortening: System.outputIsTerminal, count: count))
        try selection.end()
    }

    private func measure(of runs: [ComparedRun]) throws -> ComparedMeasure? {
        guard let by else { return nil }
        guard runs.contains(where: { $0.curve(by) != nil }) else {
            var known: Set<String> = []
            let tags = runs.flatMap(\.curves).map(\.tag).filter { known.insert($0).inserted }
            let some = tags.prefix(8).map(\.printable).joined(separator: ", ")
            let there = tags.isEmpty ? "there is none" : "there is \(some)"
            throw CommandError(
                "--by \(by.printable): no such curve; \(there)"
                    + (tags.count > 8 ? ", and \(tags.count - 8) more" : ""))
        }
        if highest { return ComparedMeasure(tag: by, goal: .highest) }
        if lowest { return ComparedMeasure(tag: by, goal: .lowest) }
        guard let measure = ComparedMeasure(ofTag: by) else {
            throw CommandError(
                "--by \(by.printable): its name does not tell which values are better; say --highest "
                    + "or --lowest")
        }
        return measure
    }

    /// The tags that were asked for, as far as runs have them.
    private func tags(of runs: [ComparedRun]) -> [String] {
        guard !filter.tag.isEmpty else { return [] }
        let patterns = filter.tag.map { NamePattern($0) }
        var known: Set<String> = []
        return runs.flatMap(\.curves).map(\.tag).filter { tag in
            patterns.contains { $0.matches(tag) } && known.insert(tag).inserted
        }
    }
}
