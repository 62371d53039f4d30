#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Whether `path` leads to a folder.
func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether anything is at `path`.
func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
}

/// All bytes of the file at `path`, which may have `limit` of them.
///
/// A pipe has no size to look at beforehand, so the limit holds while reading as well.
func readFile(_ path: String, limit: Int) throws(DatasetError) -> [UInt8] {
    func failure() -> DatasetError {
        DatasetError(.unreadable(String(cString: strerror(errno))), path: path)
    }
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure() }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure() }
    guard status.st_size <= limit else {
        throw DatasetError(.tooLarge(bytes: Int(status.st_size), limit: limit), path: path)
    }

    // One byte more than the file has, so that the read which finds its end needs no more room.
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var count = 0
    while true {
        let got = bytes.withUnsafeMutableBytes { buffer in
            read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
        }
        if got < 0 && errno == EINTR { continue }
        guard got >= 0 else { throw failure() }
        if got == 0 { break }
        count += got
        guard count <= limit else {
            throw DatasetError(.tooLarge(bytes: count, limit: limit), path: path)
        }
        if count == bytes.count {
            bytes.append(contentsOf: repeatElement(0, count: max(count, 1 << 16)))
        }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
}
