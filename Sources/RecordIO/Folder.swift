#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Folders of the file system.
public enum Folder {
    /// What lies in a folder.
    public struct Entry: Sendable, Equatable {
        /// The name, without the folder's path.
        public let name: String
        /// Whether it is a folder, or a link to one.
        public let isFolder: Bool
        /// What tells the file or folder from all others of the machine, whatever its names.
        public let identity: Identity
    }

    /// A file's place in the file system.
    public struct Identity: Sendable, Hashable {
        fileprivate let device: UInt64
        fileprivate let node: UInt64
    }

    /// Makes a folder, and those that it is to be in, unless they exist.
    ///
    /// - Throws: `FileError`; with `ENOTDIR` where a file is in the way.
    public static func create(_ path: String) throws(FileError) {
        var end = path.startIndex
        while end < path.endIndex {
            let start = path[end] == "/" ? path.index(after: end) : end
            end = path[start...].firstIndex(of: "/") ?? path.endIndex
            let folder = String(path[..<end])
            guard mkdir(folder, 0o777) != 0 else { continue }
            let code = errno
            if try isFolder(folder) { continue }
            throw FileError(path: folder, action: .create, code: code == EEXIST ? ENOTDIR : code)
        }
    }

    /// Whether there is a folder, or a link to one, at a path.
    public static func isFolder(_ path: String) throws(FileError) -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return false }
            throw FileError(path: path, action: .open)
        }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// Waits until the names of a folder's files are on the disk.
    public static func synchronize(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, action: .write) }
        try OutputFile(descriptor: descriptor, path: path).synchronize()
    }

    /// What lies in a folder, by name. Links that lead nowhere are left out.
    public static func entries(of path: String) throws(FileError) -> [Entry] {
        guard let folder = opendir(path) else { throw FileError(path: path, action: .open) }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while let entry = readdir(folder) {
            guard let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let name = String(
                cString: (UnsafeRawPointer(entry) + nameOffset).assumingMemoryBound(to: CChar.self))
            var status = stat()
            guard name != ".", name != "..", stat("\(path)/\(name)", &status) == 0 else { continue }
            entries.append(
                Entry(
                    name: name, isFolder: status.st_mode & S_IFMT == S_IFDIR,
                    identity: Identity(status)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// Removes a file, if there is one.
    public static func removeFile(_ path: String) {
        unlink(path)
    }

    /// What tells the file at a path from others, and how many bytes it has; `nil` if there is none.
    public static func file(at path: String) -> (identity: Identity, byteCount: Int)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (Identity(status), Int(status.st_size))
    }
}

extension Folder.Identity {
    fileprivate init(_ status: stat) {
        self.init(
            device: UInt64(truncatingIfNeeded: status.st_dev), node: UInt64(status.st_ino))
    }
}
