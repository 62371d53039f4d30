internal import Checkpoints
internal import Datasets
internal import RecordIO
internal import TensorGraph

extension Session {
    /// Takes from a checkpoint what training is to begin with.
    ///
    /// - Returns: in words, which variables the checkpoint lacks.
    func restore<R: Recipe>(
        _ start: TrainingOptions<R>.Start, _ state: inout RunState<R>
    ) throws -> [String] {
        let variables = graph.variables
        switch start {
        case .fresh: break
        case .restored(let prefix, let minimumShare):
            let checkpoint = try Checkpoint(opening: prefix)
            if let minimumShare {
                return try restorePartially(
                    variables, from: checkpoint, minimumShare: minimumShare)
            }
            try restore(variables, from: checkpoint)
        case .resumed(let run):
            let size = run.state.hyperparameters.batchSize
            guard state.hyperparameters.batchSize == size else {
                throw TrainingError.otherBatchSize(
                    saved: size, asked: state.hyperparameters.batchSize)
            }
            guard state.imagesChecksum == run.state.imagesChecksum else {
                throw TrainingError.otherImages(run.checkpoint)
            }
            guard state.shards == run.state.shards else {
                throw TrainingError.otherShards(saved: run.state.shards, asked: state.shards)
            }
            try restore(variables, from: Checkpoint(opening: run.checkpoint))
            let hyperparameters = state.hyperparameters
            state = run.state
            state.hyperparameters = hyperparameters
            // What was drawn with it is the run's.
            state.hyperparameters.seed = run.hyperparameters.seed
        }
        return []
    }
}

extension Examples {
    /// The checksum of images, by which others can be told from them.
    func checksum(_ range: Range<Int>) -> UInt32 {
        pixels(range).withUnsafeBytes { CRC32C.checksum(of: $0.bytes) }
    }

    /// The checksum of all images and their labels.
    var checksum: UInt32 {
        let images = bytes.withUnsafeBytes { CRC32C.checksum(of: $0.bytes) }
        guard let labels else { return images }
        return images ^ labels.withUnsafeBytes { CRC32C.checksum(of: $0.bytes) }
    }
}
