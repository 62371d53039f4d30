internal import Checkpoints
internal import Datasets
internal import TensorGraph

/// Where the main loop stands: with the variables, all that a run needs to go on as if it had never
/// stopped.
///
/// A checkpoint holds it in tensors beside the variables, `loop/passes` and so on, which
/// TensorFlow's saver passes over.
struct LoopState: Equatable {
    /// Passes done, and how far the one is that has begun.
    var loop = ArticleLoop()
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
        // These are there only where a pass had begun.
        static let passSteps = "loop/pass_generator_steps"
        static let passLoss = "loop/pass_generator_loss"
        static let passLastLoss = "loop/pass_last_loss"
        static let passOverTime = "loop/pass_over_time"
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
        func tensor(_ name: String) throws -> TensorValue {
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
        guard noise.type == .float, noise.shape.count == 2,
            noise.shape[0] > 0, noise.shape[1] == Sizes.generatorInput,
            let isWarmedUp = try tensor(Name.isWarmedUp).values(of: Bool.self)?.first
        else { throw TrainingError.notResumable(checkpoint.prefix) }

        self.noise = noise
        loop.isWarmedUp = isWarmedUp
        loop.passes = Int(try scalar(Name.passes, in: 0...Self.countLimit))
        if known.contains(Name.passSteps) {
            let losses = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
            loop.pass = ArticleLoop.Pass(
                generatorSteps: Int(try scalar(Name.passSteps, in: 0...Self.countLimit)),
                generatorLoss: try scalar(Name.passLoss, in: losses),
                lastLoss: try scalar(Name.passLastLoss, in: losses),
                overTime: Int(try scalar(Name.passOverTime, in: 0...Self.countLimit)))
        }
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

    var tensors: [(name: String, tensor: TensorValue)] {
        func scalar<Element: TensorElement>(_ value: Element) -> TensorValue {
            TensorValue([value], shape: [])
        }
        let pass = loop.pass.map { pass in
            [
                (Name.passSteps, scalar(Int64(pass.generatorSteps))),
                (Name.passLoss, scalar(pass.generatorLoss)),
                (Name.passLastLoss, scalar(pass.lastLoss)),
                (Name.passOverTime, scalar(Int64(pass.overTime))),
            ]
        }
        return [
            (Name.passes, scalar(Int64(loop.passes))),
            (Name.isWarmedUp, scalar(loop.isWarmedUp)),
            (Name.noise, noise),
            (Name.learningRate, scalar(hyperparameters.learningRate)),
            (Name.trainTimes, scalar(Int64(hyperparameters.trainTimes))),
            (Name.trainStep, scalar(Int64(hyperparameters.trainStep))),
            (Name.seed, scalar(seed)),
            (Name.imagesChecksum, scalar(imagesChecksum)),
            (Name.filmFrames, film.tensor),
            (Name.filmStride, scalar(Int64(film.stride))),
            (Name.filmCount, scalar(Int64(film.count))),
        ] + (pass ?? [])
    }
}

extension Film {
    /// The frames that are kept and the last one: [frames, images, 784].
    fileprivate var tensor: TensorValue {
        let all = count == 0 ? [] : frames + [last]
        return TensorValue(
            all.flatMap { $0.flatMap(\.self) }, shape: [all.count, last.count, MNIST.pixelCount])
    }

    /// The film of such a tensor; `nil` where it cannot be one.
    fileprivate init?(_ tensor: TensorValue, stride: Int, count: Int) {
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
