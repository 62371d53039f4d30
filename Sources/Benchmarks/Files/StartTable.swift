/// How long it takes from the start of the command to the first step, and how much memory training
/// takes.
func startTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "start", "The command's start, and its memory", columns: "measured", "median", "unit",
        "spread %")
    let passes = 25
    let first = try (0..<(options.isQuick ? 3 : 15)).map { _ in
        try Trial(options.trial + ["0"])
    }
    let firstSteps = Timing(first.map(\.firstStep))
    table.add(
        "start of the command to the first step", .number(firstSteps.median.milliseconds), "ms",
        .number(firstSteps.spread))

    let trials = try (0..<(options.isQuick ? 1 : 3)).map { _ in
        try Trial(options.trial + ["\(passes)"])
    }
    let whole = Timing(trials.map(\.whole))
    table.add(
        "\(passes) passes of the article's loop, with start and end",
        .number(whole.median.milliseconds),
        "ms", .number(whole.spread))
    let memory = trials.map(\.peakMemory).sorted()[trials.count / 2]
    table.add("the most resident memory in these", .number(Double(memory) / 1e6), "MB", "")
    return table
}

/// A training in a process of its own, which says `first step` after that, and the bytes of memory
/// that it took at its end.
private struct Trial {
    let firstStep: Duration
    let whole: Duration
    let peakMemory: Int

    init(_ command: [String]) throws(BenchmarkError) {
        let start = ContinuousClock.now
        let lines = try linesPrinted(by: command)
        whole = start.duration(to: .now)
        guard let first = lines.first, let memory = lines.last.flatMap({ Int($0.text) }) else {
            throw .noAnswer(command: command.joined(separator: " "))
        }
        firstStep = start.duration(to: first.time)
        peakMemory = memory
    }
}
