internal import Checkpoints
internal import TensorGraph

/// Where a run stands: with the variables, all that it needs to go on as if it had never stopped.
///
/// A checkpoint holds it in tensors beside the variables, `loop/passes` and so on, which
/// TensorFlow's saver passes over.
struct RunState<R: Recipe>: Equatable, Sendable {
    /// Passes done, and how far the one is that has begun.
    var loop: R.Loop
    /// The noise that the log shows, and that the article's steps are fed:
    /// [``Recipe/noiseCount(_:)``, ``Recipe/noiseSize(_:)``].
    var noise: Value
    /// What the run was started with.
    var hyperparameters: R.Hyperparameters
    /// The checksum (CRC-32C) of the images that are trained on.
    var imagesChecksum: UInt32
    /// The parts that a step's batch is cut into.
    var shards = 1
    /// The images that the generator made.
    var film = Film()
    /// The losses of each network's last step, where they are not computed anew.
    var losses = Losses()

    /// Losses of both networks.
    struct Losses: Equatable, Sendable {
        var discriminator: Float = 0
        var generator: Float = 0
    }

    private enum Name {
        static var noise: String { "loop/noise" }
        static var imagesChecksum: String { "loop/images_crc32c" }
        static var shards: String { "loop/shards" }
        static var filmFrames: String { "loop/film_frames" }
        static var filmStride: String { "loop/film_stride" }
        static var filmCount: String { "loop/film_count" }
        static var discriminatorLoss: String { "loop/discriminator_loss" }
        static var generatorLoss: String { "loop/generator_loss" }
    }

    /// The state of a run that begins.
    init(_ hyperparameters: R.Hyperparameters, shards: Int = 1, imagesChecksum: UInt32 = 0) {
        loop = R.loop(hyperparameters)
        noise = R.noise(
            count: R.noiseCount(hyperparameters), seed: hyperparameters.seed, hyperparameters)
        self.hyperparameters = hyperparameters
        self.shards = shards
        self.imagesChecksum = imagesChecksum
    }

    /// The state that a checkpoint holds.
    ///
    /// - Throws: `CheckpointError`; ``TrainingError/notResumable(_:)`` for a checkpoint of
    ///   variables alone, as TensorFlow writes it, or one with numbers that no run has.
    init(_ checkpoint: Checkpoint) throws {
        try self.init(SavedTensors(checkpoint))
    }

    /// The state that saved tensors hold.
    ///
    /// - Throws: as for a checkpoint.
    init(_ saved: SavedTensors) throws {
        loop = try R.Loop(saved)
        noise = try saved.tensor(Name.noise)
        guard noise.type == .float, noise.shape.count == 2, noise.shape[0] > 0 else {
            throw saved.notResumable
        }
        hyperparameters = R.Hyperparameters()
        hyperparameters.batchSize = noise.shape[0]
        try hyperparameters.take(from: saved)
        guard noise.shape[1] == R.noiseSize(hyperparameters) else { throw saved.notResumable }
        if !R.hasLossesAfterSteps {
            let finite = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
            losses.discriminator = try saved.scalar(Name.discriminatorLoss, in: finite)
            losses.generator = try saved.scalar(Name.generatorLoss, in: finite)
        }
        imagesChecksum = try saved.scalar(Name.imagesChecksum)
        if saved.has(Name.shards) {
            shards = try saved.count(Name.shards)
            guard shards.nonzeroBitCount == 1 else { throw saved.notResumable }
        }
        let stride = try saved.count(Name.filmStride)
        guard stride > 0,
            let film = Film(
                try saved.tensor(Name.filmFrames), stride: stride,
                count: try saved.count(Name.filmCount))
        else { throw saved.notResumable }
        self.film = film
    }

    /// The state's parts, by name.
    var tensors: [(name: String, tensor: TensorValue)] {
        let numbers = R.Hyperparameters.all.compactMap { hyperparameter in
            hyperparameter.storage.map {
                (hyperparameter.tensorName, $0.tensor(hyperparameters))
            }
        }
        let losses =
            R.hasLossesAfterSteps
            ? []
            : [
                (Name.discriminatorLoss, TensorValue([losses.discriminator], shape: [])),
                (Name.generatorLoss, TensorValue([losses.generator], shape: [])),
            ]
        let shards =
            shards == 1 ? [] : [(Name.shards, TensorValue([Int64(shards)], shape: []))]
        return loop.state + [(Name.noise, noise)] + numbers + losses + shards + [
            (Name.imagesChecksum, TensorValue([imagesChecksum], shape: [])),
            (Name.filmFrames, film.tensor),
            (Name.filmStride, TensorValue([Int64(film.stride)], shape: [])),
            (Name.filmCount, TensorValue([Int64(film.count)], shape: [])),
        ]
    }
}
