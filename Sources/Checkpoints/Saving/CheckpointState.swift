internal import RecordIO

/// What a folder's state file says: which checkpoints are in the folder, and which of them is the
/// latest.
///
///     model_checkpoint_path: "model.ckpt-12"
///     all_model_checkpoint_paths: "model.ckpt-7"
///     all_model_checkpoint_paths: "model.ckpt-12"
///
/// The paths are those of the files without their endings, absolute or from the folder on.
///
/// Source: TensorFlow's `python/training/checkpoint_state.proto`.
struct CheckpointState: Equatable {
    /// The checkpoint to restore.
    var latest: String
    /// All checkpoints, the oldest first.
    var all: [String]

    /// The path of a folder's state file.
    static func path(in folder: String) -> String {
        "\(folder)/checkpoint"
    }

    /// The most bytes that a state file may have: a path for each checkpoint.
    private static let longest = 1 << 24

    init(latest: String, all: [String]) {
        self.latest = latest
        self.all = all
    }

    /// Reads a folder's state file; `nil` if there is none.
    init?(in folder: String) throws(CheckpointError) {
        let path = Self.path(in: folder)
        guard Folder.exists(path) else { return nil }
        let bytes = try orCheckpointError { () throws(FileError) in
            try InputFile.contents(of: path, limit: Self.longest)
        }
        try self.init(parsing: bytes, path: path)
    }

    /// Reads a state file's text.
    init(parsing bytes: [UInt8], path: String) throws(CheckpointError) {
        var latest: String?
        var all: [String] = []
        var parser = TextFormat(bytes)
        do {
            while let (name, text) = try parser.nextString() {
                switch name {
                case "model_checkpoint_path": latest = FileName.text(of: text)
                case "all_model_checkpoint_paths": all.append(FileName.text(of: text))
                default: continue
                }
            }
        } catch {
            throw CheckpointError(.damaged(.wrongState), path: path, offset: error.offset)
        }
        guard let latest, !latest.isEmpty else {
            throw CheckpointError(.damaged(.wrongState), path: path, offset: bytes.count)
        }
        self.init(latest: latest, all: all.contains(latest) ? all : all + [latest])
    }

    /// The file's text.
    var text: String {
        (["model_checkpoint_path: \(TextFormat.quoted(latest))"]
            + all.map { "all_model_checkpoint_paths: \(TextFormat.quoted($0))" })
            .map { "\($0)\n" }.joined()
    }

    /// Writes the state file of a folder, up to giving it its name.
    func staged(in folder: String) throws(FileError) -> StagedFile {
        let file = try StagedFile(Self.path(in: folder))
        try file.append(Array(text.utf8).span.bytes)
        try file.synchronize()
        return file
    }

    /// The prefix of a checkpoint's files, as a path for the system.
    ///
    /// A folder that was moved or copied takes its checkpoints along: where an absolute path leads
    /// nowhere, and the folder has a checkpoint of that name, that one is meant.
    static func prefix(of path: String, in folder: String) -> String {
        let inFolder = "\(folder)/\(FilePath.name(of: path))"
        if !FilePath.isAbsolute(path) { return "\(folder)/\(path)" }
        let isMoved =
            !CheckpointFiles.exist(path) && CheckpointFiles.exist(inFolder)
        return isMoved ? inFolder : path
    }
}

/// The checkpoint that a folder's state file names as the latest, as `tf.train.latest_checkpoint`
/// finds it.
///
/// - Returns: The prefix of its files, for `Checkpoint(opening:)`; `nil` if the folder has no state
///   file.
/// - Throws: `CheckpointError` where the state file is damaged, or names a checkpoint that is not
///   there.
public func latestCheckpoint(in folder: String) throws(CheckpointError) -> String? {
    guard let state = try CheckpointState(in: folder) else { return nil }
    let prefix = CheckpointState.prefix(of: state.latest, in: folder)
    guard CheckpointFiles.exist(prefix) else {
        throw CheckpointError(.noCheckpoint, path: prefix)
    }
    return prefix
}
