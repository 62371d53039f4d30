import ArgumentParser

/// The folder of one run, below the log folder. TensorBoard takes its path from there as the run's name.
struct RunFolder {
    /// The folder of all runs.
    let logFolder: String
    /// The folder of this run, which may be the same.
    let path: String
    /// Whether this run made it.
    private let isNew: Bool

    /// Makes the folder `name` below `logFolder`, or one that is named by date and time. A folder that
    /// is there already is taken if there are no event files in it.
    init(logFolder: String, name: String?) throws(CommandError) {
        self.logFolder = logFolder
        guard let name else {
            try Self.makeFolders(logFolder)
            path = try Self.makeTimestamped(in: logFolder)
            isNew = true
            return
        }
        path = name == "." ? logFolder : Self.join(logFolder, name)
        isNew = !System.exists(path)
        try Self.makeFolders(path)
        if !isNew { try Self.checkIsFree(path) }
    }

    /// Removes the folder again, if this run made it and nothing has been written to it.
    func removeIfUnused() {
        if isNew { System.removeEmptyFolder(path) }
    }

    /// How to look at all runs.
    var tensorBoardCommand: String {
        let plain = logFolder.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default:
                "._-/+,:@%=".utf8.contains(byte)
            }
        }
        let quoted =
            "'"
            + logFolder.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''") + "'"
        return "tensorboard --logdir \(plain ? logFolder : quoted)"
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
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made = made.isEmpty ? String(part) : join(made, String(part))
            if System.isFolder(made) { continue }
            if System.exists(made) {
                throw CommandError("\(made) is a file, not a folder; \(elsewhere)")
            }
            do {
                try System.makeFolder(made)
            } catch {
                // Another run may have made it in the meantime.
                if System.isFolder(made) { continue }
                throw CommandError("\(made) cannot be made (\(error.reason)); \(elsewhere)")
            }
        }
    }

    /// Makes a folder that is named by date and time, and by a number where that is taken.
    private static func makeTimestamped(in folder: String) throws(CommandError) -> String {
        let first = join(folder, System.timestamp)
        var path = first
        var number = 1
        while true {
            do {
                try System.makeFolder(path)
                return path
            } catch {
                guard error.code == System.Failure.exists else {
                    throw CommandError("\(path) cannot be made (\(error.reason)); \(elsewhere)")
                }
                number += 1
                path = "\(first)-\(number)"
            }
        }
    }

    /// Curves of two runs in one folder would be drawn as one.
    private static func checkIsFree(_ path: String) throws(CommandError) {
        let names: [String]
        do {
            names = try System.names(in: path)
            try System.isWritable(path)
        } catch {
            throw CommandError("\(path) cannot be written to (\(error.reason)); \(elsewhere)")
        }
        guard !names.contains(where: { $0.contains("tfevents") }) else {
            throw CommandError("\(path) holds a run already; choose another name by --run")
        }
    }

    private static let elsewhere = "choose another folder by --logdir"

    private static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }
}
