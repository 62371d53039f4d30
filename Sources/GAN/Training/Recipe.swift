public import TensorGraph

/// What a trainer trains: two networks that play against each other, with their hyperparameters and
/// the loop that trains them. The trainer knows nothing else of them.
///
/// The networks are of images, [N, 784], and of noise.
public protocol Recipe: Sendable {
    /// What a run is started with.
    associatedtype Hyperparameters: HyperparameterSet
    /// The graph, built whole.
    associatedtype Program: AdversarialProgram
    /// Which step comes next.
    associatedtype Loop: TrainingLoop

    /// Builds the graph.
    ///
    /// - Parameter seed: of the initial weights; `nil` for other ones in each session.
    static func program(_ hyperparameters: Hyperparameters, seed: UInt64?) -> Program

    /// The numbers in a vector of noise.
    static var noiseSize: Int { get }
    /// The noise that a seed gives: [count, ``noiseSize``]. Its first vectors are the same for every
    /// count.
    static func noise(count: Int, seed: UInt32) -> Value

    /// The name of ``AdversarialProgram/discriminatorIndex`` in checkpoints.
    static var discriminatorIndexName: String { get }
    /// The tags of what the program's summary has for the log.
    static var tags: SummaryTags { get }
}

/// The tags under which a program's summary has what a log shows of any two networks.
public struct SummaryTags: Sendable {
    /// The discriminator's loss, a number.
    public var discriminatorLoss: String
    /// The generator's loss, a number.
    public var generatorLoss: String
    /// What the generator makes: images under this tag, as `ImageSummary` numbers them.
    public var images: String

    /// Names the tags.
    public init(discriminatorLoss: String, generatorLoss: String, images: String) {
        self.discriminatorLoss = discriminatorLoss
        self.generatorLoss = generatorLoss
        self.images = images
    }
}

/// A graph of two networks that play against each other, and what trains them.
public protocol AdversarialProgram {
    /// The graph that all of it is in.
    var graph: Graph { get }
    /// Gives all variables their first values.
    var initializer: Node { get }
    /// Images, [N, 784] in 0...1.
    var inputX: Tensor { get }
    /// Noise, [N, ``Recipe/noiseSize``].
    var inputZ: Tensor { get }
    /// G(z), [N, 784] in 0...1.
    var generatorZ: Tensor { get }
    /// What the discriminator's training makes small: a scalar.
    var discriminatorLoss: Tensor { get }
    /// What the generator's training makes small: a scalar.
    var generatorLoss: Tensor { get }
    /// One step of the discriminator's optimizer.
    var discriminatorTrain: Node { get }
    /// One step of the generator's optimizer.
    var generatorTrain: Node { get }
    /// How often the discriminator was trained: an int32 scalar.
    var discriminatorIndex: Variable { get }
    /// How often the generator was trained: an int32 scalar.
    var generatorIndex: Variable { get }
    /// Everything that the log shows of a pass.
    var summary: SummaryTensor { get }
    /// The share of images, real and made, that the discriminator judges rightly: a scalar.
    var accuracy: Tensor { get }
}
