public import TensorGraph

/// A loop whose passes are some steps of the discriminator and one of the generator.
public struct AlternatingLoop: TrainingLoop {
    /// Passes done.
    public var passes = 0
    /// The discriminator's steps in the pass that has begun.
    public var discriminatorSteps = 0
    /// The discriminator's steps in each pass, at least 1.
    public var stepsOfDiscriminator = 1

    /// The loop before its first step.
    public init() {}

    /// Where it stands.
    public var place: LoopPlace {
        .pass(number: passes + 1, generatorSteps: discriminatorSteps == 0 ? nil : 0)
    }

    /// It waits for nothing.
    public var search: LoopSearch? { nil }

    /// Runs until the passes are done, or `trainer` throws.
    public mutating func run(_ trainer: some Trainer<Self>, passes end: Int) throws {
        while passes < end {
            while discriminatorSteps < stepsOfDiscriminator {
                _ = try trainer.step(.discriminator, of: self)
                discriminatorSteps += 1
            }
            _ = try trainer.step(.generator, of: self)
            discriminatorSteps = 0
            passes += 1
            try trainer.passEnded(self)
        }
    }

    private enum Name {
        static let passes = "loop/passes"
        static let steps = "loop/pass_discriminator_steps"
        static let stepsOfPass = "loop/discriminator_steps_of_pass"
    }

    /// Its parts, by name.
    public var state: [(name: String, tensor: TensorValue)] {
        [
            (Name.passes, passes), (Name.steps, discriminatorSteps),
            (Name.stepsOfPass, stepsOfDiscriminator),
        ].map { ($0, TensorValue([Int64($1)], shape: [])) }
    }

    /// The loop that a checkpoint tells of.
    ///
    /// - Throws: ``TrainingError/notResumable(_:)`` where it tells of none; `CheckpointError`.
    public init(_ saved: SavedTensors) throws {
        passes = try saved.count(Name.passes)
        stepsOfDiscriminator = max(1, try saved.count(Name.stepsOfPass))
        discriminatorSteps = min(try saved.count(Name.steps), stepsOfDiscriminator)
    }
}
