/// An embedding on its way to the projector's files.
struct LoggedEmbedding: Sendable {
    let embedding: Embedding
    let tag: String
    let step: Int64

    /// About how many bytes of memory it holds.
    var cost: Int {
        embedding.images.reduce(embedding.vectors.count * 4) { $0 + $1.pixels.count }
            + (embedding.metadata.map { $0.rows.count * $0.rows[0].count * 32 } ?? 0)
    }

    /// The folder below the run's for its files: a number and a name that any file system takes.
    var folder: String {
        let digits = String(step.magnitude)
        let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        let name = tag.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                ? String(scalar) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        return (step < 0 ? "-" : "") + "\(number)/\(name.isEmpty ? "%" : name)"
    }

    /// The name by which the projector offers it.
    var name: String {
        let digits = String(step.magnitude)
        let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        return "\(tag):\(step < 0 ? "-" : "")\(number)"
    }

    /// The vectors' file, and whether it is of bytes.
    ///
    /// TensorBoard takes a file for a text until it meets a byte that is none, in the first line.
    var tensorFile: (bytes: [UInt8], isBinary: Bool) {
        let finite = embedding.vectors.map { $0.isFinite ? $0 : 0 }
        if embedding.format == .bytes {
            let bytes = finite.withUnsafeBytes { Array($0) }
            let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
            if String(validating: line, as: UTF8.self) == nil { return (bytes, true) }
        }
        var text = ""
        for start in stride(from: 0, to: finite.count, by: embedding.dimensions) {
            text += finite[start..<start + embedding.dimensions].map { "\($0)" }
                .joined(separator: "\t")
            text += "\n"
        }
        return (Array(text.utf8), false)
    }

    /// The metadata's file, if there are any.
    var metadataFile: [UInt8]? {
        guard let metadata = embedding.metadata else { return nil }
        let rows = (metadata.header.count > 1 ? [metadata.header] : []) + metadata.rows
        let lines = rows.map { row in
            row.map { cell in
                String(cell.map { $0.isNewline || $0 == "\t" ? " " : $0 })
            }.joined(separator: "\t") + "\n"
        }
        return Array(lines.joined().utf8)
    }

    /// All pictures in one of as many rows as columns, if there are any.
    var sprite: [UInt8]? {
        guard let first = embedding.images.first, !first.pixels.isEmpty else { return nil }
        var side = 1
        while side * side < embedding.images.count { side += 1 }
        // The page finds a picture by the sprite's width and height: empty places are needed too.
        let empty = Image(
            height: first.height, width: first.width, channels: first.channels,
            pixels: [UInt8](repeating: 0, count: first.pixels.count))
        let missing = Array(repeating: empty, count: side * side - embedding.images.count)
        return Image.grid(of: embedding.images + missing, columns: side).png()
    }
}
