internal import Checkpoints
internal import Datasets
internal import TensorGraph

/// Where the main loop stands: with the variables, all that a run needs to go on as if it had never
/// stopped.
///
/// A checkpoint holds it in tensors beside the variables, `loop/passes` and so on, which
/// TensorFlow's saver passes over.
struct LoopState: Equatable {
    /// Passes done.
    var passes = 0
    /// Whether the discriminator has had its training alone.
    var isWarmedUp = false
    /// The noise that every step is fed, [batch size, 20].
    var noise: Value
    /// What the run was started with.
    var hyperparameters: Hyperparameters
    /// Of the initial weights, and of the noise at first.
    var seed: UInt32
    /// The checksum (CRC-32C) of the images that every step is fed.
    var imagesChecksum: UInt32
    /// The images that the generator made.
    var film = Film()

    private enum Name {
        static let passes = "loop/passes"
        static let isWarmedUp = "loop/is_warmed_up"
        static let noise = "loop/noise"
        static let learningRate = "loop/learning_rate"
        static let trainTimes = "loop/train_times"
        static let trainStep = "loop/train_step"
        static let seed = "loop/seed"
        static let imagesChecksum = "loop/images_crc32c"
        static let filmFrames = "loop/film_frames"
        static let filmStride = "loop/film_stride"
        static let filmCount = "loop/film_count"
    }

    init(
        noise: Value, hyperparameters: Hyperparameters, seed: UInt32, imagesChecksum: UInt32
    ) {
        self.noise = noise
        self.hyperparameters = hyperparameters
        self.seed = seed
        self.imagesChecksum = imagesChecksum
    }

    /// The most passes that a run can be asked for.
    private static let countLimit: Int64 = 1_000_000_000

    /// The state that a checkpoint holds.
    ///
    /// - Throws: `CheckpointError`; ``TrainingError/notResumable(_:)`` for a checkpoint of
    ///   variables alone, as TensorFlow writes it, or one with numbers that no run has.
    init(_ checkpoint: Checkpoint) throws {
        let known = Set(checkpoint.tensors.map(\.name))
        func tensor(_ name: String) throws -> TensorData {
            guard known.contains(name) else {
                throw TrainingError.notResumable(checkpoint.prefix)
            }
            return try checkpoint.tensor(named: name)
        }
        func scalar<Element: TensorElement>(
            _ name: String, in range: some RangeExpression<Element>
        ) throws -> Element {
            guard let values = try tensor(name).values(of: Element.self), values.count == 1,
                range.contains(values[0])
            else { throw TrainingError.notResumable(checkpoint.prefix) }
            return values[0]
        }
        let noise = try tensor(Name.noise)
        guard let numbers = noise.values(of: Float.self), noise.shape.count == 2,
            noise.shape[0] > 0, noise.shape[1] == Sizes.generatorInput,
            let isWarmedUp = try tensor(Name.isWarmedUp).values(of: Bool.self)?.first
        else { throw TrainingError.notResumable(checkpoint.prefix) }

        self.noise = Value(numbers, shape: noise.shape)
        self.isWarmedUp = isWarmedUp
        passes = Int(try scalar(Name.passes, in: 0...Self.countLimit))
        seed = try scalar(Name.seed, in: 0...UInt32.max)
        imagesChecksum = try scalar(Name.imagesChecksum, in: 0...UInt32.max)
        hyperparameters = Hyperparameters()
        hyperparameters.batchSize = noise.shape[0]
        hyperparameters.learningRate = try scalar(
            Name.learningRate, in: Float.leastNonzeroMagnitude...Float.greatestFiniteMagnitude)
        hyperparameters.trainTimes = Int(try scalar(Name.trainTimes, in: 1...Self.countLimit))
        hyperparameters.trainStep = Int(try scalar(Name.trainStep, in: 1...Self.countLimit))
        let film = Film(
            try tensor(Name.filmFrames),
            stride: Int(try scalar(Name.filmStride, in: 1...Self.countLimit)),
            count: Int(try scalar(Name.filmCount, in: 0...Self.countLimit)))
        guard let film else { throw TrainingError.notResumable(checkpoint.prefix) }
        self.film = film
    }

    var tensors: [(name: String, tensor: TensorData)] {
        func scalar<Element: TensorElement>(_ value: Element) -> TensorData {
            TensorData([value], shape: [])
        }
        return [
            (Name.passes, scalar(Int64(passes))),
            (Name.isWarmedUp, scalar(isWarmedUp)),
            (Name.noise, TensorData(noise.floats, shape: noise.shape)),
            (Name.learningRate, scalar(hyperparameters.learningRate)),
            (Name.trainTimes, scalar(Int64(hyperparameters.trainTimes))),
            (Name.trainStep, scalar(Int64(hyperparameters.trainStep))),
            (Name.seed, scalar(seed)),
            (Name.imagesChecksum, scalar(imagesChecksum)),
            (Name.filmFrames, film.tensor),
            (Name.filmStride, scalar(Int64(film.stride))),
            (Name.filmCount, scalar(Int64(film.count))),
        ]
    }
}

extension Film {
    /// The frames that are kept and the last one: [frames, images, 784].
    fileprivate var tensor: TensorData {
        let all = count == 0 ? [] : frames + [last]
        return TensorData(
            all.flatMap { $0.flatMap(\.self) }, shape: [all.count, last.count, MNIST.pixelCount])
    }

    /// The film of such a tensor; `nil` where it cannot be one.
    fileprivate init?(_ tensor: TensorData, stride: Int, count: Int) {
        guard let pixels = tensor.values(of: UInt8.self), tensor.shape.count == 3,
            tensor.shape[2] == MNIST.pixelCount, tensor.shape[1] <= Self.imagesPerFrame
        else { return nil }
        // Those that are kept, from the first on, and the last one.
        let kept = count == 0 ? 0 : (count - 1) / stride + 1
        guard kept <= Self.capacity, tensor.shape[0] == (count == 0 ? 0 : kept + 1),
            count == 0 || tensor.shape[1] > 0
        else { return nil }
        let size = tensor.shape[1] * MNIST.pixelCount
        var all = (0..<tensor.shape[0]).map { frame in
            (0..<tensor.shape[1]).map { image in
                let start = frame * size + image * MNIST.pixelCount
                return Array(pixels[start..<start + MNIST.pixelCount])
            }
        }
        let last = all.popLast() ?? []
        self.init(frames: all, stride: stride, count: count, last: last)
    }
}

/// A run as its latest checkpoint has it, ready to be resumed.
public struct SavedRun: Sendable {
    /// The prefix of the checkpoint's files.
    public let checkpoint: String
    let loop: LoopState

    /// Reads the latest checkpoint in a run's folder, as far as it tells of the loop.
    ///
    /// - Throws: `CheckpointError` where it cannot be read;
    ///   ``TrainingError/noCheckpoint(folder:)`` and ``TrainingError/notResumable(_:)``.
    public init(folder: String) throws {
        guard let prefix = try latestCheckpoint(in: folder) else {
            throw TrainingError.noCheckpoint(folder: folder)
        }
        checkpoint = prefix
        loop = try LoopState(Checkpoint(opening: prefix))
    }

    /// What the run was trained with.
    public var hyperparameters: Hyperparameters { loop.hyperparameters }
    /// What its initial weights and its noise were drawn with.
    public var seed: UInt32 { loop.seed }
    /// Passes done.
    public var passes: Int { loop.passes }
}
