#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif
internal import RecordIO

extension Folder {
    /// Waits until the names of a folder's files are on the disk.
    static func synchronize(_ path: String) throws(FileError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, action: .write) }
        try OutputFile(descriptor: descriptor, path: path).synchronize()
    }
}

extension InputFile {
    /// Bytes of the file from an offset on, or as many of them as it has.
    func bytes(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, readCount in
            do throws(FileError) {
                readCount = try read(into: UnsafeMutableRawBufferPointer(memory), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The bytes of a whole file.
    static func contents(of path: String) throws(FileError) -> [UInt8] {
        let file = try InputFile(opening: path)
        return try file.bytes(file.byteCount(), at: 0)
    }
}

/// Whether anything is at a path.
func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
}

/// The path of a file or folder that exists, from the root on and without links; `nil` if it does not
/// exist.
func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
}

/// The folder of a path, `.` where it names none.
func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// A path without its folder.
func lastComponent(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}
