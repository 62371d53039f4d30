import ArgumentParser
import Datasets
import GAN
import TensorGraph

/// A checkpoint, and the noise that its generator is given.
struct SampleSource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The checkpoint: its files' path without their endings, or a run's folder for its latest.",
            valueName: "prefix"))
    var checkpoint: String

    @Option(
        help: ArgumentHelp(
            "The noise, an array of NumPy's: [n, 20], float32 or float64.", valueName: "file"))
    var noise: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many vectors of noise to draw instead. (default: 10)", valueName: "n"),
        transform: NumberFlag.count)
    var count: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the noise starts; training draws the same. (default: 0)", valueName: "n"),
        transform: NumberFlag.seed)
    var seed: UInt32?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Threads to compute with. (default: one per core)", valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads: Int?

    /// A batch of a million images would take tens of gigabytes.
    static let greatestCount = 100_000

    func validate() throws {
        if noise != nil, count != nil || seed != nil {
            throw ValidationError("--noise gives all the noise: leave out --count and --seed")
        }
        if let count, count > Self.greatestCount {
            throw ValidationError("--count must be at most \(Self.greatestCount)")
        }
    }

    /// The generator with its graph.
    func sampler() throws -> Sampler {
        try Sampler(
            checkpoint: checkpointPrefix(at: checkpoint),
            threads: threads ?? System.processorCount)
    }

    /// The noise, [n, 20].
    func noiseValue() throws -> Value {
        guard let noise else { return Sampler.noise(count: count ?? 10, seed: seed ?? 0) }
        let array = try NPY(path: noise, shape: [nil, Sampler.noiseSize])
        guard (1...Self.greatestCount).contains(array.shape[0]) else {
            throw CommandError(
                "\(noise) holds \(array.shape[0]) vectors; give 1...\(Self.greatestCount)")
        }
        return Value(array.values, shape: array.shape)
    }
}
