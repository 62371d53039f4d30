import RecordIO

/// Folders that have checkpoints.
extension RunFolder {
    /// Why a run cannot be gone on with that has no checkpoint: it was ended before its first one, or
    /// was told to save none, or is a folder of runs.
    var withoutCheckpoint: CommandError {
        let names = ((try? Folder.entries(of: path)) ?? []).map(\.name)
        if names.contains(where: { $0.contains("tfevents") }) {
            return CommandError(
                "\(path) has no checkpoint, but a log; begin the run anew "
                    + (address == nil
                        ? "by \(beginCommand) --overwrite" : "\(wayToBeginAnew) && \(beginCommand)")
            )
        }
        if let run = Self.savedRuns(in: path).max(by: { $0.time < $1.time }) {
            return CommandError(
                "\(path) has no checkpoint, but runs below it have: name one by --run, like "
                    + (name == "." ? run.name : FilePath.joining(name, run.name)).printable)
        }
        return CommandError(
            "\(path) has no checkpoint: nothing was trained yet; to begin it: \(beginCommand)")
    }

    /// The runs below a folder that have a checkpoint, with the time of the last one.
    static func savedRuns(in folder: String) -> [(name: String, time: Double)] {
        var runs: [(name: String, time: Double)] = []
        // A folder that cannot be read holds no run that could be gone on with.
        try? Folder.walk(folder) { _ in
        } visit: { visit in
            // The state file may be gone, or older than a checkpoint.
            let files = visit.entries.map(\.name).filter {
                RunFiles.isCheckpoint($0) || $0 == RunFiles.state
            }
            let times = files.compactMap {
                Folder.modificationTime(of: FilePath.joining(visit.path, $0))
            }
            if let time = times.max() { runs.append((visit.name, time)) }
        }
        return runs
    }

    /// The folder in which a checkpoint was saved last, where `path` is a folder of runs; else
    /// `path`.
    static func saved(at path: String) -> String {
        guard (try? Folder.isFolder(path)) == true,
            let entries = try? Folder.entries(of: path),
            !entries.contains(where: { RunFiles.isCheckpoint($0.name) }),
            let latest = savedRuns(in: path).max(by: { $0.time < $1.time })
        else { return path }
        return latest.name == "." ? path : FilePath.joining(path, latest.name)
    }
}
