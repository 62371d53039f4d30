import Platform

/// Keeps others, of this process and of others, from what is done together with a file, until it is
/// deinitialized: by `flock`, which binds only those who ask for it.
public final class FileLock {
    private let descriptor: Int32

    private static let retryInterval: UInt32 = 5000

    /// Waits for a lock on a file that exists.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - seconds: How long to wait at most for somebody else who has it.
    /// - Returns: `nil` if it could not be had: in that time, or because there is no such file or the
    ///   file system has no locks.
    public static func take(_ path: String, waiting seconds: Double) -> FileLock? {
        let descriptor = Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        let deadline = ContinuousClock.now + .seconds(seconds)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, .now < deadline else {
                close(descriptor)
                return nil
            }
            usleep(retryInterval)
        }
        return FileLock(descriptor)
    }

    /// What came of trying to lock a file.
    public enum Attempt {
        /// It is locked until this is deinitialized, or the process ends.
        case taken(FileLock)
        /// Somebody else has it.
        case busy
        /// The file cannot be made, or its file system has no locks.
        case refused(FileError)
    }

    /// Tries to lock a file, which is made if it is not there and stays.
    ///
    /// The file is opened for writing: so NFS, where a lock is the server's, gives it to one process
    /// of all machines.
    public static func attempt(_ path: String) -> Attempt {
        let descriptor = Descriptor.open(path, O_RDWR | O_CREAT | O_NONBLOCK)
        guard descriptor >= 0 else { return .refused(FileError(path: path, action: .create)) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let error = FileError(path: path, action: .write)
            close(descriptor)
            return error.code == EWOULDBLOCK || error.code == EACCES ? .busy : .refused(error)
        }
        return .taken(FileLock(descriptor))
    }

    private init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }
}
