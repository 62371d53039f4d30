#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// A file that is read at any offset, perhaps while another process appends to it.
public final class InputFile {
    /// The file's path.
    public let path: String

    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: `FileError`, with `EISDIR` where there is a folder.
    public init(opening path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(path: path, action: .open) }
        if try status().st_mode & S_IFMT == S_IFDIR {
            throw FileError(path: path, action: .open, code: EISDIR)
        }
    }

    deinit {
        close(descriptor)
    }

    /// How many bytes the file has now.
    public func byteCount() throws(FileError) -> Int {
        Int(try status().st_size)
    }

    /// Fills memory from an offset on, or as much of it as the file has bytes.
    ///
    /// - Returns: How many bytes were read.
    public func read(
        into memory: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(FileError) -> Int {
        var count = 0
        while count < memory.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
            let read = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + count))
            if read == 0 { break }
            if read > 0 {
                count += read
            } else if errno != EINTR {
                throw FileError(path: path, action: .read)
            }
        }
        return count
    }

    /// Bytes of the file from an offset on, or as many of them as it has.
    public func bytes(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
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
    public static func contents(of path: String) throws(FileError) -> [UInt8] {
        let file = try InputFile(opening: path)
        return try file.bytes(file.byteCount(), at: 0)
    }

    private func status() throws(FileError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, action: .read) }
        return status
    }
}
