/// The article's loop, from the discriminator's training alone to the last pass, and where it
/// stands: it can be left between any two steps, and goes on from there.
///
/// A step trains one network and is followed by that network's loss. A pass is one step of the
/// discriminator and several of the generator. All of them see the same images and the same noise.
struct ArticleLoop: TrainingLoop, Equatable {
    /// Passes done.
    var passes = 0
    /// Whether the discriminator has had its training alone, the warm-up.
    var isWarmedUp = false
    /// The pass that has begun; `nil` between two passes.
    var pass: Pass?

    /// How far a pass is.
    struct Pass: Equatable {
        /// The generator's steps in it.
        var generatorSteps = 0
        /// The generator's loss after the last of them (the article's `G_avg_loss`).
        var generatorLoss: Float = 0
        /// Its loss a step before (`last_loss`), once its certain steps are done.
        var lastLoss: Float = 99
        /// How often the loss has risen since then (`over_time`).
        var overTime = 0
    }

    /// Runs until the passes are done, or `trainer` throws.
    mutating func run(_ trainer: some Trainer<Self>, passes trainTimes: Int) throws {
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
    static func certainSteps(inPass pass: Int) -> Int { 7 + 5 * (pass / 500) }
}

extension ArticleLoop {
    var place: LoopPlace {
        guard isWarmedUp else { return .warmUp }
        return .pass(number: passes + 1, generatorSteps: pass?.generatorSteps)
    }

    var search: LoopSearch? {
        guard isWarmedUp else { return .warmUp }
        guard let pass, pass.generatorSteps >= Self.certainSteps(inPass: passes) else { return nil }
        return .pass(passes + 1)
    }
}
