internal import RecordIO

/// Keeps the latest checkpoints of a training run in a folder, and the state file that names them;
/// TensorFlow 1's `tf.train.Saver`.
///
/// ```swift
/// let saver = try CheckpointSaver(folder: "log/run")
/// try saver.save([("weights", weights)], globalStep: 12)  // "log/run/model.ckpt-12"
/// try latestCheckpoint(in: "log/run")                     // "log/run/model.ckpt-12"
/// ```
///
/// Whenever the process is killed, or the machine stops, the state file names whole checkpoints: a
/// new one is on the disk before the state file tells of it, an old one is removed after the state
/// file has forgotten it. One that is saved again, at the same step, is the one before until it is
/// the new one (``Checkpoint/write(_:to:)``).
///
/// A folder is for one saver of one process at a time.
public final class CheckpointSaver {
    /// The folder.
    public let folder: String
    /// What the checkpoints' names begin with.
    public let name: String
    /// How many checkpoints are kept.
    public let maxToKeep: Int

    private var state: CheckpointState?

    /// Begins to keep a folder's checkpoints, and goes on from its state file, if there is one.
    ///
    /// - Parameters:
    ///   - folder: A folder, which is made if it does not exist.
    ///   - name: The name to which each checkpoint's step is added.
    ///   - maxToKeep: How many checkpoints are kept, at least 1.
    ///   - prefix: The checkpoint in the folder that the run goes on from, if it does: the latest
    ///     from now on. Those that are newer are the first to be removed, and a state file that is
    ///     damaged or gone is made anew.
    /// - Throws: `CheckpointError` where the folder cannot be made, or its state file is damaged and
    ///   no `prefix` is given, or cannot be written.
    public init(
        folder: String, name: String = "model.ckpt", maxToKeep: Int = 5,
        goingOnFrom prefix: String? = nil
    ) throws(CheckpointError) {
        precondition(
            !name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")),
            "\(name) cannot be a checkpoint's name")
        precondition(maxToKeep >= 1, "at least one checkpoint has to be kept")
        self.folder = folder
        self.name = name
        self.maxToKeep = maxToKeep
        try orCheckpointError { () throws(FileError) in try Folder.create(folder) }
        if let prefix {
            try goOn(from: prefix)
        } else {
            state = try CheckpointState(in: folder).flatMap(existing)
        }
        removeLeftovers()
    }

    /// Has the state file name a checkpoint of the folder as the latest.
    private func goOn(from prefix: String) throws(CheckpointError) {
        let path = FilePath.name(of: prefix)
        let oldestFirst = Array(try CheckpointCandidates(in: folder).newestFirst.reversed())
        let all = existing(CheckpointState(latest: path, all: oldestFirst))?.all ?? []
        let place = all.lastIndex { $0.isExactly(path) } ?? all.endIndex
        let newState = CheckpointState(
            latest: path, all: Array(all[place...].dropFirst()) + all[..<place] + [path])
        let saved = try? CheckpointState(in: folder)
        if saved != newState {
            try orCheckpointError { () throws(FileError) in
                try newState.staged(in: folder).commit()
                try Folder.synchronize(folder)
            }
        }
        state = newState
    }

    /// The prefixes of the checkpoints that the state file names, the oldest first.
    public var checkpoints: [String] {
        state?.all.map { CheckpointState.prefix(of: $0, in: folder) } ?? []
    }

    /// Saves a checkpoint, in place of one of the same step, and removes the oldest ones beyond
    /// `maxToKeep`.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, in any order; each with a name of its own.
    ///   - globalStep: The step, not negative.
    /// - Returns: The prefix of the checkpoint's files, such as `log/run/model.ckpt-12`.
    /// - Throws: `CheckpointError` where names are not usable, or files cannot be written; then no
    ///   checkpoint is lost, and no temporary file is left.
    @discardableResult
    public func save(
        _ tensors: [(name: String, tensor: TensorValue)], globalStep: Int
    ) throws(CheckpointError) -> String {
        precondition(globalStep >= 0, "a step is not negative")
        let path = "\(name)-\(globalStep)"
        let prefix = CheckpointState.prefix(of: path, in: folder)
        let others = state?.all.filter { !$0.isExactly(path) } ?? []
        let newState = CheckpointState(latest: path, all: (others + [path]).suffix(maxToKeep))

        // All that needs room comes first.
        let checkpoint = try StagedCheckpoint(tensors, prefix: prefix)
        try orCheckpointError { () throws(FileError) in
            let stateFile = try newState.staged(in: folder)
            try checkpoint.commit()
            try commit(newState, stateFile)
        }
        return prefix
    }
}

extension CheckpointSaver {
    /// A state without the checkpoints that are gone, in which those of the folder are named without
    /// it; `nil` if none is left.
    private func existing(_ state: CheckpointState) -> CheckpointState? {
        func existing(_ path: String) -> String? {
            let prefix = CheckpointState.prefix(of: path, in: folder)
            guard CheckpointFiles.exist(prefix) else { return nil }
            let above = Folder.file(at: FilePath.folder(of: prefix))
            return above?.identity == Folder.file(at: folder)?.identity
                ? FilePath.name(of: prefix) : path
        }
        let all = state.all.compactMap(existing)
        guard let latest = existing(state.latest) ?? all.last else { return nil }
        return CheckpointState(latest: latest, all: all)
    }

    /// Removes the temporary files that processes have left that were killed.
    private func removeLeftovers() {
        StagedFile.removeLeftovers(in: folder) {
            $0 == "checkpoint" || $0.utf8.starts(with: "\(name)-".utf8)
        }
    }

    /// Puts a new state file in place, and removes the checkpoints that it does not name any more.
    private func commit(_ newState: CheckpointState, _ file: StagedFile) throws(FileError) {
        let forgotten = state?.all.filter { !newState.all.containsExactly($0) } ?? []
        try file.commit()
        state = newState
        try Folder.synchronize(folder)
        // What lies elsewhere or has another name was not written here, and is left alone.
        for path in forgotten
        where path.begins(with: "\(name)-") && !path.utf8.contains(UInt8(ascii: "/")) {
            remove(path)
        }
    }

    /// Removes a checkpoint of the folder, the index first, so that none is there in part. What
    /// cannot be removed stays: the new checkpoint is what matters.
    private func remove(_ path: String) {
        for name in ((try? files(of: path)) ?? []).reversed() {
            Folder.removeFile("\(folder)/\(name)")
        }
    }

    /// The names of a checkpoint's files in the folder: those of the data, then the index.
    private func files(of path: String) throws(FileError) -> [String] {
        try Folder.entries(of: folder).map(\.name)
            .filter { BundleFormat.checkpoint(ofFile: $0)?.isExactly(path) ?? false }
            .sorted()
    }
}
