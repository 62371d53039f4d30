internal import Checkpoints

/// Where a run stands between two steps, as everything that is said of it has it.
public enum RunPlace: Sendable, Equatable {
    /// The discriminator is trained alone, and has come to that step of its own, 0 before the first.
    case warmUp(discriminatorStep: Int)
    /// So many passes are done, and the next one has not begun.
    case betweenPasses(done: Int)
    /// The pass of that number, from 1, has had its step of the discriminator, and so many of the
    /// generator.
    case pass(number: Int, generatorSteps: Int)

    /// The place of a loop.
    init(_ place: LoopPlace, discriminatorStep: Int) {
        self =
            switch place {
            case .warmUp: .warmUp(discriminatorStep: discriminatorStep)
            case .pass(let number, nil): .betweenPasses(done: number - 1)
            case .pass(let number, let steps?): .pass(number: number, generatorSteps: steps)
            }
    }

    /// The place at which a checkpoint was saved; `nil` for one that cannot be read, or that holds
    /// variables alone, as TensorFlow's does.
    ///
    /// - Parameters:
    ///   - prefix: The path of its files without their endings.
    ///   - recipe: What the run trains.
    public init?<R: Recipe>(ofCheckpoint prefix: String, of recipe: R.Type) {
        guard let checkpoint = try? Checkpoint(opening: prefix),
            let state = try? RunState<R>(checkpoint)
        else { return nil }
        self.init(state, of: checkpoint)
    }

    /// The place that a checkpoint's state tells of.
    init<R: Recipe>(_ state: RunState<R>, of checkpoint: Checkpoint) {
        let step = try? checkpoint.tensor(named: R.discriminatorIndexName)
        self.init(state.loop.place, discriminatorStep: step?.int ?? 0)
    }
}

extension RunPlace: CustomStringConvertible {
    /// In words that go on a sentence: `after pass 12`.
    public var description: String {
        switch self {
        case .warmUp(0): "before the warm-up"
        case .warmUp(let step): "in the warm-up, after step \(step) of the discriminator"
        case .betweenPasses(0): "after the warm-up"
        case .betweenPasses(let done): "after pass \(done)"
        case .pass(let number, 0): "in pass \(number), after its step of the discriminator"
        case .pass(let number, let steps):
            "in pass \(number), after \(steps) of its steps of the generator"
        }
    }
}
