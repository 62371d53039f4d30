import ArgumentParser
import GAN
import RecordIO
import TensorBoard

/// The last words of a sweep.
struct SweepEnd {
    private let runner: SweepRunner
    private var sweep: PlannedSweep { runner.sweep }

    init(_ runner: SweepRunner) { self.runner = runner }

    /// Prints the table, the best run first, and what to do next.
    ///
    /// - Throws: `ExitCode` after a signal, and where a run failed.
    func tell() throws {
        let runs = runner.runs
        let over = runs.filter { runner.standings[$0].isOver && runner.failures[$0] == nil }
        var lines: [String] = []
        if StopSignal.exitCode == nil, !over.isEmpty { lines.append(table(over)) }
        let counts = Dictionary(grouping: over) { runner.standings[$0].word(runner.records[$0]) }
            .map { (word: $0.key, count: $0.value.count) }
            .sorted { ($1.count, $0.word) < ($0.count, $1.word) }
            .map { "\($0.count) \($0.word)" }
        let begun = runs.count { run in
            !runner.standings[run].isOver && runner.records[run] != nil
        }
        let rest = runs.count - over.count - begun - runner.failures.count
        let parts =
            counts
            + [
                runner.failures.isEmpty ? nil : "\(runner.failures.count) failed",
                begun > 0 ? "\(begun) begun" : nil, rest > 0 ? "\(rest) not begun" : nil,
            ].compactMap(\.self)
        let word = StopSignal.exitCode == nil ? "" : "stopped: "
        lines.append(
            "\(word)\(runs.count) runs in \(runner.clock.worked.inWords): "
                + parts.joined(separator: ", "))
        if let best = best(over) { lines.append(best) }
        if StopSignal.exitCode != nil {
            lines.append("to go on: the same command")
        } else {
            lines.append("to see them: \(sweep.tensorBoardCommand)")
            lines.append(
                "this table again: \(System.commandName) log compare "
                    + sweep.folder.quotedForShell)
        }
        let text = lines.map { $0.hasSuffix("\n") ? "\($0)\n" : $0.printable + "\n" }.joined()
        if StopSignal.exitCode == StopSignal.closedOutputCode {
            System.printError(text)
        } else {
            System.print(text)
        }
        for (run, failure) in runner.failures.sorted(by: { $0.key < $1.key }) {
            System.printError("gan: \(runner.name(run)) failed: \(failure)\n".printableLine)
        }
        if let code = StopSignal.exitCode { throw ExitCode(code) }
        if !runner.failures.isEmpty { throw ExitCode(1) }
    }

    /// Where the best samples come from.
    private func best(_ over: [Int]) -> String? {
        guard let run = over.min(by: { runner.rankingDistance($0) < runner.rankingDistance($1) }),
            runner.rankingDistance(run).isFinite
        else { return nil }
        let prefix = FilePath.joining(sweep.path(run), "best")
        let place = Folder.exists("\(prefix).index") ? prefix : sweep.path(run)
        return "best: \(place), at a Fréchet distance of "
            + QualityReport.rounded(runner.rankingDistance(run))
    }

    /// The runs that are over, by their logs.
    private func table(_ over: [Int]) -> String {
        let names = Set(over.map { runner.name($0) })
        guard let log = try? EventLog(folder: sweep.folder) else { return "" }
        var runs = ComparedRuns()
        for run in log.runs where names.contains(run.name) { runs.add(run.name, run.values()) }
        return RunRanking(runs.merged).text(
            width: System.terminalWidth, isShortening: System.outputIsTerminal)
    }
}

extension String {
    /// A line whose end stays.
    fileprivate var printableLine: String { String(dropLast()).printable + "\n" }
}
