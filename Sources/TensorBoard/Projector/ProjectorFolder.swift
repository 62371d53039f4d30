import Platform
import RecordIO

/// A run's files for the projector: for each embedding a folder with its vectors, metadata and
/// pictures, and `projector_config.pbtxt`, a text in protobuf's text format that names them all.
struct ProjectorFolder {
    /// The run's folder.
    let path: String

    /// Held while a configuration is changed: other writers of the process may log into the same
    /// folder. Those of other processes are kept off by a lock on one of the run's files.
    private static let changing = Locked(())
    /// The name of the file that names the others.
    static let configurationName = "projector_config.pbtxt"
    /// The names of an embedding's files.
    static let fileNames: Set = ["tensors.tsv", "tensors.bytes", "metadata.tsv", "sprite.png"]
    /// The longest configuration that is read.
    static let maximumLength = 64 << 20

    /// Writes an embedding's files, then names them in the configuration, after what it names
    /// already. An embedding of the same name is replaced.
    ///
    /// - Throws: `EventFileError`; the configuration is then as it was.
    func write(_ logged: LoggedEmbedding) throws(EventFileError) {
        do throws(FileError) {
            try Self.changing.withLock { _ throws(FileError) in
                let lock = RunHistory(folder: path).lock()
                defer { withExtendedLifetime(lock) {} }
                let file = "\(path)/\(Self.configurationName)"
                var text = try contents(of: file)
                var logged = logged
                while logged.mayMove, logged.step < .max, text.contains(logged.head) {
                    logged.step += 1
                }
                let block = try writeFiles(of: logged)
                // Blocks of ours, each as this function writes it.
                if let start = text.firstRange(of: logged.head)?.lowerBound,
                    let end = text[start...].firstRange(of: Array("\n}\n".utf8))?.upperBound
                {
                    text.removeSubrange(start..<end)
                }
                if let last = text.last, last != UInt8(ascii: "\n") {
                    text.append(UInt8(ascii: "\n"))
                }
                try replace(file, with: text + block)
            }
        } catch {
            throw EventFileError(error)
        }
    }

    /// Writes an embedding's files.
    ///
    /// - Returns: The configuration's block that names them.
    private func writeFiles(of logged: LoggedEmbedding) throws(FileError) -> [UInt8] {
        let folder = "\(path)/\(logged.folder)"
        try Folder.create(folder)
        let (vectors, isBinary) = logged.tensorFile
        let tensorName = isBinary ? "tensors.bytes" : "tensors.tsv"
        try replace("\(folder)/\(tensorName)", with: vectors)
        var lines = [
            "tensor_path: \(Self.quoted("\(logged.folder)/\(tensorName)"))",
            "tensor_shape: \(logged.embedding.count)",
            "tensor_shape: \(logged.embedding.dimensions)",
        ]
        if let metadata = logged.metadataFile {
            try replace("\(folder)/metadata.tsv", with: metadata)
            lines.append("metadata_path: \(Self.quoted("\(logged.folder)/metadata.tsv"))")
        }
        if let sprite = logged.sprite, let image = logged.embedding.images.first {
            try replace("\(folder)/sprite.png", with: sprite)
            lines += [
                "sprite {", "  image_path: \(Self.quoted("\(logged.folder)/sprite.png"))",
                "  single_image_dim: \(image.width)", "  single_image_dim: \(image.height)", "}",
            ]
        }
        return logged.head + Array((lines.map { "  \($0)\n" }.joined() + "}\n").utf8)
    }

    /// A file's bytes; none if there is no file.
    private func contents(of file: String) throws(FileError) -> [UInt8] {
        do throws(FileError) {
            return try InputFile.contents(of: file, limit: Self.maximumLength)
        } catch {
            if error.code == ENOENT { return [] }
            throw error
        }
    }

    /// Writes a file beside the one of that name, and puts it in its place: a reader sees the old
    /// one or the new one.
    private func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let file = try StagedFile(path)
        try file.append(bytes.span.bytes)
        try file.commit()
    }

    /// A string in protobuf's text format.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                quoted += "\\" + String(Unicode.Scalar(byte))
            case 0x20..<0x7f:
                quoted += String(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 8)
                quoted += "\\" + String(repeating: "0", count: 3 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}

extension LoggedEmbedding {
    /// What the configuration's block begins with.
    fileprivate var head: [UInt8] {
        Array("embeddings {\n  tensor_name: \(ProjectorFolder.quoted(name))\n".utf8)
    }
}
