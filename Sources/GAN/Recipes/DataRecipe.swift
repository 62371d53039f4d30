public import Datasets
public import TensorGraph

/// Networks that are trained on all images, shuffled, with fresh noise: what every recipe but the
/// article's is a case of.
public enum DataRecipe: Recipe {
    /// The networks, their losses, optimizers and loop.
    public typealias Hyperparameters = RecipeSettings
    /// The graph.
    public typealias Program = RecipeProgram
    /// Some steps of the discriminator and one of the generator.
    public typealias Loop = AlternatingLoop
    /// Shuffled images and fresh noise.
    public typealias Feed = ShuffledFeed

    /// Builds the graph.
    public static func program(_ settings: RecipeSettings, seed: UInt64?) -> RecipeProgram {
        RecipeProgram(settings, seed: seed)
    }

    /// The loop before its first step.
    public static func loop(_ settings: RecipeSettings) -> AlternatingLoop {
        var loop = AlternatingLoop()
        loop.stepsOfDiscriminator = settings.discriminatorSteps
        return loop
    }

    /// The numbers in a vector of noise.
    public static func noiseSize(_ settings: RecipeSettings) -> Int { settings.noiseSize }

    /// Normally distributed noise, [count, ``RecipeSettings/noiseSize``].
    public static func noise(count: Int, seed: UInt32, _ settings: RecipeSettings) -> Value {
        var stream = RandomStream(seed: seed, .shown, 0)
        return Value(
            stream.normal(count * settings.noiseSize), shape: [count, settings.noiseSize])
    }

    /// As many as a square grid of ten columns has; with classes, some for each of them.
    public static func noiseCount(_ settings: RecipeSettings) -> Int {
        guard settings.classCount > 0 else { return 100 }
        return settings.classCount * max(1, min(10, 500 / settings.classCount))
    }

    /// A column for each class.
    public static func gridColumns(_ settings: RecipeSettings) -> Int? {
        settings.classCount > 0 ? settings.classCount : nil
    }

    /// Shuffled images and fresh noise.
    public static func feed(
        _ settings: RecipeSettings, _ data: MNIST, _ program: RecipeProgram, noise: Value,
        rows: Range<Int>
    ) -> ShuffledFeed {
        ShuffledFeed(settings, data, program, noise: noise, rows: rows)
    }

    /// A step's loss is the one that its gradients are of.
    public static var hasLossesAfterSteps: Bool { false }

    /// The name of the count of the discriminator's steps.
    public static let discriminatorIndexName = "discriminator_train_time"

    /// The article's tags; the images are those of the noise that the run keeps.
    public static let tags = SummaryTags(
        discriminatorLoss: "discriminator_loss", generatorLoss: "generator_loss", images: nil)
}
