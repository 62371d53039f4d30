import RecordIO

/// Folders that are made for runs.
extension RunFolder {
    /// Of a folder and those above it the ones that are not there, the innermost first.
    static func missing(_ path: String) -> [String] {
        var missing: [String] = []
        var rest = FilePath.withoutTrailingSlashes(path)
        while !rest.isEmpty, !Folder.exists(rest) {
            missing.append(rest)
            rest = FilePath.withoutTrailingSlashes(FilePath.folder(of: rest))
        }
        return missing
    }

    /// Makes the folder at `path` and those above it, as far as they are not there.
    static func makeFolders(_ path: String) throws(CommandError) {
        do throws(FileError) {
            try Folder.create(path)
        } catch {
            if let target = Folder.target(ofDanglingLink: error.path) {
                throw CommandError(
                    "\(error.path) is a link that leads to \(target), where there is nothing; make "
                        + "that folder, or \(elsewhere)")
            }
            if error.code == FileError.notAFolder {
                throw CommandError("\(error.path) is a file, not a folder; \(elsewhere)")
            }
            throw cannotBeMade(error.path, error)
        }
    }

    private static func cannotBeMade(_ path: String, _ error: FileError) -> CommandError {
        CommandError("\(path) cannot be made (\(error.reason)); \(elsewhere)")
    }

    /// Makes a folder that is named by date and time, and by a number where that is taken.
    static func makeTimestamped(in folder: String) throws(CommandError) -> String {
        let first = FilePath.joining(folder, FileName.timestamp)
        var path = first
        var number = 1
        while true {
            do throws(FileError) {
                try Folder.createNew(path)
                return path
            } catch {
                guard error.code == FileError.exists else { throw cannotBeMade(path, error) }
                number += 1
                path = "\(first)-\(number)"
            }
        }
    }

    /// Curves of two runs in one folder would be drawn as one.
    func checkIsFree() throws(CommandError) {
        let names: [String]
        do throws(FileError) {
            names = try Folder.entries(of: path).map(\.name)
            try Folder.checkIsWritable(path)
        } catch {
            throw CommandError("\(path) cannot be written to (\(error.reason)); \(Self.elsewhere)")
        }
        guard names.contains(where: { $0 == "checkpoint" || $0.contains("tfevents") }) else {
            return
        }
        let canResume = names.contains { RunFiles.isCheckpoint($0) }
        throw CommandError(
            "\(path) holds a run already; choose another name by --run, "
                + (canResume ? "go on with it by --resume, " : "")
                + "or begin it anew \(wayToBeginAnew)")
    }

    /// Keeps the folder for this process until it ends: two that write checkpoints into one folder
    /// would remove each other's.
    static func lock(_ path: String) throws(CommandError) {
        guard Folder.lock(path) else {
            throw CommandError(
                "\(path) is being trained in by another process; wait until it ends, or choose "
                    + "another name by --run")
        }
    }

    private static let elsewhere = "choose another folder by --logdir"
}
