#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that the command writes for its user, or the standard output.
final class OutputText {
    /// The file; `-` for the standard output.
    let path: String

    private var file: UnsafeMutablePointer<FILE>?

    /// Begins a file.
    ///
    /// - Throws: `CommandError` if it exists, unless it may be written over, or cannot be made.
    init(_ path: String, overwrite: Bool) throws {
        self.path = path
        if path == "-" {
            file = fdopen(dup(STDOUT_FILENO), "w")
        } else {
            file = fopen(path, overwrite ? "w" : "wx")
        }
        if file == nil {
            if errno == EEXIST { throw Self.exists(path) }
            throw failure()
        }
    }

    deinit {
        if let file { fclose(file) }
    }

    func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    func write(bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Ends the file.
    ///
    /// - Throws: `CommandError` if something could not be written.
    func close() throws {
        guard let open = file else { return }
        file = nil
        if fclose(open) != 0 { throw failure() }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard let file, let start = bytes.baseAddress else { return }
        if fwrite(start, 1, bytes.count, file) != bytes.count { throw failure() }
    }

    /// Something of that name is there already.
    static func exists(_ path: String) -> CommandError {
        CommandError("\(path): exists; name another, or say --overwrite")
    }

    private func failure() -> CommandError {
        let reason = System.Failure(code: errno).reason
        return CommandError("\(path): cannot be written: \(reason); choose another place")
    }
}
