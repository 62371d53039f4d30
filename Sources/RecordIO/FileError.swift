#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// What the system answered when a file could not be opened, read or written.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// What was to be done with it.
    public let action: Action
    /// The system's number for the reason (`errno`).
    public let code: Int32

    /// What can be done with a file.
    public enum Action: String, Sendable {
        /// Making a new file.
        case create
        /// Opening a file or folder that exists.
        case open
        /// Reading.
        case read
        /// Writing, or bringing what was written to the disk.
        case write
    }

    /// Makes an error.
    public init(path: String, action: Action, code: Int32) {
        self.path = path
        self.action = action
        self.code = code
    }

    /// Makes an error of the call to the system that has just failed in this thread.
    public init(path: String, action: Action) {
        self.init(path: path, action: action, code: errno)
    }

    /// One line: the path, the reason, and what to do about it.
    public var description: String {
        let reason = String(cString: strerror(code))
        return "\(path): cannot \(action.rawValue): \(reason)" + (advice.map { "; \($0)" } ?? "")
    }

    private var advice: String? {
        switch code {
        case ENOSPC, EDQUOT: "make room on that disk, or choose another folder"
        case EACCES, EPERM, EROFS: "change its permissions, or choose another folder"
        case ENOTDIR, EEXIST: "a file stands where a folder is needed: choose another path"
        case ENOENT where action != .create: "check the path"
        case EISDIR: "name a file, not a folder"
        case EMFILE, ENFILE: "too many files are open: raise the limit (ulimit -n)"
        default: nil
        }
    }
}
