import GAN

/// One line of the terminal, redrawn in place.
final class LiveLine: ProgressView {
    private let plan: PassPlan
    private var stepPace = Pace()
    private var passPace = Pace()
    /// Passes, planned steps of the generator, and the warm-up's steps, per second.
    private var planPace = Pace()
    private var warmUpSteps = 0
    private var noted = ContinuousClock.now
    private var drawn: ContinuousClock.Instant?

    /// More often than this nobody can read it.
    private static let interval = Duration.milliseconds(80)

    init(passes: Int) {
        plan = PassPlan(passes: passes)
    }

    func show(_ event: TrainingEvent) {
        if case .restored = event {
            System.print(event.restoredLines)
            noted = .now
            return
        }
        let now = ContinuousClock.now
        note(event, after: noted.duration(to: now))
        noted = now
        if let drawn, drawn.duration(to: now) < Self.interval { return }
        drawn = now
        // Carriage return, the line, and what is right of it erased.
        System.print("\r\(Self.line(fields(event), width: System.terminalWidth))\u{1b}[K")
    }

    /// Erases the line.
    func finish() {
        if drawn != nil { System.print("\r\u{1b}[K") }
    }

    /// Notes how long it took from the last event to this one.
    func note(_ event: TrainingEvent, after duration: Duration) {
        switch event {
        case .restored: break
        case .warmUp(let steps, _):
            stepPace.note(Double(steps - warmUpSteps), in: duration)
            warmUpSteps = steps
        case .pass(let report):
            passPace.note(1, in: duration)
            planPace.note(Double(plan.steps(report.time - 1..<report.time)), in: duration)
        }
    }

    /// What there is to say, the most important first.
    func fields(_ event: TrainingEvent) -> [String] {
        switch event {
        case .restored: return []
        case .warmUp(let steps, let loss):
            let rate = stepPace.perSecond.map { "\($0.threeDigits) steps/s" }
            let always = ["warm-up", "D loss \(loss.short)", "D step \(steps)"]
            return always + [rate].compactMap(\.self)
        case .pass(let report):
            let rest = Double(plan.steps(report.time..<plan.passes))
            let left = planPace.perSecond.map { pace in
                "\(Duration.seconds((rest / pace).rounded(.up)).inWords) left"
            }
            let rate = passPace.perSecond.map { pace in
                pace < 1 ? "\((1 / pace).threeDigits) s/pass" : "\(pace.threeDigits) passes/s"
            }
            return [
                "pass \(report.time)/\(plan.passes)", "D loss \(report.discriminatorLoss.short)",
                "G loss \(report.generatorLoss.short)",
            ] + [left, "G step \(report.generatorSteps)", rate].compactMap(\.self)
        }
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
