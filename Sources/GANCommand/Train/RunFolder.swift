import ArgumentParser
import GAN
import RecordIO

/// The folder of one run, below the log folder. TensorBoard takes its path from there as the run's name.
struct RunFolder {
    /// The folder of all runs.
    let logFolder: String
    /// Where its files are brought, if they are brought elsewhere.
    let address: RemoteAddress?
    /// The folder of this run, which may be the same.
    let path: String
    /// The folders that this run made, the innermost first.
    private let made: [String]

    /// The run's name below `logFolder`; `.` for that folder itself.
    let name: String

    /// Makes the folder `name` below `logFolder`, or one that is named by date and time. A folder that
    /// is there already is taken if there is no run in it, or if it is to be overwritten.
    ///
    /// - Parameter address: Where the log folder's files are brought, if they are.
    init(
        logFolder: String, name: String?, overwriting: Bool = false,
        at address: RemoteAddress? = nil
    ) throws(CommandError) {
        (self.logFolder, self.address) = (logFolder, address)
        guard let name else {
            let above = Self.missing(logFolder)
            try Self.makeFolders(logFolder)
            path = try Self.makeTimestamped(in: logFolder)
            self.name = FilePath.name(of: path)
            made = [path] + above
            try Self.lock(path)
            return
        }
        self.name = name
        path = name == "." ? logFolder : FilePath.joining(logFolder, name)
        made = Self.missing(path)
        try Self.makeFolders(path)
        if made.isEmpty, !overwriting { try checkIsFree() }
        try Self.lock(path)
    }

    /// The folder of a run that is there: `name` below `logFolder`, or the one that a checkpoint lies
    /// in, or the one in which a checkpoint was saved last.
    ///
    /// - Parameters:
    ///   - checkpoint: The checkpoint to go on from, if one is named: a path, or a name in the run's
    ///     folder.
    ///   - address: Where the log folder's files are brought, if they are.
    init(
        resuming name: String?, from checkpoint: String? = nil, in logFolder: String,
        at address: RemoteAddress? = nil
    ) throws(CommandError) {
        (self.logFolder, self.address) = (logFolder, address)
        made = []
        var name = name
        if name == nil, let checkpoint { name = try Self.run(of: checkpoint, in: logFolder) }
        if let name {
            self.name = name
            path = name == "." ? logFolder : FilePath.joining(logFolder, name)
            guard (try? Folder.isFolder(path)) == true else {
                throw CommandError(
                    "\(Self.isNotThere(path)); name a run's folder in \(logFolder) by --run")
            }
        } else {
            guard let latest = Self.savedRuns(in: logFolder).max(by: { $0.time < $1.time }) else {
                let problem =
                    Folder.target(ofDanglingLink: logFolder) == nil
                    ? "\(logFolder) has no run with a checkpoint" : Self.isNotThere(logFolder)
                throw CommandError("\(problem); name the folder of runs by --logdir")
            }
            self.name = latest.name
            path = latest.name == "." ? logFolder : FilePath.joining(logFolder, latest.name)
        }
        try Self.lock(path)
    }

    /// The name of the run in whose folder a path lies; `nil` for a path without a folder.
    private static func run(
        of path: String, in logFolder: String
    ) throws(CommandError) -> String? {
        guard FilePath.name(of: path) != path else { return nil }
        let folder = FilePath.folder(of: path)
        guard let identity = Folder.file(at: folder)?.identity else {
            throw CommandError(
                "\(isNotThere(folder)); name a checkpoint of a run in \(logFolder)")
        }
        var name: String?
        try? Folder.walk(logFolder) { _ in
        } visit: { visit in
            if Folder.file(at: visit.path)?.identity == identity { name = visit.name }
        }
        guard let name else {
            throw CommandError(
                "\(folder) is not in \(logFolder); name the folder of all runs by --logdir")
        }
        return name
    }

    /// The prefix of one of this run's checkpoints, from a path or from a name in its folder.
    func checkpoint(named text: String) throws(CommandError) -> String {
        let named = NamedCheckpoint.prefix(ofFile: text)
        let name = FilePath.name(of: FilePath.withoutTrailingSlashes(named))
        if name != named {
            let folder = FilePath.folder(of: FilePath.withoutTrailingSlashes(named))
            guard Folder.file(at: folder)?.identity == Folder.file(at: path)?.identity else {
                throw CommandError(
                    "\(named) is no checkpoint of the run in \(path); name one that is there, or "
                        + "begin a new run from it by --restore")
            }
        }
        let prefix = FilePath.joining(path, name)
        guard Folder.exists("\(prefix).index") else {
            let names = checkpoints()
            let there = names.isEmpty ? "it has none" : "there are \(names.joined(separator: ", "))"
            throw CommandError("\(prefix) is no checkpoint of the run in \(path); \(there)")
        }
        return prefix
    }

    /// The run's checkpoints but for one, the earliest first, each with its place in the run.
    ///
    /// - Parameter excluded: The prefix of the one that is not meant.
    func checkpoints(but excluded: String? = nil) -> [String] {
        let excludedName = excluded.map(FilePath.name)
        return ((try? Folder.entries(of: path)) ?? []).map(\.name)
            .filter { RunFiles.isCheckpoint($0) && $0.hasSuffix(".index") }
            .map { String($0.dropLast(".index".count)) }
            .filter { $0 != excludedName }
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            .map { RunPlace.words(ofCheckpoint: FilePath.joining(path, $0), named: $0) }
    }

    /// Removes the run that is in the folder, and nothing else that is.
    func removeRun() throws { try RunFiles.remove(from: path) }

    /// Whether a checkpoint is one of this folder's.
    func contains(checkpoint prefix: String) -> Bool {
        Folder.file(at: FilePath.folder(of: prefix))?.identity == Folder.file(at: path)?.identity
    }

    /// Removes the folders again that this run made and that nothing has been written to.
    func removeIfUnused() {
        for folder in made { Folder.removeIfEmpty(folder) }
    }

    /// How to look at all runs.
    var tensorBoardCommand: String {
        "\(TensorBoardProcess.name) --logdir \(logFolder.quotedForShell)"
    }

    /// How to begin this one.
    var beginCommand: String {
        let place = address?.text ?? logFolder
        let logdir = place == "log" ? "" : " --logdir \(place.quotedForShell)"
        return "\(System.commandName) train\(logdir) --run \(name.quotedForShell)"
    }

    /// How to go on with it.
    var resumeCommand: String { "\(beginCommand) --resume" }

    /// How to begin it anew: as `--overwrite` does, which ``RemoteLog`` refuses.
    var wayToBeginAnew: String {
        address.map { "after removing it: \($0.removal(of: name))" } ?? "by --overwrite"
    }

    /// Refuses a name that would lead out of the log folder, or that no file system takes.
    static func validate(name: String) throws {
        if name == "." { return }
        let parts = name.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
            .map { String($0) }
        let isRelative = parts.allSatisfy { !["", ".", ".."].contains($0) }
        let isPrintable = name.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control
        }
        guard isRelative, isPrintable, parts.allSatisfy({ $0.utf8.count <= 255 }) else {
            throw ValidationError(
                "--run must name a folder below the log folder, like first or lr/0.001, "
                    + "not '\(isPrintable ? name : "a name with control characters")'")
        }
    }

    /// Says that a folder is not there, or what leads to it.
    private static func isNotThere(_ folder: String) -> String {
        let words = Folder.absence(of: folder, kind: "folder")
        return words == "no such folder" ? "\(folder) is not there" : "\(folder): \(words)"
    }
}
