internal import Checkpoints
internal import RecordIO
internal import TensorGraph

/// The checkpoint of a run whose samples were best, beside its latest ones: `best` in its folder.
///
/// It is kept in memory at first, and written with the next of the run's checkpoints: distances fall
/// often at the beginning, and a checkpoint takes longer to reach the disk than samples to be judged.
final class BestCheckpoint {
    private let prefix: String
    private var pending: [(name: String, tensor: TensorValue)]?
    /// The Fréchet distance of its samples; `nil` while there is none.
    private(set) var distance: Double?
    private var isWritten: Bool

    private static let name = "best"
    private static let distanceName = "quality/frechet_distance"

    /// - Parameter isResumed: whether one in the folder is of this run; one of a run before is left
    ///   until there is a better one of this run.
    init(folder: String, isResumed: Bool) throws {
        prefix = FilePath.joining(folder, Self.name)
        isWritten = false
        guard isResumed, let checkpoint = try? Checkpoint(opening: prefix),
            let number = try? checkpoint.tensor(named: Self.distanceName),
            let distance = number.values(of: Double.self)?.first, distance.isFinite
        else { return }
        (self.distance, isWritten) = (distance, true)
    }

    /// The prefix of its files, once they are written.
    var writtenPrefix: String? { isWritten ? prefix : nil }

    /// Takes a better one.
    func keep(_ tensors: [(name: String, tensor: TensorValue)], distance: Double) {
        self.distance = distance
        pending = tensors + [(Self.distanceName, TensorValue([distance], shape: []))]
    }

    /// Writes it, if there is a better one than before.
    ///
    /// - Throws: `CheckpointError`; the one before is then as it was.
    func write() throws {
        guard let tensors = pending else { return }
        try Checkpoint.write(tensors, to: prefix)
        (pending, isWritten) = (nil, true)
    }
}
