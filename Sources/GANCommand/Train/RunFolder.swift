import ArgumentParser
import GAN
import RecordIO

/// The folder of one run, below the log folder. TensorBoard takes its path from there as the run's name.
struct RunFolder {
    /// The folder of all runs.
    let logFolder: String
    /// The folder of this run, which may be the same.
    let path: String
    /// The folders that this run made, the innermost first.
    private let made: [String]

    /// The run's name below `logFolder`; `.` for that folder itself.
    let name: String

    /// Makes the folder `name` below `logFolder`, or one that is named by date and time. A folder that
    /// is there already is taken if there is no run in it, or if it is to be overwritten.
    init(logFolder: String, name: String?, overwriting: Bool = false) throws(CommandError) {
        self.logFolder = logFolder
        guard let name else {
            let above = Self.missing(logFolder)
            try Self.makeFolders(logFolder)
            path = try Self.makeTimestamped(in: logFolder)
            self.name = String(path.dropFirst(Self.join(logFolder, "").count))
            made = [path] + above
            try Self.lock(path)
            return
        }
        self.name = name
        path = name == "." ? logFolder : Self.join(logFolder, name)
        made = Self.missing(path)
        try Self.makeFolders(path)
        if made.isEmpty { try Self.checkIsFree(path, overwriting: overwriting) }
        try Self.lock(path)
    }

    /// The folder of a run that is there: `name` below `logFolder`, or the one that a checkpoint lies
    /// in, or the one in which a checkpoint was saved last.
    ///
    /// - Parameter checkpoint: The checkpoint to go on from, if one is named: a path, or a name in
    ///   the run's folder.
    init(
        resuming name: String?, from checkpoint: String? = nil, in logFolder: String
    ) throws(CommandError) {
        self.logFolder = logFolder
        made = []
        var name = name
        if name == nil, let checkpoint { name = try Self.run(of: checkpoint, in: logFolder) }
        if let name {
            self.name = name
            path = name == "." ? logFolder : Self.join(logFolder, name)
            guard (try? Folder.isFolder(path)) == true else {
                throw CommandError(
                    "\(path) is not there; name a run's folder in \(logFolder) by --run")
            }
        } else {
            guard let latest = Self.savedRuns(in: logFolder).max(by: { $0.time < $1.time }) else {
                throw CommandError(
                    "\(logFolder) has no run with a checkpoint; name the folder of runs by --logdir"
                )
            }
            self.name = latest.name
            path = latest.name == "." ? logFolder : Self.join(logFolder, latest.name)
        }
        try Self.lock(path)
    }

    /// The name of the run in whose folder a path lies; `nil` for a path without a folder.
    private static func run(
        of path: String, in logFolder: String
    ) throws(CommandError) -> String? {
        guard let slash = path.lastIndex(of: "/") else { return nil }
        let folder = slash == path.startIndex ? "/" : String(path[..<slash])
        guard let identity = Folder.file(at: folder)?.identity else {
            throw CommandError("\(folder) is not there; name a checkpoint of a run in \(logFolder)")
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
        let name = named.split(separator: "/").last.map(String.init) ?? named
        if named.contains("/") {
            let folder = String(named.dropLast(name.count))
            guard Folder.file(at: folder)?.identity == Folder.file(at: path)?.identity else {
                throw CommandError(
                    "\(named) is no checkpoint of the run in \(path); name one that is there, or "
                        + "begin a new run from it by --restore")
            }
        }
        let prefix = Self.join(path, name)
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
        let excludedName = excluded?.split(separator: "/").last.map(String.init)
        return ((try? Folder.entries(of: path)) ?? []).map(\.name)
            .filter { RunFiles.isCheckpoint($0) && $0.hasSuffix(".index") }
            .map { String($0.dropLast(".index".count)) }
            .filter { $0 != excludedName }
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
            .map { RunPlace.words(ofCheckpoint: Self.join(path, $0), named: $0) }
    }

    /// Removes the run that is in the folder, and nothing else that is.
    func removeRun() throws { try RunFiles.remove(from: path) }

    /// Whether a checkpoint is one of this folder's.
    func contains(checkpoint prefix: String) -> Bool {
        let name = prefix.split(separator: "/").last.map(String.init) ?? prefix
        let folder = prefix.contains("/") ? String(prefix.dropLast(name.count)) : "."
        return Folder.file(at: folder)?.identity == Folder.file(at: path)?.identity
    }

    /// Removes the folders again that this run made and that nothing has been written to.
    func removeIfUnused() {
        for folder in made { Folder.removeIfEmpty(folder) }
    }

    /// Of a folder and those above it the ones that are not there, the innermost first.
    private static func missing(_ path: String) -> [String] {
        var missing: [String] = []
        var rest = path[...]
        while true {
            while rest.count > 1, rest.last == "/" { rest.removeLast() }
            guard !rest.isEmpty, !Folder.exists(String(rest)) else { return missing }
            missing.append(String(rest))
            guard let slash = rest.lastIndex(of: "/") else { return missing }
            rest = rest[..<slash]
        }
    }

    /// How to look at all runs.
    var tensorBoardCommand: String { "tensorboard --logdir \(logFolder.quotedForShell)" }

    /// How to begin this one.
    private var beginCommand: String {
        let logdir = logFolder == "log" ? "" : " --logdir \(logFolder.quotedForShell)"
        return "\(System.commandName) train\(logdir) --run \(name.quotedForShell)"
    }

    /// How to go on with it.
    var resumeCommand: String { "\(beginCommand) --resume" }

    /// Why a run cannot be gone on with that has no checkpoint: it was ended before its first one, or
    /// was told to save none, or is a folder of runs.
    var withoutCheckpoint: CommandError {
        let names = ((try? Folder.entries(of: path)) ?? []).map(\.name)
        if names.contains(where: { $0.contains("tfevents") }) {
            return CommandError(
                "\(path) has no checkpoint, but a log; begin the run anew by \(beginCommand) "
                    + "--overwrite")
        }
        if let run = Self.savedRuns(in: path).max(by: { $0.time < $1.time }) {
            return CommandError(
                "\(path) has no checkpoint, but runs below it have: name one by --run, like "
                    + (name == "." ? run.name : Self.join(name, run.name)).printable)
        }
        return CommandError(
            "\(path) has no checkpoint: nothing was trained yet; to begin it: \(beginCommand)")
    }

    /// Refuses a name that would lead out of the log folder, or that no file system takes.
    static func validate(name: String) throws {
        if name == "." { return }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
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

    /// Makes the folder at `path` and those above it, as far as they are not there.
    private static func makeFolders(_ path: String) throws(CommandError) {
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
    private static func makeTimestamped(in folder: String) throws(CommandError) -> String {
        let first = join(folder, System.timestamp)
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
    private static func checkIsFree(
        _ path: String, overwriting: Bool
    ) throws(CommandError) {
        let names: [String]
        do throws(FileError) {
            names = try Folder.entries(of: path).map(\.name)
            try Folder.checkIsWritable(path)
        } catch {
            throw CommandError("\(path) cannot be written to (\(error.reason)); \(elsewhere)")
        }
        guard
            !overwriting,
            names.contains(where: { $0 == "checkpoint" || $0.contains("tfevents") })
        else { return }
        let canResume = names.contains { RunFiles.isCheckpoint($0) }
        throw CommandError(
            "\(path) holds a run already; choose another name by --run, "
                + (canResume ? "go on with it by --resume, " : "")
                + "or begin it anew by --overwrite")
    }

    /// Keeps the folder for this process until it ends: two that write checkpoints into one folder
    /// would remove each other's.
    private static func lock(_ path: String) throws(CommandError) {
        guard Folder.lock(path) else {
            throw CommandError(
                "\(path) is being trained in by another process; wait until it ends, or choose "
                    + "another name by --run")
        }
    }

    /// The runs below a folder that have a checkpoint, with the time of the last one.
    private static func savedRuns(in folder: String) -> [(name: String, time: Double)] {
        var runs: [(name: String, time: Double)] = []
        // A folder that cannot be read holds no run that could be gone on with.
        try? Folder.walk(folder) { _ in
        } visit: { visit in
            // The state file may be gone, or older than a checkpoint.
            let files = visit.entries.map(\.name).filter {
                RunFiles.isCheckpoint($0) || $0 == RunFiles.state
            }
            let times = files.compactMap { Folder.modificationTime(of: join(visit.path, $0)) }
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
        return latest.name == "." ? path : join(path, latest.name)
    }

    private static let elsewhere = "choose another folder by --logdir"

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}

extension String {
    /// The text as one word of a shell's command.
    var quotedForShell: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                "._-/+,:@%=".utf8.contains(byte)
            }
        }
        if isPlain, !isEmpty { return self }
        let parts = split(separator: "'", omittingEmptySubsequences: false)
        return "'" + parts.joined(separator: "'\\''") + "'"
    }
}
