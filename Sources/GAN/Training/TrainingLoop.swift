/// A loop that a trainer runs: a value that says which step comes next and where it stands, and
/// knows neither the graph nor the log.
///
/// Whenever the trainer throws, the value stands where it stood before the step that was asked for;
/// run again, it goes on with that one.
protocol TrainingLoop {
    /// Where it stands, for those who watch.
    var place: LoopPlace { get }
    /// What it waits for without a limit of steps; `nil` while the number of steps is known.
    var search: LoopSearch? { get }

    /// Takes one step after the other until so many passes are done, or `trainer` throws.
    mutating func run(_ trainer: some Trainer<Self>, passes: Int) throws
}

/// What a loop asks of the trainer.
protocol Trainer<Loop> {
    associatedtype Loop

    /// Takes a step of one of the two networks.
    ///
    /// - Parameter loop: The loop as it stands before the step.
    /// - Returns: The network's loss after the step.
    func step(_ network: Player, of loop: Loop) throws -> Float

    /// Notes that a pass is done.
    ///
    /// - Parameter loop: The loop as it stands after the pass.
    func passEnded(_ loop: Loop) throws
}

/// One of the two networks that play against each other.
public enum Player: String, Sendable {
    case discriminator, generator
}

/// Where a loop stands.
enum LoopPlace: Equatable {
    /// The discriminator is trained alone.
    case warmUp
    /// In the pass of that number, from 1; the generator's steps done in it, or `nil` before the
    /// first step.
    case pass(number: Int, generatorSteps: Int?)
}

/// A part of a loop that goes on until a loss is low enough.
public enum LoopSearch: Sendable, Equatable {
    /// The warm-up, in which the discriminator's loss has to fall.
    case warmUp
    /// The pass of that number, from 1, in which the generator's has to.
    case pass(Int)
}
