import Platform
import RecordIO

/// Where a file was made, to be told whether it still is there.
struct FilePlace {
    /// From the root, for a program may go to another folder.
    private let path: String
    private let identity: Folder.Identity?

    /// The place of a file that is there.
    init(of path: String) {
        self.path = FilePath.isAbsolute(path) ? path : Self.currentFolder + path
        identity = Folder.file(at: self.path)?.identity
    }

    /// Whether the file was moved, or another one took its place. Where the system does not say, it
    /// was not.
    var isLeft: Bool {
        guard let identity else { return false }
        guard let found = Folder.file(at: path)?.identity else { return Folder.isMissing(path) }
        return found != identity
    }

    /// The path of the folder that the process is in, with `/` behind it; empty if it has none.
    private static var currentFolder: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return FileName.text(
            of: UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) })
            + "/"
    }
}
