import GAN

/// Shows how far training is.
protocol ProgressView: AnyObject {
    /// Shows what training reports.
    func show(_ event: TrainingEvent)

    /// Leaves the output as the next line needs it.
    func finish()
}

/// The article's printed lines, one for each pass.
final class PrintedLines: ProgressView {
    private var warmUp: (steps: Int, loss: Float)?

    func show(_ event: TrainingEvent) {
        switch event {
        case .restored:
            System.print(event.restoredLines)
        case .warmUp(let steps, let loss):
            warmUp = (steps, loss)
        case .pass(let report):
            finish()
            System.print(Self.line(report))
        }
    }

    /// Prints how the discriminator's training alone ended, if nothing came after it.
    func finish() {
        guard let (steps, loss) = warmUp else { return }
        warmUp = nil
        System.print("warm-up: \(steps) D steps  D_loss: \(loss)\n")
    }

    static func line(_ report: PassReport) -> String {
        "train times: \(report.time)  D_avg_loss: \(report.discriminatorLoss)"
            + "  G_avg_loss: \(report.generatorLoss)\n"
    }
}

extension TrainingEvent {
    /// What is said of the checkpoint that training begins with; empty for other events.
    var restoredLines: String {
        guard case .restored(let prefix, let passes, let left) = self else { return "" }
        if passes > 0 { return "resumed after pass \(passes), from \(prefix)\n" }
        let lines = ["restored \(prefix)"] + left.map { "new, for in it \($0)" }
        return lines.map { $0.printable + "\n" }.joined()
    }
}
