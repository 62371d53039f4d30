import GAN
import RecordIO

/// What the folder of a run of a sweep has beside its log and its checkpoints.
enum SweepFolder {
    /// Tries to keep a run for this process until it ends, on all machines that see the folder.
    static func lock(run path: String) -> FileLock.Attempt {
        FileLock.attempt(FilePath.joining(path, "sweep.lock"))
    }

    /// Whether a process trains a run now; `nil` where the file system does not tell.
    static func isLocked(run path: String) -> Bool? {
        guard Folder.exists(FilePath.joining(path, "sweep.lock")) else { return false }
        return switch lock(run: path) {
        case .taken: false
        case .busy: true
        case .refused: nil
        }
    }

    /// Refuses to go on with a run as another one.
    static func check(_ record: RunRecord, is flags: [String], at path: String) throws {
        guard record.flags != flags else { return }
        func words(_ flags: [String], without other: [String]) -> String {
            let only = flags.filter { !other.contains($0) }.map(\.quotedForShell)
            return only.isEmpty ? "without more flags" : "with \(only.joined(separator: " "))"
        }
        throw CommandError(
            "\(path) was trained \(words(record.flags, without: flags)), not "
                + "\(words(flags, without: record.flags)); choose another folder by --logdir, or "
                + "remove that one")
    }

    /// Seconds between judgements of a run's samples. Every run of a sweep has a distance: by recipes
    /// whose samples are not judged otherwise, that of its end.
    static func judgeEvery<R: TrainedRecipe>(_ recipe: R.Type) -> Double {
        R.judgeEvery > 0 ? R.judgeEvery : 1e9
    }
}
