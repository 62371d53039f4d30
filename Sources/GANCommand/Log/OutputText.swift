import Platform
import RecordIO

/// A file that the command writes for its user, or the standard output.
final class OutputText {
    /// The file; `-` for the standard output.
    let path: String

    private let file: OutputFile
    private var pending: [UInt8] = []

    private static let writeSize = 1 << 16

    /// Begins a file.
    ///
    /// - Throws: `CommandError` if it exists, unless it may be written over, or cannot be made.
    init(_ path: String, overwrite: Bool) throws {
        self.path = path
        do throws(FileError) {
            if path == "-" {
                let output = Descriptor.duplicate(STDOUT_FILENO)
                guard output >= 0 else { throw FileError(path: path, action: .write) }
                file = OutputFile(descriptor: output, path: "standard output")
            } else {
                file =
                    try overwrite
                    ? OutputFile(overwriting: path) : OutputFile(creating: path)
            }
        } catch {
            if error.code == FileError.exists { throw Self.exists(path) }
            throw Self.failure(path, error)
        }
    }

    deinit {
        try? flush()
    }

    func write(_ text: String) throws {
        // UTF-8 for programs, whatever a run's folder is called.
        var text = FileName.printable(text)
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    func write(bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Ends the file.
    ///
    /// - Throws: `CommandError` if something could not be written.
    func close() throws {
        try flush()
        do throws(FileError) {
            try file.close()
        } catch {
            throw Self.failure(path, error)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws {
        pending.append(contentsOf: bytes)
        if pending.count >= Self.writeSize { try flush() }
    }

    private func flush() throws {
        defer { pending.removeAll(keepingCapacity: true) }
        do throws(FileError) {
            try file.append(pending.span.bytes)
        } catch {
            throw Self.failure(path, error)
        }
    }

    /// Something of that name is there already.
    static func exists(_ path: String) -> CommandError {
        CommandError("\(path): exists; name another, or say --overwrite")
    }

    private static func failure(_ path: String, _ error: FileError) -> CommandError {
        CommandError("\(path): cannot be written: \(error.reason); choose another place")
    }
}
