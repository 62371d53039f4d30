public import TensorGraph

/// The article's networks with its loop, as the trainer takes them.
public enum Article: Recipe {
    /// The article's numbers.
    public typealias Hyperparameters = GAN.Hyperparameters
    /// The article's graph.
    public typealias Program = GAN.Program
    /// The article's loop.
    public typealias Loop = ArticleLoop
    /// The same ten images and vectors of noise in every step.
    public typealias Feed = FixedFeed

    /// Builds the graph.
    public static func program(_ hyperparameters: Hyperparameters, seed: UInt64?) -> Program {
        Program(hyperparameters, seed: seed)
    }

    /// The numbers in a vector of noise, 20.
    public static func noiseSize(_ hyperparameters: Hyperparameters) -> Int {
        Sizes.generatorInput
    }

    /// The noise that the article's script draws with a seed: [count, 20], uniform in -1..<1. The
    /// first `count` vectors of a seed are the same for every count.
    public static func noise(
        count: Int, seed: UInt32, _ hyperparameters: Hyperparameters = Hyperparameters()
    ) -> Value {
        var noise = Noise(seed: seed)
        let size = noiseSize(hyperparameters)
        return Value(noise.uniform(count * size), shape: [count, size])
    }

    /// The article's name of the count of the discriminator's steps.
    public static let discriminatorIndexName = "discriminator_train_time"

    /// The article's tags.
    public static let tags = SummaryTags(
        discriminatorLoss: "discriminator_loss", generatorLoss: "generator_loss",
        images: "G_z_image")
}

/// The generator of one of the article's checkpoints.
public typealias Sampler = RecipeSampler<Article>

extension RunPlace {
    /// The place at which a checkpoint of any recipe was saved; `nil` for one that cannot be read, or
    /// that holds variables alone, as TensorFlow's does.
    ///
    /// - Parameter prefix: The path of its files without their endings.
    public init?(ofCheckpoint prefix: String) {
        if let place = RunPlace(ofCheckpoint: prefix, of: Article.self) {
            self = place
        } else {
            self.init(ofCheckpoint: prefix, of: DataRecipe.self)
        }
    }
}
