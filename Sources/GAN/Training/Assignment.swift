public import Datasets
internal import TensorGraph

/// What process 0 tells the others of a run that all train together: what they cannot read from their
/// own command lines, such as the numbers of a run that is resumed.
public struct Assignment<R: Recipe> {
    /// What the run is trained with.
    public var hyperparameters: R.Hyperparameters
    /// The parts that a step's batch is cut into.
    public var shards: Int

    /// An assignment.
    public init(_ hyperparameters: R.Hyperparameters, shards: Int) {
        self.hyperparameters = hyperparameters
        self.shards = shards
    }

    private enum Name {
        static var batchSize: String { "batch_size" }
        static var shards: String { "shards" }
    }

    /// As a message.
    public var message: [UInt8] {
        let numbers = R.Hyperparameters.all.compactMap { hyperparameter in
            hyperparameter.storage.map {
                (name: hyperparameter.tensorName, tensor: $0.tensor(hyperparameters))
            }
        }
        func number(_ value: Int) -> TensorValue { TensorValue([Int64(value)], shape: []) }
        return SavedTensors.encode(
            numbers + [
                (Name.batchSize, number(hyperparameters.batchSize)), (Name.shards, number(shards)),
            ])
    }

    /// The assignment of a message.
    ///
    /// - Throws: ``TrainingError/notResumable(_:)`` for a message that is none.
    public init(_ message: [UInt8]) throws {
        let saved = try SavedTensors(decoding: message)
        hyperparameters = R.Hyperparameters()
        hyperparameters.batchSize = try saved.count(Name.batchSize)
        try hyperparameters.take(from: saved)
        shards = try saved.count(Name.shards)
    }
}

extension MNIST {
    /// The checksum (CRC-32C) of all images and labels, by which other data can be told from these.
    public var checksum: UInt32 { all.checksum ^ (test?.checksum ?? 0) }
}
