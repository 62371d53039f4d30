internal import Checkpoints
internal import TensorBoard
public import TensorGraph

/// The generator of a checkpoint, and what else its graph computes.
///
///     let sampler = try Sampler(checkpoint: "log/first/model.ckpt-7000", threads: 2)
///     let images = try sampler.images(sampler.noise(count: 10, seed: 0))  // [10, 784], in 0...1
public struct RecipeSampler<R: Recipe> {
    /// The graph.
    public let program: R.Program
    /// The session that has the checkpoint's variables.
    public let session: Session
    /// What the run was started with; the defaults for a checkpoint of variables alone.
    public let hyperparameters: R.Hyperparameters
    /// The statistics by which each image is made of its noise alone; empty where it depends on
    /// those beside it.
    private(set) var statistics: [Tensor: Value] = [:]

    /// Restores a checkpoint of a run's or of TensorFlow's.
    ///
    /// - Parameters:
    ///   - prefix: The path of its files without their endings.
    ///   - threads: How many threads are used, at least 1; `nil` for as many of the processors as
    ///     are fastest.
    /// - Throws: `CheckpointError` where it cannot be read, or is not one of this model.
    public init(checkpoint prefix: String, threads: Int?) throws {
        let checkpoint = try Checkpoint(opening: prefix)
        hyperparameters =
            (try? RunState<R>(checkpoint))?.hyperparameters ?? R.Hyperparameters()
        program = R.program(hyperparameters, seed: 0)
        session = Session(graph: program.graph, threads: threads)
        try session.restore(session.graph.variables, from: checkpoint)
        statistics = try session.batchStatistics(of: program, for: R.self, hyperparameters)
    }

    /// The noise that training draws with a seed: [count, ``noiseSize``]. The first `count` vectors
    /// of a seed are the same for every count.
    public func noise(count: Int, seed: UInt32) -> Value {
        R.noise(count: count, seed: seed, hyperparameters)
    }

    /// The numbers in a vector of noise.
    public var noiseSize: Int { R.noiseSize(hyperparameters) }

    /// The names of the classes that can be asked for.
    public var classNames: [String] {
        (hyperparameters as? RecipeSettings)?.classNames ?? []
    }

    /// How many classes can be asked for; 0 for networks that know none.
    public var classCount: Int { program.inputY?.shape.dimensions?.last.flatMap(\.self) ?? 0 }

    /// G(z): [n, ``noiseSize``] → [n, 784], in 0...1.
    ///
    /// The article's batch normalization takes its mean and variance from the whole batch, as in
    /// training: the image of a vector depends somewhat on the vectors beside it. That of other
    /// recipes takes them from 1000 images of noise that is always the same.
    ///
    /// - Parameters:
    ///   - noise: at least one vector.
    ///   - classes: the class of each image, in 0..<``classCount``; `nil` for one after the other.
    /// - Throws: ``FetchError/nothing(_:)`` for no noise; `SessionError`.
    public func images(_ noise: Value, classes: [Int]? = nil) throws -> Value {
        guard let count = noise.shape.first, count > 0 else { throw FetchError.nothing("noise") }
        var feed = statistics
        feed[program.inputZ] = noise
        if let inputY = program.inputY {
            let classes = classes ?? (0..<count).map { $0 % classCount }
            feed[inputY] = .oneHot(classes, of: classCount)
        }
        return try session.run(program.generatorZ, feed: feed, effects: .none)
    }

    /// The tensors of those names, such as `discriminator/output/Sigmoid:0`, all from one run; as
    /// TensorFlow's `session.run` fetches them.
    ///
    /// - Parameters:
    ///   - names: names of tensors, of float32, int32, int64 or bool; without a number, a node's
    ///     first output is meant.
    ///   - images: [n, 784], in 0...1; `nil` where nothing depends on them.
    ///   - noise: [n, ``noiseSize``]; `nil` where nothing depends on it.
    /// - Throws: ``FetchError`` for a name that the graph does not have, and where what is asked for
    ///   takes as many images as vectors of noise and others are given; `SessionError` where
    ///   something is missing, or is of a shape that it cannot have.
    public func fetch(_ names: [String], images: Value?, noise: Value?) throws -> [Value] {
        var feed: [Tensor: Value] = [:]
        if let images { feed[program.inputX] = images }
        if let noise { feed[program.inputZ] = noise }
        if let inputY = program.inputY, let count = noise?.shape.first ?? images?.shape.first {
            feed[inputY] = .oneHot((0..<count).map { $0 % classCount }, of: classCount)
        }
        for (tensor, value) in feed where value.shape.contains(0) {
            throw FetchError.nothing(tensor == program.inputX ? "images" : "noise")
        }
        let tensors = try names.map(tensor)
        do {
            return try session.run(tensors, feed: feed, effects: .none)
        } catch SessionError.misfit(let place) {
            guard let images, let noise, images.shape.first != noise.shape.first else {
                throw SessionError.misfit(place)
            }
            throw FetchError.differentCounts(
                images: images.shape.first ?? 0, noise: noise.shape.first ?? 0)
        }
    }

    private func tensor(_ name: String) throws -> Tensor {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let node = session.graph.node(named: String(parts[0])) else {
            throw FetchError.unknown(name)
        }
        let index = parts.count == 2 ? Int(parts[1]) : 0
        guard let index, node.outputs.indices.contains(index) else {
            throw FetchError.noOutput(name, outputs: node.outputs.count)
        }
        guard [.float, .int32, .int64, .bool].contains(node.outputs[index].type) else {
            throw FetchError.notNumbers(name)
        }
        return node.output(index)
    }
}

/// The generator of a checkpoint of any recipe.
public protocol ImageSampler {
    /// The numbers in a vector of noise.
    var noiseSize: Int { get }
    /// How many classes can be asked for; 0 for networks that know none.
    var classCount: Int { get }
    /// Their names.
    var classNames: [String] { get }
    /// The noise that training draws with a seed: [count, ``noiseSize``].
    func noise(count: Int, seed: UInt32) -> Value
    /// Images of noise, [n, 784] in 0...1.
    func images(_ noise: Value, classes: [Int]?) throws -> Value
    /// Tensors by name.
    func fetch(_ names: [String], images: Value?, noise: Value?) throws -> [Value]
}

extension RecipeSampler: ImageSampler {}

/// The generator of a checkpoint, of whatever recipe it is.
///
/// - Parameters:
///   - prefix: The path of its files without their endings.
///   - threads: as ``RecipeSampler/init(checkpoint:threads:)`` takes them.
/// - Throws: `CheckpointError` where it cannot be read, or is of none of the recipes.
public func imageSampler(
    ofCheckpoint prefix: String, threads: Int?
) throws -> any ImageSampler {
    if NamedRecipe(ofCheckpoint: prefix) != nil {
        return try RecipeSampler<DataRecipe>(checkpoint: prefix, threads: threads)
    }
    return try RecipeSampler<Article>(checkpoint: prefix, threads: threads)
}

/// Why a tensor cannot be fetched.
public enum FetchError: Error, Equatable, CustomStringConvertible {
    /// The graph has no node of that name.
    case unknown(String)
    /// The node has only so many outputs.
    case noOutput(String, outputs: Int)
    /// It holds a summary or text.
    case notNumbers(String)
    /// It depends on images and on noise, of which there have to be equally many.
    case differentCounts(images: Int, noise: Int)
    /// It is to be computed from no images, or from no noise.
    case nothing(String)

    /// What is wrong and what to do, in one line.
    public var description: String {
        switch self {
        case .unknown(let name):
            "\(name) is no tensor of the graph; names are as TensorBoard's Graphs tab shows them, like generator/output/Sigmoid:0"
        case .noOutput(let name, let outputs):
            "\(name) is no tensor of the graph: the node has \(outputs) outputs"
        case .notNumbers(let name):
            "\(name) does not hold numbers"
        case .differentCounts(let images, let noise):
            "there are \(images) images and \(noise) vectors of noise: give as many of both"
        case .nothing(let what):
            "there are no \(what) to compute it from: give some"
        }
    }
}
