import Platform

/// Folders of the file system. Paths and names are texts as `FileName` makes them.
public enum Folder {
    /// What lies in a folder.
    public struct Entry: Sendable {
        /// The name, without the folder's path.
        public let name: String
        /// Whether it is a folder, or a link to one.
        public let isFolder: Bool
        /// Whether it is a file with bytes of its own, or a link to one.
        public let isFile: Bool
        /// What it is that is neither a file nor a folder, or a link to such; else `nil`.
        public let obstacle: FileError.Obstacle?
        /// Whether it is a link.
        public let isLink: Bool
        /// Why the system does not tell what a link leads to (`errno`), as with one to itself.
        public let linkFailure: Int32?
        /// What tells the file or folder from all others of the machine, whatever its names.
        public let identity: Identity
    }

    /// A file's place in the file system.
    public struct Identity: Sendable, Hashable {
        let device: UInt64
        let node: UInt64
    }

    /// A file as it was at some time: another one, or a file that was written to, has another.
    public struct FileVersion: Sendable, Equatable {
        let identity: Identity
        let byteCount: Int
        let modificationTime: Double
    }

    /// Makes a folder, and those that it is to be in, unless they exist.
    ///
    /// - Throws: `FileError`; with `ENOTDIR` where a file is in the way, and `ENOENT` where a link is
    ///   that leads nowhere.
    public static func create(_ path: String) throws(FileError) {
        for folder in FilePath.prefixes(of: path) {
            do throws(FileError) {
                try createNew(folder)
            } catch {
                if try isFolder(folder) { continue }
                let taken = target(ofDanglingLink: folder) == nil ? ENOTDIR : ENOENT
                throw FileError(
                    path: folder, action: .create, code: error.code == EEXIST ? taken : error.code)
            }
        }
    }

    /// Makes a folder in one that exists.
    ///
    /// - Throws: `FileError`; with `EEXIST` where something has the name.
    public static func createNew(_ path: String) throws(FileError) {
        guard FileName.withPath(path, { mkdir($0, 0o777) }) == 0 else {
            throw FileError(path: path, action: .create)
        }
    }

    /// Whether there is a folder, or a link to one, at a path.
    public static func isFolder(_ path: String) throws(FileError) -> Bool {
        do throws(FileError) {
            return try FileStatus(of: path).kind == .folder
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return false }
            throw error
        }
    }

    /// Sees whether files can be made in a folder, as far as permissions go.
    public static func checkIsWritable(_ path: String) throws(FileError) {
        guard FileName.withPath(path, { access($0, W_OK | X_OK) }) == 0 else {
            throw FileError(path: path, action: .write)
        }
    }

    /// Waits until the names of a folder's files are on the disk.
    public static func synchronize(_ path: String) throws(FileError) {
        let descriptor = Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw FileError(path: path, action: .write) }
        try OutputFile(descriptor: descriptor, path: path).synchronize()
    }

    /// Keeps a folder for this process until it ends, by a lock that its other processes look for.
    ///
    /// - Returns: Whether no other process has it. A file system without locks lets everyone.
    public static func lock(_ path: String) -> Bool {
        let descriptor = Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return true }
        return flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
    }

    /// What lies in a folder, by the bytes of the names. Links that lead nowhere are left out.
    ///
    /// - Throws: `FileError` if the folder may not be read, or may not be searched.
    public static func entries(of path: String) throws(FileError) -> [Entry] {
        let descriptor = Descriptor.open(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw FileError(path: path, action: .open) }
        guard let folder = fdopendir(descriptor) else {
            let error = FileError(path: path, action: .open)
            close(descriptor)
            throw error
        }
        defer { closedir(folder) }
        var entries: [(bytes: [UInt8], entry: Entry)] = []
        while true {
            errno = 0
            guard let next = readdir(folder) else {
                if errno != 0 { throw FileError(path: path, action: .read) }
                break
            }
            guard let nameOffset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
            let name = (UnsafeRawPointer(next) + nameOffset).assumingMemoryBound(to: CChar.self)
            let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name)).map { $0 }
            guard bytes != [0x2e], bytes != [0x2e, 0x2e] else { continue }
            if let entry = Entry(name, bytes, in: descriptor) {
                entries.append((bytes, entry))
            } else if errno != ENOENT {
                // Nothing in a folder can be opened that may not be searched.
                throw FileError(path: path, action: .open)
            }
        }
        return entries.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.entry)
    }

    /// The path of the folder for temporary files: the environment's `TMPDIR`, else `/tmp`.
    public static var temporary: String {
        let path = getenv("TMPDIR").map { FileName.text(of: $0) } ?? ""
        return path.isEmpty ? "/tmp" : path
    }

    /// Removes a folder if it is empty.
    public static func removeIfEmpty(_ path: String) {
        _ = FileName.withPath(path) { rmdir($0) }
    }

    /// Removes a file, if there is one.
    public static func removeFile(_ path: String) {
        _ = FileName.withPath(path) { unlink($0) }
    }

    /// What tells the file at a path from others, and how many bytes it has; `nil` if there is none.
    public static func file(at path: String) -> (identity: Identity, byteCount: Int)? {
        guard let status = try? FileStatus(of: path) else { return nil }
        return (status.identity, status.byteCount)
    }

    /// What changes when the file at a path is replaced or written to; `nil` if there is none.
    public static func version(ofFile path: String) -> FileVersion? {
        guard let status = try? FileStatus(of: path) else { return nil }
        return FileVersion(
            identity: status.identity, byteCount: status.byteCount,
            modificationTime: status.modificationTime)
    }

    /// Whether anything is at a path.
    public static func exists(_ path: String) -> Bool {
        FileName.withPath(path) { access($0, F_OK) } == 0
    }

    /// When the file at a path was last written, in seconds since 1970; `nil` if there is none.
    public static func modificationTime(of path: String) -> Double? {
        (try? FileStatus(of: path))?.modificationTime
    }
}

extension Folder.Entry {
    /// Looks at an entry of an open folder; `nil`, with the reason in `errno`, if it is gone, is a link
    /// that leads nowhere, or may not be looked at.
    fileprivate init?(_ name: UnsafePointer<CChar>, _ bytes: [UInt8], in folder: Int32) {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink, fstatat(folder, name, &status, 0) != 0 {
            if errno == ENOENT { return nil }
            linkFailure = errno
        } else {
            linkFailure = nil
        }
        let target = FileStatus(status)
        self.name = FileName.text(of: bytes)
        isFolder = linkFailure == nil && target.kind == .folder
        isFile = linkFailure == nil && target.kind == .file
        obstacle = linkFailure == nil ? target.obstacle : nil
        identity = target.identity
    }
}
