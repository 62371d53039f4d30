/// The article's loop, from the discriminator's training alone to the last pass, and where it
/// stands: it can be left between any two steps, and goes on from there.
///
/// A step trains one network and is followed by that network's loss. A pass is one step of the
/// discriminator and several of the generator. All of them see the same images and the same noise.
public struct ArticleLoop: TrainingLoop {
    /// Passes done.
    public var passes = 0
    /// Whether the discriminator has had its training alone, the warm-up.
    public var isWarmedUp = false
    /// The pass that has begun; `nil` between two passes.
    public var pass: Pass?

    /// The loop before its first step.
    public init() {}

    /// How far a pass is.
    public struct Pass: Equatable, Sendable {
        /// The generator's steps in it.
        public var generatorSteps = 0
        /// The generator's loss after the last of them (the article's `G_avg_loss`).
        public var generatorLoss: Float = 0
        /// Its loss a step before (`last_loss`), once its certain steps are done.
        public var lastLoss: Float = 99
        /// How often the loss has risen since then (`over_time`).
        public var overTime = 0
    }

    /// Runs until the passes are done, or `trainer` throws.
    public mutating func run(_ trainer: some Trainer<Self>, passes trainTimes: Int) throws {
        while !isWarmedUp {
            isWarmedUp = try trainer.step(.discriminator, of: self) <= 0.001
        }

        while passes < trainTimes {
            var pass = try self.pass ?? begin(trainer)

            while pass.generatorSteps < Self.certainSteps(inPass: passes) {
                pass.generatorLoss = try trainer.step(.generator, of: self)
                pass.generatorSteps += 1
                self.pass = pass
            }
            while pass.generatorLoss > 1, pass.overTime < 10 {
                if pass.lastLoss < pass.generatorLoss { pass.overTime += 1 }
                pass.lastLoss = pass.generatorLoss
                pass.generatorLoss = try trainer.step(.generator, of: self)
                pass.generatorSteps += 1
                self.pass = pass
            }

            self.pass = nil
            passes += 1
            try trainer.passEnded(self)
        }
    }

    private mutating func begin(_ trainer: some Trainer<Self>) throws -> Pass {
        _ = try trainer.step(.discriminator, of: self)
        let pass = Pass()
        self.pass = pass
        return pass
    }

    /// The generator's steps that each pass takes at least; `pass` counts from 0.
    public static func certainSteps(inPass pass: Int) -> Int { 7 + 5 * (pass / 500) }

    /// The generator's steps that passes take together at least, counted from 0.
    public static func certainSteps(inPasses passes: Range<Int>) -> Int {
        func before(_ pass: Int) -> Int {
            let (whole, rest) = pass.quotientAndRemainder(dividingBy: 500)
            return 7 * pass + 5 * (500 * (whole * (whole - 1) / 2) + whole * rest)
        }
        return before(passes.upperBound) - before(passes.lowerBound)
    }
}

extension ArticleLoop {
    /// Where it stands.
    public var place: LoopPlace {
        guard isWarmedUp else { return .warmUp }
        return .pass(number: passes + 1, generatorSteps: pass?.generatorSteps)
    }

    /// What it waits for.
    public var search: LoopSearch? {
        guard isWarmedUp else { return LoopSearch(.warmUp, until: "which ends at 0.001") }
        guard let pass, pass.generatorSteps >= Self.certainSteps(inPass: passes) else { return nil }
        return LoopSearch(
            .pass(passes + 1), until: "which ends when it is at most 1 or has risen ten times")
    }
}
