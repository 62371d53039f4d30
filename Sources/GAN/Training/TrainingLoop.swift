public import TensorGraph

/// A loop that a trainer runs: a value that says which step comes next and where it stands, and
/// knows neither the graph nor the log.
///
/// Whenever the trainer throws, the value stands where it stood before the step that was asked for;
/// run again, it goes on with that one.
public protocol TrainingLoop: Equatable, Sendable {
    /// The loop before its first step.
    init()

    /// Passes done.
    var passes: Int { get }
    /// Where it stands, for those who watch.
    var place: LoopPlace { get }
    /// What it waits for without a limit of steps; `nil` while the number of steps is known.
    var search: LoopSearch? { get }

    /// All that it takes to go on, by name: what a checkpoint holds of it.
    var state: [(name: String, tensor: TensorValue)] { get }
    /// The loop that a checkpoint tells of.
    ///
    /// - Throws: ``TrainingError/notResumable(_:)`` for what no loop has; `CheckpointError`.
    init(_ saved: SavedTensors) throws

    /// Takes one step after the other until so many passes are done, or `trainer` throws.
    mutating func run(_ trainer: some Trainer<Self>, passes: Int) throws
}

/// What a loop asks of the trainer.
public protocol Trainer<Loop> {
    /// The loop that it runs.
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
public enum LoopPlace: Sendable, Equatable {
    /// The discriminator is trained alone.
    case warmUp
    /// In the pass of that number, from 1; the generator's steps done in it, or `nil` before the
    /// first step.
    case pass(number: Int, generatorSteps: Int?)
}

/// A part of a loop that goes on until a loss is low enough.
public struct LoopSearch: Sendable, Equatable {
    /// Which part.
    public let part: Part
    /// When it ends, in words that go on a sentence: `which ends at 0.001`.
    public let end: String

    /// The parts of a loop.
    public enum Part: Sendable, Equatable {
        /// The warm-up, in which the discriminator's loss has to fall.
        case warmUp
        /// The pass of that number, from 1, in which the generator's has to.
        case pass(Int)
    }

    /// A search that ends when a loss does.
    public init(_ part: Part, until end: String) {
        self.part = part
        self.end = end
    }
}

extension LoopSearch: CustomStringConvertible {
    /// Where it is, and when it ends.
    public var description: String {
        switch part {
        case .warmUp: "in the warm-up, \(end)"
        case .pass(let number): "in pass \(number), \(end)"
        }
    }
}
