internal import Checkpoints
internal import RecordIO

/// The checkpoint that is meant by a path: the newest whole one of a folder, or the one whose files
/// have this prefix.
public struct NamedCheckpoint: Sendable {
    /// The prefix of its files, which need not exist where the path is no folder.
    public let prefix: String
    /// Why newer checkpoints of the folder are not taken, the newest first, each in a line.
    public let passedOver: [String]

    /// Finds the checkpoint.
    ///
    /// - Throws: `CheckpointError` where a folder cannot be read; `NewestCheckpoint.NoneIsWhole`;
    ///   ``TrainingError/noCheckpoint(folder:)``.
    public init(at path: String) throws {
        guard try Folder.isFolder(path) else {
            prefix = Self.prefix(ofFile: path)
            passedOver = []
            return
        }
        guard let newest = try NewestCheckpoint(in: path) else {
            throw TrainingError.noCheckpoint(folder: path)
        }
        prefix = newest.prefix
        passedOver = newest.causes
    }

    /// The prefix that is meant by a path, which may be that of one of the checkpoint's files.
    public static func prefix(ofFile path: String) -> String {
        let match = path.wholeMatch(of: /(?s)(.+)\.(index|data-[0-9]{5}-of-[0-9]{5})/)
        return match.map { String($0.1) } ?? path
    }
}
