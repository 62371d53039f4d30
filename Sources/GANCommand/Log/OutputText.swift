import Platform
import RecordIO

/// A file that the command writes for its user, or the standard output.
final class OutputText {
    /// The file; `-` for the standard output.
    let path: String

    private let target: Target
    private var pending: [UInt8] = []

    private enum Target {
        /// The standard output, a device or a pipe.
        case stream(OutputFile)
        /// A file that is there once it is whole; until then another one may have its name.
        case file(StagedFile, overwrite: Bool)
    }

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
                target = .stream(OutputFile(descriptor: output, path: "standard output"))
                return
            }
            if Folder.exists(path), !overwrite {
                throw FileError(path: path, action: .create, code: FileError.exists)
            }
            // What is linked to, or is no file, is written where it is.
            let isReplaced =
                !Folder.exists(path) && Folder.target(ofDanglingLink: path) == nil
                || Folder.isFileOfItsOwn(path)
            target =
                try isReplaced
                ? .file(StagedFile(path), overwrite: overwrite)
                : .stream(OutputFile(overwriting: path))
        } catch {
            if error.code == FileError.exists { throw Self.exists(path) }
            throw Self.failure(path, error)
        }
    }

    deinit {
        if case .stream = target { try? flush() }
    }

    func write(_ text: String) throws {
        // UTF-8 for programs, whatever a run's folder is called.
        var text = FileName.printable(text)
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    func write(bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Ends the file, which has its name from now on.
    ///
    /// - Throws: `CommandError` if something could not be written.
    func close() throws {
        try flush()
        do throws(FileError) {
            switch target {
            case .stream(let file): try file.close()
            case .file(let file, let overwrite):
                if !overwrite, Folder.exists(path) {
                    throw FileError(path: path, action: .create, code: FileError.exists)
                }
                try file.commit()
            }
        } catch {
            if error.code == FileError.exists { throw Self.exists(path) }
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
            switch target {
            case .stream(let file): try file.append(pending.span.bytes)
            case .file(let file, _): try file.append(pending.span.bytes)
            }
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
