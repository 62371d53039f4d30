import Platform

/// A new file that is written from its start to its end.
public final class OutputFile {
    /// The file's path.
    public let path: String
    /// How many bytes are in it.
    public private(set) var byteCount = 0

    private var descriptor: Int32

    /// Makes a file that does not exist yet.
    ///
    /// - Throws: `FileError`, with `EEXIST` where there is such a file.
    public init(creating path: String) throws(FileError) {
        self.path = path
        descriptor = Descriptor.open(path, O_WRONLY | O_CREAT | O_EXCL)
        guard descriptor >= 0 else { throw FileError(path: path, action: .create) }
    }

    /// Makes a file, or empties the one that has its name.
    public init(overwriting path: String) throws(FileError) {
        self.path = path
        descriptor = Descriptor.open(path, O_WRONLY | O_CREAT | O_TRUNC)
        guard descriptor >= 0 else { throw FileError(path: path, action: .create) }
    }

    /// Takes over a file that is open for writing.
    public init(descriptor: Int32, path: String) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { _ = Platform.close(descriptor) }
    }

    /// Whether the file has lost its name: someone removed it, or the folder that it was in.
    public var isRemoved: Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_nlink == 0
    }

    /// Appends bytes, by a single call to the system unless that takes only a part of them.
    ///
    /// - Throws: `FileError`; `byteCount` then counts the bytes that did reach the file.
    public func append(_ bytes: RawSpan) throws(FileError) {
        let failure: FileError? = bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let pending = UnsafeRawBufferPointer(rebasing: rest)
                let written = FileSizeLimit.withoutSignal {
                    write(descriptor, pending.baseAddress, pending.count)
                }
                if written < 0 {
                    if errno == EINTR { continue }
                    return FileError(path: path, action: .write)
                }
                byteCount += written
                rest = rest.dropFirst(written)
            }
            return nil
        }
        if let failure { throw failure }
    }

    /// Cuts the file, and goes on writing there.
    public func truncate(to count: Int) throws(FileError) {
        guard
            ftruncate(descriptor, off_t(count)) == 0,
            lseek(descriptor, off_t(count), SEEK_SET) >= 0
        else { throw FileError(path: path, action: .write) }
        byteCount = count
    }

    /// Waits until everything written is on the disk.
    public func synchronize() throws(FileError) {
        while fsync(descriptor) != 0 {
            switch errno {
            case EINTR: continue
            case EINVAL, ENOTSUP: return  // Not a file of a disk.
            default: throw FileError(path: path, action: .write)
            }
        }
    }

    /// Closes the file; a second call does nothing.
    public func close() throws(FileError) {
        guard descriptor >= 0 else { return }
        let result = Platform.close(descriptor)
        descriptor = -1
        guard result == 0 || errno == EINTR else { throw FileError(path: path, action: .write) }
    }
}
