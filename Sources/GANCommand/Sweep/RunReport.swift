import GAN
import Platform

/// What a run that is trained here has said.
struct RunReport {
    private(set) var passes = 0
    private(set) var discriminatorLoss, generatorLoss: Double?
    private(set) var distance, bestDistance: Double?
    /// The steps of the warm-up, while it is in it.
    private(set) var warmUpSteps: Int?
    /// The passes at which it began here, and up to which it is trained.
    private var begun = (passes: 0, goal: 0)
    /// When it began, and when the first of its passes was done.
    private var start: Duration?
    private var firstPass: (passes: Int, time: Duration)?

    /// Notes that its process begins.
    mutating func begin(passes: Int, goal: Int, at time: Duration) {
        begun = (passes, goal)
        (start, firstPass) = (time, nil)
    }

    /// Notes that its process has ended.
    mutating func end() {
        (start, firstPass, warmUpSteps) = (nil, nil, nil)
    }

    /// Takes what it says.
    mutating func take(_ message: RunMessage, at time: Duration) {
        switch message {
        case .pass(let passes, let one, let other):
            self.passes = passes
            (discriminatorLoss, generatorLoss) = (one, other)
            warmUpSteps = nil
            if firstPass == nil { firstPass = (passes, time) }
        case .warmUp(let steps, let loss):
            warmUpSteps = steps
            discriminatorLoss = loss
        case .judged(let distance, let best):
            (self.distance, bestDistance) = (distance, best)
        }
    }

    /// How long it has been trained here.
    func seconds(_ now: Duration) -> Double { start.map { (now - $0) / .seconds(1) } ?? 0 }

    /// How long it takes from now on, by how long its passes took.
    func timeLeft(_ now: Duration) -> Duration? {
        guard let firstPass, passes > firstPass.passes, now > firstPass.time,
            begun.goal < TrainingLimit.passes
        else { return nil }
        let each = (now - firstPass.time) / Double(passes - firstPass.passes)
        return each * Double(max(0, begun.goal - passes))
    }
}

/// The signal that nobody can catch.
enum SignalNumber {
    static let kill = SIGKILL
}
