import GAN

/// Shows how far a sweep is.
protocol SweepView: AnyObject {
    /// Shows how far all runs are.
    func show(_ sweep: SweepRunner)
    /// Shows that the process of a run has ended.
    func ended(_ run: Int, _ sweep: SweepRunner)
    /// Leaves the output as the next line needs it.
    func finish()
}

/// A line for each run that begins or ends, and one from time to time where runs take longer.
final class SweepLines: SweepView {
    private var known: Set<Int> = []
    private var told: Set<Int>
    private var printed = ContinuousClock.now

    /// How long there may be no line.
    private static let interval = Duration.seconds(30)

    /// Nothing is said of the runs that are over already.
    init(_ sweep: SweepRunner) {
        told = Set(sweep.runs.filter { sweep.standings[$0].isOver })
    }

    func show(_ sweep: SweepRunner) {
        for run in sweep.running where known.insert(run).inserted {
            let passes = sweep.passes(run)
            let from = passes > 0 ? " after pass \(passes)" : ""
            print("\(passes > 0 ? "goes on" : "begins"): \(sweep.name(run))\(from)")
        }
        // Runs of other processes, too, and those that stop at a rung for what another run did.
        for run in sweep.runs where sweep.standings[run].isOver && told.insert(run).inserted {
            let place = "\(told.count) of \(sweep.runs.count)"
            print("\(place): \(sweep.name(run)): \(sweep.words(run))\(sweep.timeLeftWords)")
        }
        guard printed.duration(to: .now) >= Self.interval else { return }
        let running = sweep.running.map { run in
            "\(sweep.name(run)) \(sweep.place(run))"
        }
        print(([sweep.summary] + running).joined(separator: "; ") + sweep.timeLeftWords)
    }

    func ended(_ run: Int, _ sweep: SweepRunner) {
        known.remove(run)
        guard !sweep.standings[run].isOver else { return }
        print("pauses: \(sweep.name(run)) after pass \(sweep.passes(run))")
    }

    func finish() {}

    private func print(_ line: String) {
        System.print(line.printable + "\n")
        printed = .now
    }
}

/// A table in the terminal, drawn over itself.
final class LiveTable: SweepView {
    private var drawn: ContinuousClock.Instant?
    /// The lines that stand in the terminal, and how wide it was.
    private var shown = (lines: 0, width: 0)

    /// More often than this nobody can read it.
    private static let interval = Duration.milliseconds(250)
    private static let (eraseRest, eraseLine) = ("\u{1b}[J", "\u{1b}[K")
    private static let (noWrap, wrap) = ("\u{1b}[?7l", "\u{1b}[?7h")

    func show(_ sweep: SweepRunner) {
        if let drawn, drawn.duration(to: .now) < Self.interval { return }
        draw(sweep)
    }

    func ended(_ run: Int, _ sweep: SweepRunner) {}

    private func draw(_ sweep: SweepRunner) {
        guard System.isInForeground else { return }
        let (width, height) = (System.terminalWidth, System.terminalHeight)
        let lines = SweepTable(sweep).lines(width: width, height: height)
        // Where the width has changed, a terminal has broken the lines anew.
        let clear = shown.lines > 0 && shown.width != width ? "\u{1b}[H\u{1b}[J" : up
        System.print(
            Self.noWrap + clear + lines.map { $0 + Self.eraseLine }.joined(separator: "\r\n")
                + Self.eraseRest + Self.wrap)
        shown = (lines.count, width)
        drawn = .now
    }

    /// What leads from the end of the table to its beginning.
    private var up: String {
        shown.lines > 1 ? "\r\u{1b}[\(shown.lines - 1)A" : "\r"
    }

    func finish() {
        guard shown.lines > 0, System.isInForeground else { return }
        System.print(up + Self.eraseRest)
        shown = (0, 0)
    }
}
