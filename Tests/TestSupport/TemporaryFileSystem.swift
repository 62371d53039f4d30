import Foundation

/// A file system in memory, of a given size, at a folder of its own; only for root.
public final class TemporaryFileSystem {
    /// Where the file system is.
    public let path: String

    private let folder: TemporaryFolder

    /// Whether this process may mount file systems.
    public static let isAvailable: Bool = {
        guard let trial = try? TemporaryFileSystem(bytes: 4096) else { return false }
        return (try? trial.run("/bin/mount", ["-o", "remount,ro", trial.path])) != nil
    }()

    /// The system refused to mount or unmount.
    public struct Failure: Error {}

    /// Mounts a file system.
    public init(bytes: Int) throws {
        folder = try TemporaryFolder()
        path = folder.path
        try run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", path])
    }

    deinit {
        try? run("/bin/umount", ["-l", path])
    }

    /// Lets nobody write from now on.
    public func makeReadOnly() throws {
        try run("/bin/mount", ["-o", "remount,ro", path])
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure() }
    }
}
