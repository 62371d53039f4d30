import Platform
import RecordIO

/// A run's files for the projector: for each embedding a folder with its vectors, metadata and
/// pictures, and `projector_config.pbtxt`, a text in protobuf's text format that names them all.
struct ProjectorFolder {
    /// The run's folder.
    let path: String

    /// Writes an embedding's files, then names them in the configuration, after what it names
    /// already. An embedding of the same name is replaced.
    ///
    /// - Throws: `EventFileError`; the configuration is then as it was.
    func write(_ logged: LoggedEmbedding) throws(EventFileError) {
        do throws(FileError) {
            let folder = "\(path)/\(logged.folder)"
            try Folder.create(folder)
            let (vectors, isBinary) = logged.tensorFile
            let tensorName = isBinary ? "tensors.bytes" : "tensors.tsv"
            try replace("\(folder)/\(tensorName)", with: vectors)
            var lines = [
                "tensor_name: \(Self.quoted(logged.name))",
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
                    "  single_image_dim: \(image.width)", "  single_image_dim: \(image.height)",
                    "}",
                ]
            }
            try addToConfiguration(lines, name: lines[0])
        } catch {
            throw EventFileError(error)
        }
    }

    /// Adds an embedding to the configuration, which others may have written too.
    private func addToConfiguration(_ lines: [String], name: String) throws(FileError) {
        let file = "\(path)/projector_config.pbtxt"
        var text = try contents(of: file)
        // Blocks of ours, each as this function writes it.
        let head = "embeddings {\n  \(name)\n"
        if let start = text.firstRange(of: head)?.lowerBound,
            let end = text[start...].firstRange(of: "\n}\n")?.upperBound
        {
            text.removeSubrange(start..<end)
        }
        if !text.isEmpty, text.last?.isNewline != true { text += "\n" }
        text += "embeddings {\n" + lines.map { "  \($0)\n" }.joined() + "}\n"
        try replace(file, with: Array(text.utf8))
    }

    /// A file's text; none if there is no file.
    private func contents(of file: String) throws(FileError) -> String {
        do throws(FileError) {
            let bytes = try InputFile.contents(of: file, limit: 1 << 28)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            if error.code == ENOENT { return "" }
            throw error
        }
    }

    /// Writes a file beside the one of that name, and puts it in its place: a reader sees the old
    /// one or the new one.
    private func replace(_ file: String, with bytes: [UInt8]) throws(FileError) {
        let staged = try StagedFile(file)
        try staged.append(bytes.span.bytes)
        try staged.commit()
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
