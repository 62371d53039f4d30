import GAN

/// Shows how far training is.
protocol ProgressView: AnyObject {
    /// Shows what training reports.
    func show(_ event: TrainingEvent)

    /// Leaves the output as the next line needs it.
    func finish()
}

/// The article's printed lines, one for each pass; and one every few seconds where a pass or the
/// warm-up takes longer.
final class PrintedLines: ProgressView {
    private var warmUp: (steps: Int, loss: Float)?
    private var printed = ContinuousClock.now
    /// Passes from one that is printed to the next.
    private let every: Int

    /// How long there may be no line.
    private static let interval = Duration.seconds(5)

    init(every: Int = 1) {
        self.every = every
    }

    func show(_ event: TrainingEvent) {
        switch event {
        case .restored, .resumed:
            print(event.startLines)
        case .begins:
            printed = .now
        case .warmUp(let steps, let loss):
            warmUp = (steps, loss)
            if isTime { print("warm-up: \(steps) D steps so far  D_loss: \(loss)\n") }
        case .step(let time, let steps, let loss):
            finish()
            if isTime, every == 1 {
                print("pass \(time): \(steps) G steps so far  G_loss: \(loss)\n")
            }
        case .pass(let report):
            finish()
            if report.time.isMultiple(of: every) || report.time == 1 { print(Self.line(report)) }
        case .judged(let report):
            print(
                "judged after pass \(report.passes): \(report)  lowest so far: "
                    + "\(QualityReport.rounded(report.bestDistance))\n\(report.warningLines)")
        }
    }

    private var isTime: Bool { printed.duration(to: .now) >= Self.interval }

    private func print(_ text: String) {
        guard !text.isEmpty else { return }
        System.print(text)
        printed = .now
    }

    /// Prints how the discriminator's training alone ended, if nothing came after it.
    func finish() {
        guard let (steps, loss) = warmUp else { return }
        warmUp = nil
        print("warm-up: \(steps) D steps  D_loss: \(loss)\n")
    }

    static func line(_ report: PassReport) -> String {
        "train times: \(report.time)  D_avg_loss: \(report.discriminatorLoss)"
            + "  G_avg_loss: \(report.generatorLoss)\n"
    }
}

extension QualityReport {
    /// What has collapsed, a line each.
    var warningLines: String {
        warnings.map { "warning: after pass \(passes) \($0)\n" }.joined()
    }
}

extension TrainingEvent {
    /// What is said of the checkpoint that training begins with; empty for other events.
    var startLines: String {
        let lines: [String]
        switch self {
        case .restored(let prefix, let left):
            lines =
                [
                    "restored \(RunPlace.words(ofCheckpoint: prefix)): a new run with its "
                        + "variables, from its step on"
                ]
                + left.map { "new, for in it \($0)" }
        case .resumed(let report):
            lines = ["resumed \(report.place), from \(report.prefix)"]
        default:
            lines = []
        }
        return lines.map { $0.printable + "\n" }.joined()
    }
}

extension RunPlace {
    /// A checkpoint with the place at which it was saved, as far as it tells: its number counts the
    /// generator's steps, and all else counts passes. `log/r/model.ckpt-84 (after pass 12)`
    ///
    /// - Parameter name: What it is called, if not by its prefix.
    static func words(ofCheckpoint prefix: String, named name: String? = nil) -> String {
        let name = name ?? prefix
        return RunPlace(ofCheckpoint: prefix).map { "\(name) (\($0))" } ?? name
    }
}
