import Platform

/// A file that is read at any offset, perhaps while another process appends to it.
public final class InputFile: RandomAccessBytes, Sendable {
    /// The file's path.
    public let path: String

    private let descriptor: Int32

    /// Opens a file.
    ///
    /// - Throws: `FileError`, with `EISDIR` where there is a folder. A pipe, a device or a socket is
    ///   not opened: it may be waited for without end, and has no offsets.
    public convenience init(opening path: String) throws(FileError) {
        try self.init(opening: path, takesPipes: false)
    }

    private init(opening path: String, takesPipes: Bool) throws(FileError) {
        self.path = path
        // What is no file is not even opened, which would let go a writer that waits for a reader.
        try Self.check(FileStatus(of: path), path, takesPipes)
        descriptor = Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(path: path, action: .open) }
        try Self.check(status(), path, takesPipes)
    }

    deinit {
        close(descriptor)
    }

    private static func check(
        _ status: FileStatus, _ path: String, _ takesPipes: Bool
    ) throws(FileError) {
        switch status.kind {
        case .file: return
        case .pipe where takesPipes: return
        case .folder: throw FileError(path: path, action: .open, code: EISDIR)
        case .pipe, .socket, .device:
            if let obstacle = status.obstacle { throw FileError(path: path, obstacle: obstacle) }
        }
    }

    /// How many bytes the file has now.
    public func byteCount() throws(FileError) -> Int {
        try status().byteCount
    }

    /// Fills memory from an offset on, or as much of it as the file has bytes.
    ///
    /// - Returns: How many bytes were read.
    public func read(
        into memory: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(FileError) -> Int {
        var count = 0
        while count < memory.count {
            let position = offset + count
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
            // Systems refuse to read where a file cannot be, at any length.
            let room = min(rest.count, Int.max - position)
            let read = pread(descriptor, rest.baseAddress, room, off_t(position))
            if read == 0 { break }
            if read > 0 {
                count += read
            } else if errno != EINTR {
                throw FileError(path: path, action: .read)
            }
        }
        return count
    }

    /// Where the first byte at or behind an offset is that does not lie in a hole.
    public func nextStoredByte(from offset: Int) throws(FileError) -> Int {
        let data = lseek(descriptor, off_t(offset), seekData)
        if data >= 0 { return max(offset, Int(data)) }
        // Nothing but a hole is left, or the file system does not tell.
        return errno == ENXIO ? max(offset, try byteCount()) : offset
    }

    private func status() throws(FileError) -> FileStatus {
        try FileStatus(of: descriptor, path: path)
    }
}

// MARK: Files that are read whole

extension InputFile {
    /// The bytes of a whole file.
    ///
    /// - Parameters:
    ///   - limit: The most bytes that are taken into memory.
    ///   - takesPipes: Whether a pipe is read, too, to its end. One that nothing writes into is
    ///     waited for no longer than two seconds.
    /// - Throws: `FileError`; before any memory is asked for where the file is longer.
    public static func contents(
        of path: String, limit: Int, takesPipes: Bool = false
    ) throws(FileError) -> [UInt8] {
        let file = try InputFile(opening: path, takesPipes: takesPipes)
        let status = try file.status()
        if status.kind == .pipe { return try file.pipedBytes(limit: limit) }
        guard status.byteCount <= limit else {
            throw FileError(
                path: path, obstacle: .tooLarge(byteCount: status.byteCount, limit: limit))
        }
        return try file.bytes(status.byteCount, at: 0)
    }

    private func pipedBytes(limit: Int) throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var hasWriter = false
        while true {
            let count = Platform.read(descriptor, &piece, piece.count)
            if count > 0 {
                bytes += piece[..<count]
                guard bytes.count <= limit else {
                    throw FileError(
                        path: path, obstacle: .tooLarge(byteCount: bytes.count, limit: limit))
                }
            } else if count == 0 {
                if hasWriter || !bytes.isEmpty { return bytes }
                guard try waits(milliseconds: 2000) else {
                    throw FileError(path: path, obstacle: .silentPipe)
                }
                hasWriter = true
            } else if errno == EAGAIN {
                hasWriter = true
                _ = try waits(milliseconds: -1)
            } else if errno != EINTR {
                throw FileError(path: path, action: .read)
            }
        }
    }

    /// Waits until something is written into the pipe, or its writer is gone.
    ///
    /// - Returns: Whether that was before the time was over.
    private func waits(milliseconds: Int32) throws(FileError) -> Bool {
        var events = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let count = poll(&events, 1, milliseconds)
            if count >= 0 { return count > 0 }
            if errno != EINTR { throw FileError(path: path, action: .read) }
        }
    }
}

/// `SEEK_DATA` of `lseek`.
#if canImport(Darwin)
    private let seekData: Int32 = 4
#else
    // C's headers hide it here.
    private let seekData: Int32 = 3
#endif
