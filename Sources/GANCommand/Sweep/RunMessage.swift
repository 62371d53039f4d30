import GAN

/// What a run of a sweep tells the process that started it, in a line each.
enum RunMessage: Equatable {
    /// So many passes are done, with the losses of the last of them.
    case pass(Int, discriminatorLoss: Double, generatorLoss: Double)
    /// So many steps of the warm-up are done, with the loss of the last of them.
    case warmUp(Int, discriminatorLoss: Double)
    /// Samples were judged: their distance, and the lowest one so far.
    case judged(distance: Double, best: Double)

    /// What there is to tell of an event of training; `nil` for nothing.
    init?(_ event: TrainingEvent) {
        switch event {
        case .restored, .resumed, .begins, .step: return nil
        case .warmUp(let steps, let loss):
            self = .warmUp(steps, discriminatorLoss: Double(loss))
        case .pass(let report):
            self = .pass(
                report.time, discriminatorLoss: Double(report.discriminatorLoss),
                generatorLoss: Double(report.generatorLoss))
        case .judged(let report):
            self = .judged(
                distance: report.judgement[.frechetDistance], best: report.bestDistance)
        }
    }

    /// The message that a line is; `nil` for none.
    init?(line: some StringProtocol) {
        let words = line.split(separator: " ").map { String($0) }
        switch (words.first, words.count) {
        case ("pass", 4):
            guard let passes = Int(words[1]), let one = Double(words[2]),
                let other = Double(words[3])
            else { return nil }
            self = .pass(passes, discriminatorLoss: one, generatorLoss: other)
        case ("warm-up", 3):
            guard let steps = Int(words[1]), let loss = Double(words[2]) else { return nil }
            self = .warmUp(steps, discriminatorLoss: loss)
        case ("judged", 3):
            guard let distance = Double(words[1]), let best = Double(words[2]) else { return nil }
            self = .judged(distance: distance, best: best)
        default: return nil
        }
    }

    /// The line.
    var line: String {
        switch self {
        case .pass(let passes, let one, let other): "pass \(passes) \(one) \(other)\n"
        case .warmUp(let steps, let loss): "warm-up \(steps) \(loss)\n"
        case .judged(let distance, let best): "judged \(distance) \(best)\n"
        }
    }
}
