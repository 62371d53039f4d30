public import Datasets
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
    /// What each step is fed.
    associatedtype Feed: TrainingFeed

    /// Builds the graph.
    ///
    /// - Parameter seed: of the initial weights; `nil` for other ones in each session.
    static func program(_ hyperparameters: Hyperparameters, seed: UInt64?) -> Program

    /// The loop before its first step.
    static func loop(_ hyperparameters: Hyperparameters) -> Loop

    /// The numbers in a vector of noise.
    static func noiseSize(_ hyperparameters: Hyperparameters) -> Int
    /// The noise that a seed gives: [count, ``noiseSize(_:)``]. Its first vectors are the same for
    /// every count.
    static func noise(count: Int, seed: UInt32, _ hyperparameters: Hyperparameters) -> Value
    /// How many vectors of noise a run keeps, which the log shows throughout.
    static func noiseCount(_ hyperparameters: Hyperparameters) -> Int

    /// How many of the images of that noise are side by side in the log's grid; `nil` for what makes
    /// it nearly square.
    static func gridColumns(_ hyperparameters: Hyperparameters) -> Int?

    /// What the steps are fed.
    ///
    /// - Parameters:
    ///   - program: the graph whose placeholders are fed.
    ///   - noise: what the run keeps, [``noiseCount(_:)``, ``noiseSize(_:)``].
    ///   - rows: those of each step's batch that this process needs.
    static func feed(
        _ hyperparameters: Hyperparameters, _ data: MNIST, _ program: Program, noise: Value,
        rows: Range<Int>
    ) -> Feed

    /// Whether a network's loss is computed anew after each of its steps, as the article has it, or
    /// is the one that the step's gradients are of.
    static var hasLossesAfterSteps: Bool { get }

    /// The name of ``AdversarialProgram/discriminatorIndex`` in checkpoints.
    static var discriminatorIndexName: String { get }
    /// The tags of what the program's summary has for the log.
    static var tags: SummaryTags { get }
}

extension Recipe {
    /// A loop that needs to know nothing.
    public static func loop(_ hyperparameters: Hyperparameters) -> Loop { Loop() }
    /// As many as a batch has.
    public static func noiseCount(_ hyperparameters: Hyperparameters) -> Int {
        hyperparameters.batchSize
    }
    /// A grid that is nearly square.
    public static func gridColumns(_ hyperparameters: Hyperparameters) -> Int? { nil }
    /// Computed anew.
    public static var hasLossesAfterSteps: Bool { true }
}

extension Recipe where Feed == FixedFeed {
    /// The first images of the data, and the noise that the run keeps, in every step.
    public static func feed(
        _ hyperparameters: Hyperparameters, _ data: MNIST, _ program: Program, noise: Value,
        rows: Range<Int>
    ) -> FixedFeed {
        let size = hyperparameters.batchSize
        func feed(_ examples: Examples) -> [Tensor: Value] {
            let images = Value(examples.pixels(0..<size), shape: [size, MNIST.pixelCount])
            return [program.inputX: images, program.inputZ: noise]
        }
        return FixedFeed(
            training: feed(data.train), shown: feed(data.validation),
            imagesChecksum: data.train.checksum(0..<size))
    }
}

/// The tags under which a program's summary has what a log shows of any two networks.
public struct SummaryTags: Sendable {
    /// The discriminator's loss, a number.
    public var discriminatorLoss: String
    /// The generator's loss, a number.
    public var generatorLoss: String
    /// What the generator makes: images under this tag, as `ImageSummary` numbers them; `nil` for a
    /// summary without images, beside which the log has those of the noise that the run keeps.
    public var images: String?

    /// Names the tags.
    public init(discriminatorLoss: String, generatorLoss: String, images: String?) {
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
    /// Noise, [N, ``Recipe/noiseSize(_:)``].
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
    /// What keeps the average of the generator's weights over time, of which ``generatorZ`` is then
    /// made; `nil` where it is made of the weights as they are.
    var average: WeightAverage? { get }
    /// Labels of ``inputX`` and ``inputZ``, [N, classes], each row 1 at its class and otherwise 0;
    /// `nil` for networks that know no classes.
    var inputY: Tensor? { get }
    /// What the discriminator says, for those who watch; `nil` where it is not told.
    var discriminatorView: DiscriminatorView? { get }
    /// The statistics by which ``generatorZ`` is normalized over a batch. Fed with those of many
    /// images, each image is made of its noise alone.
    var batchStatistics: [Tensor] { get }
}

extension AdversarialProgram {
    /// None.
    public var average: WeightAverage? { nil }
    /// None.
    public var inputY: Tensor? { nil }
    /// Not told.
    public var discriminatorView: DiscriminatorView? { nil }
    /// None: then an image depends on those beside it.
    public var batchStatistics: [Tensor] { [] }
}

/// What keeps an average of weights over time.
public struct WeightAverage {
    /// Brings it up to date.
    public let update: Node
    /// The generator's steps from one update to the next.
    public let interval: Int
}
