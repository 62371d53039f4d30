import Platform

/// What the system answered when a file could not be opened, read or written; or why it was not
/// asked.
public struct FileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// What was to be done with it.
    public let action: Action
    /// The system's number for the reason (`errno`); the one that comes closest where it was not
    /// asked.
    public let code: Int32
    /// What there is instead of a file that can be read; `nil` where the system gave the reason.
    public let obstacle: Obstacle?

    /// The `code` where a name is taken.
    public static let exists = EEXIST
    /// The `code` where a file stands in the place of a folder.
    public static let notAFolder = ENOTDIR

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

    /// What is not read though the system would open it.
    public enum Obstacle: Equatable, Sendable {
        /// Not a file with bytes of its own, but something of this name, such as `pipe`.
        case notAFile(String)
        /// A pipe that nobody writes into.
        case silentPipe
        /// More bytes than are read into memory at once.
        case tooLarge(byteCount: Int, limit: Int)
    }

    /// Makes an error.
    public init(path: String, action: Action, code: Int32) {
        self.path = path
        self.action = action
        self.code = code
        obstacle = nil
    }

    /// Makes an error of the call to the system that has just failed in this thread.
    public init(path: String, action: Action) {
        self.init(path: path, action: action, code: errno)
    }

    /// Makes an error about something that is not read.
    public init(path: String, obstacle: Obstacle) {
        self.path = path
        self.obstacle = obstacle
        switch obstacle {
        case .notAFile, .silentPipe: (action, code) = (.open, ESPIPE)
        case .tooLarge: (action, code) = (.read, EFBIG)
        }
    }

    /// The same under another path.
    func at(_ path: String) -> FileError {
        if let obstacle { return FileError(path: path, obstacle: obstacle) }
        return FileError(path: path, action: action, code: code)
    }

    /// One line: the path, the reason, and what to do about it.
    public var description: String {
        let failed = obstacle == nil ? "cannot \(action.rawValue): " : ""
        return "\(FileName.printable(path)): \(failed)\(reason)" + (advice.map { "; \($0)" } ?? "")
    }

    /// The reason alone, in the system's words where it gave one.
    public var reason: String {
        switch obstacle {
        case .notAFile(let kind):
            "is a \(kind), not a file"
        case .silentPipe:
            "is a pipe that nothing writes into"
        case .tooLarge(let byteCount, let limit):
            "has \(byteCount) bytes, at most \(limit) are read"
        case nil where code == EINVAL && path.utf8.contains(0):
            "the path holds a zero byte"
        case nil where code == ENOENT:
            Folder.danglingLink(on: path)?.words ?? String(cString: strerror(code))
        case nil:
            String(cString: strerror(code))
        }
    }

    private var advice: String? {
        if let obstacle {
            switch obstacle {
            case .notAFile, .tooLarge: return "check the path"
            case .silentPipe: return "start its writer first"
            }
        }
        return switch code {
        case ENOSPC, EDQUOT: "make room on that disk, or choose another folder"
        case EACCES, EPERM, EROFS: "change its permissions, or choose another folder"
        case ENOTDIR, EEXIST: "a file stands where a folder is needed: choose another path"
        case ENOENT where Folder.danglingLink(on: path) != nil:
            "make what it leads to, or choose another path"
        case ENOENT where action != .create: "check the path"
        case EISDIR: "name a file, not a folder"
        case EMFILE, ENFILE: "too many files are open: raise the limit (ulimit -n)"
        case EFBIG: "raise the limit on files' sizes (ulimit -f), or choose another disk"
        case ELOOP: "a link leads to itself: remove it"
        case ENAMETOOLONG: "choose a shorter name"
        default: nil
        }
    }
}
