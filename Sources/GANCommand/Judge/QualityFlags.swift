import ArgumentParser
import GAN

/// How a run's samples are judged while it trains.
struct QualityFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds from one judgement of samples to the next, for the curves below quality; 0 for "
                + "none. More where it would take more than 3 % of the time. (default: 10; 0 for the "
                + "article's recipe)",
            valueName: "x"),
        transform: NumberFlag.seconds)
    var judgeEvery: Double?

    @Option(
        help: ArgumentHelp(
            "Another judge, which gan train-judge made. (default: the one built in)",
            valueName: "file"))
    var judge: String?

    @Flag(help: "End the run where its generator has collapsed.")
    var stopWhenCollapsed = false

    /// The options of a run; `nil` for one whose samples are not judged.
    ///
    /// - Parameter standard: seconds between judgements where the command line tells none.
    func options(standard: Double, isBuiltInData: Bool) throws -> QualityOptions? {
        let every = judgeEvery ?? (judge != nil || stopWhenCollapsed ? 10 : standard)
        guard every > 0 else {
            guard !stopWhenCollapsed, judge == nil else {
                throw ValidationError(
                    "--judge-every 0 judges nothing: leave out --judge and --stop-when-collapsed")
            }
            return nil
        }
        var options = QualityOptions(
            judge: try judge.map { try Judge(reading: $0) } ?? Judge.builtIn,
            isBuiltInData: isBuiltInData && judge == nil, every: every)
        options.stopsWhenCollapsed = stopWhenCollapsed
        return options
    }
}
