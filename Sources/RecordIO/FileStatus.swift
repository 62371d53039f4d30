import Platform

/// What the system says of a file without reading it.
struct FileStatus {
    /// What can have a name in a file system.
    enum Kind {
        case file, folder, pipe, socket, device
    }

    let kind: Kind
    let byteCount: Int
    let identity: Folder.Identity
    /// When it was last written, in seconds since 1970.
    let modificationTime: Double

    /// Looks at what is at a path, or where the link there leads.
    init(of path: String) throws(FileError) {
        var status = stat()
        guard FileName.withPath(path, { stat($0, &status) }) == 0 else {
            throw FileError(path: path, action: .open)
        }
        self.init(status)
    }

    /// Looks at an open file.
    init(of descriptor: Int32, path: String) throws(FileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, action: .read) }
        self.init(status)
    }

    /// What is not read though the system would open it; `nil` for files and folders.
    var obstacle: FileError.Obstacle? {
        switch kind {
        case .file, .folder: nil
        case .pipe: .notAFile("pipe")
        case .socket: .notAFile("socket")
        case .device: .notAFile("device")
        }
    }

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            default: .device
            }
        byteCount = Int(status.st_size)
        identity = Folder.Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), node: UInt64(status.st_ino))
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        modificationTime = Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
