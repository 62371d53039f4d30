import GAN

/// One line of the terminal, redrawn in place.
final class LiveLine: ProgressView {
    private let passes: Int
    /// The seconds after which training ends; `nil` where passes alone end it.
    private let timeLimit: Double?
    /// The passes, as they stand behind each pass's number; empty where time alone ends training.
    private var ofAll: String { passes < TrainingLimit.passes ? "/\(passes)" : "" }
    private var forecast: StepForecast?
    private var stepPace = Pace()
    private var passPace = Pace()
    /// The generator's steps, and what passes take beside them, per second.
    private var workPace = Pace(memory: 15)
    private var warmUpSteps = 0
    private var generatorSteps = 0
    /// How good the samples were last.
    private var judged: QualityReport?
    private var clock = WorkClock()
    /// When the last event was noted, and when the line was drawn last.
    private var noted = Duration.zero
    private var drawn: Duration?

    /// More often than this nobody can read it.
    private static let interval = Duration.milliseconds(80)
    /// How long a pass may take before its steps are shown.
    private static let longPass = Duration.seconds(1)
    /// The standard deviation of the work left, as a share of it, up to which the time is said.
    private static let greatestSpread = 0.15
    /// What erases everything from the cursor to the end of the screen.
    private static let eraseRest = "\u{1b}[J"
    /// What erases the line of the cursor.
    private static let eraseLine = "\u{1b}[2K"
    /// What lets a line end at the right edge, and what lets it go on in the next row again (DECAWM).
    private static let (noWrap, wrap) = ("\u{1b}[?7l", "\u{1b}[?7h")

    init(passes: Int, timeLimit: Double? = nil, forecast: StepForecast? = StepForecast()) {
        self.passes = passes
        self.timeLimit = timeLimit
        self.forecast = forecast
    }

    func show(_ event: TrainingEvent) {
        let now = clock.look()
        switch event {
        case .restored, .resumed, .begins:
            System.print(event.startLines)
            note(event, after: .zero)
            noted = now
            return
        case .judged(let report):
            judged = report
            // What judging took is none of the passes'.
            noted = now
            guard !report.warnings.isEmpty else { return }
            finish()
            System.print(report.warningLines)
            return
        case .step:
            // The pass is noted when it is done.
            guard now - noted >= Self.longPass else { return }
        case .warmUp, .pass:
            note(event, after: now - noted)
            noted = now
        }
        if let drawn, now - drawn < Self.interval { return }
        // In the background the terminal is the shell's.
        guard System.isInForeground else { return }
        drawn = now
        // The cursor goes back to the start of the line: a terminal that is made narrower breaks the
        // line in two, and leaves the cursor where the first of them begins. Its width may be known
        // too late, when it is narrower already than the line.
        let line = Self.line(fields(event), width: System.terminalWidth)
        System.print("\r\(Self.noWrap)\(line)\(Self.eraseRest)\(Self.wrap)\r")
    }

    /// Erases the line: on its own first, as tmux keeps what is erased from the screen's first place
    /// to its last.
    func finish() {
        guard drawn != nil, System.isInForeground else { return }
        System.print("\r\(Self.eraseLine)\(Self.eraseRest)")
    }

    /// Notes how long it took from the last event to this one.
    func note(_ event: TrainingEvent, after duration: Duration) {
        switch event {
        case .restored, .resumed, .step, .judged: break
        case .begins(_, let steps):
            generatorSteps = steps
        case .warmUp(let steps, _):
            if warmUpSteps > 0 { stepPace.note(Double(steps - warmUpSteps), in: duration) }
            warmUpSteps = steps
        case .pass(let report):
            let steps = report.generatorSteps - generatorSteps
            generatorSteps = report.generatorSteps
            forecast?.note(steps, inPass: report.time - 1)
            passPace.note(1, in: duration)
            workPace.note(StepForecast.work(steps: Double(steps), passes: 1), in: duration)
        }
    }

    /// What there is to say, the most important first.
    func fields(_ event: TrainingEvent) -> [String] {
        switch event {
        case .restored, .resumed, .begins, .judged: return []
        case .warmUp(let steps, let loss):
            let rate = stepPace.perSecond.map { "\($0.threeDigits) steps/s" }
            let always = ["warm-up", "training D loss \(loss.short)", "D step \(steps)"]
            return always + [rate].compactMap(\.self)
        case .step(let time, let steps, let loss):
            return [
                "pass \(time)\(ofAll)", "G loss \(loss.short)", "G step \(steps) of it",
            ] + [left(after: time - 1)].compactMap(\.self)
        case .pass(let report):
            let rate = passPace.perSecond.map { pace in
                pace < 1 ? "\((1 / pace).threeDigits) s/pass" : "\(pace.threeDigits) passes/s"
            }
            return [
                "pass \(report.time)\(ofAll)",
                "training D loss \(report.discriminatorLoss.short)",
                "G loss \(report.generatorLoss.short)",
            ] + [judged.map(Self.words)].compactMap(\.self)
                + [left(after: report.time), "G step \(report.generatorSteps)", rate]
                .compactMap(\.self)
        }
    }

    /// How good samples are, and how good they were at best.
    private static func words(_ report: QualityReport) -> String {
        let (now, best) = (report.judgement[.frechetDistance], report.bestDistance)
        return "Fréchet \(QualityReport.rounded(now)), best \(QualityReport.rounded(best))"
    }

    /// The time that is left after so many passes; where they are so few that their steps cannot be
    /// foreseen, a time that they will hardly exceed.
    private func left(after done: Int) -> String? {
        let rest = timeLimit.map { max(0, $0 - clock.worked / .seconds(1)) }
        guard let forecast else {
            let byPasses = passPace.perSecond.flatMap { pace in
                passes < TrainingLimit.passes ? Double(passes - done) / pace : nil
            }
            return [rest, byPasses].compactMap(\.self).min().map {
                "\(Duration.seconds($0.rounded()).inWords) left"
            }
        }
        if let rest { return "at most \(Duration.seconds(rest.rounded()).inWords) left" }
        let (work, spread) = forecast.work(in: done..<max(done, passes))
        guard let pace = workPace.perSecond else { return nil }
        guard spread > Self.greatestSpread else {
            return "\(Duration.seconds((work / pace).rounded()).inWords) left"
        }
        let most = Duration.seconds(work * (1 + 2.5 * spread) / pace)
        return "under \(most.roundedUp.inWords) left"
    }

    /// As many of the fields as the width takes; its last column stays free, as some terminals go to
    /// the next line there.
    static func line(_ fields: [String], width: Int) -> String {
        var line = ""
        for field in fields {
            let longer = line.isEmpty ? field : "\(line)  \(field)"
            guard longer.count < width else { break }
            line = longer
        }
        return line.isEmpty ? String((fields.first ?? "").prefix(max(width - 1, 0))) : line
    }
}
