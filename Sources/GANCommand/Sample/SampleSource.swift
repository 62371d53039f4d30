import ArgumentParser
import Datasets
import GAN
import TensorGraph

/// A checkpoint, and the noise that its generator is given.
struct SampleSource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The checkpoint: its files' path without their endings; or a run's folder for its newest, "
                + "or the folder of all runs for that of the run saved last.",
            valueName: "prefix"))
    var checkpoint: String

    @Option(
        help: ArgumentHelp(
            "The noise, an array of NumPy's: [n, 20] for the article's, float32 or float64.",
            valueName: "file"))
    var noise: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the noise starts; training draws the same. (default: 0)", valueName: "n"),
        transform: NumberFlag.seed)
    var seed: UInt32?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads to compute with. (default: the fastest)", valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads: Int?

    /// A batch of a million images would take tens of gigabytes.
    static let greatestCount = 100_000

    func validate() throws {
        if noise != nil, seed != nil { throw Self.allIsGiven }
    }

    /// Refuses a number of vectors that is too great, or that says what --noise says.
    func validate(count: Int?) throws {
        guard let count else { return }
        if noise != nil { throw Self.allIsGiven }
        guard count <= Self.greatestCount else {
            throw ValidationError("--count must be at most \(Self.greatestCount)")
        }
    }

    private static var allIsGiven: ValidationError {
        ValidationError("--noise gives all the noise: leave out --count and --seed")
    }

    /// The generator with its graph, and the checkpoint that it is from.
    func sampler() throws -> (sampler: any ImageSampler, checkpoint: String) {
        let named = try NamedCheckpoint(at: RunFolder.saved(at: checkpoint))
        for cause in named.passedOver { System.printError("gan: not taken: \(cause.printable)\n") }
        return (try imageSampler(ofCheckpoint: named.prefix, threads: threads), named.prefix)
    }

    /// The noise, [n, the generator's size].
    ///
    /// - Parameter count: The vectors to draw where none are given.
    func noiseValue(count: Int, for sampler: any ImageSampler) throws -> Value {
        guard let noise else { return sampler.noise(count: count, seed: seed ?? 0) }
        let array = try NPY.read(noise, shape: [nil, sampler.noiseSize])
        guard (1...Self.greatestCount).contains(array.shape[0]) else {
            throw CommandError(
                "\(noise) holds \(array.shape[0]) vectors; give 1...\(Self.greatestCount)")
        }
        if let place = array.floats.firstIndex(where: { !$0.isFinite }) {
            let (vector, number) = place.quotientAndRemainder(dividingBy: sampler.noiseSize)
            throw CommandError(
                "\(noise) holds \(array.floats[place]) in vector \(vector), number \(number); give "
                    + "finite numbers")
        }
        return array
    }
}
