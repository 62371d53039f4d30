import GAN
import RecordIO

/// The files that a run has in its folder, told by their names: nothing else there is a run's.
enum RunFiles {
    /// The file that names the checkpoints.
    static let state = "checkpoint"

    /// Whether a file belongs to the checkpoint whose samples were best.
    static func isBest(_ name: String) -> Bool {
        name.wholeMatch(of: /best\.(index|data-[0-9]{5}-of-[0-9]{5})/) != nil
    }

    /// Whether a file belongs to one of the latest checkpoints.
    static func isCheckpoint(_ name: String) -> Bool {
        name.wholeMatch(
            of: /model\.ckpt-[0-9]+\.(index|meta|data-[0-9]{5}-of-[0-9]{5})/) != nil
    }

    /// Whether a file is a run's: its log, a checkpoint, the file that names those, what a sweep knows
    /// of it, or what a killed process left of one.
    static func isRuns(_ name: String) -> Bool {
        let name = String(StagedFile.name(ofTemporary: name) ?? name[...])
        return name == state || name == RunRecord.fileName || isCheckpoint(name) || isBest(name)
            || name.wholeMatch(of: /(?s)events\.out\.tfevents\.[0-9]{10}\..+/) != nil
    }

    /// Removes a run's files from its folder: the file that names the checkpoints first, so that it
    /// never names one that is gone.
    ///
    /// - Throws: `FileError` where the folder cannot be read or a file cannot be removed.
    static func remove(from folder: String) throws(FileError) {
        try remove(from: folder, where: isRuns)
    }

    /// Removes a run's checkpoints from its folder, and leaves its log.
    ///
    /// - Throws: as ``remove(from:)``.
    static func removeCheckpoints(from folder: String) throws(FileError) {
        try remove(from: folder) { $0 == state || isCheckpoint($0) || isBest($0) }
    }

    private static func remove(
        from folder: String, where isMeant: (String) -> Bool
    ) throws(FileError) {
        let names = try Folder.entries(of: folder).filter { !$0.isFolder && isMeant($0.name) }
            .map(\.name)
        if names.isEmpty { return }
        for name in names.filter({ $0 == state }) + names.filter({ $0 != state }) {
            let path = FilePath.joining(folder, name)
            Folder.removeFile(path)
            if Folder.exists(path) { throw FileError(path: path, action: .write, code: 1) }
        }
        try Folder.synchronize(folder)
    }
}
