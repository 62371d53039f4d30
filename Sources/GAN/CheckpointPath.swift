internal import Checkpoints
internal import RecordIO

/// The checkpoint that is meant by a path: the latest one of a folder, or the one whose files have
/// this prefix.
///
/// - Returns: The prefix of its files, which need not exist where `path` is no folder.
/// - Throws: `CheckpointError` where a folder's state file is damaged, or names a checkpoint that is
///   not there; ``TrainingError/noCheckpoint(folder:)``.
public func checkpointPrefix(at path: String) throws -> String {
    guard try Folder.isFolder(path) else { return path }
    guard let prefix = try latestCheckpoint(in: path) else {
        throw TrainingError.noCheckpoint(folder: path)
    }
    return prefix
}
