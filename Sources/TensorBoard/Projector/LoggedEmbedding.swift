import RecordIO

/// An embedding on its way to the projector's files.
struct LoggedEmbedding: Sendable {
    let embedding: Embedding
    let tag: String
    var step: Int64
    /// Whether it takes another step where its tag has an embedding of this one.
    let mayMove: Bool

    /// About how many bytes of memory it holds.
    var cost: Int {
        embedding.images.reduce(embedding.vectors.count * 4) { $0 + $1.pixels.count }
            + (embedding.metadata.map { $0.rows.count * $0.rows[0].count * 32 } ?? 0)
    }

    /// The folder below the run's for its files: a number and a name that any file system takes.
    var folder: String {
        let name = tag.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isPlain || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                ? String(scalar) : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
        return "\(number)/\(name.isEmpty ? "%" : FileName.shortened(name))"
    }

    /// The name by which the projector offers it.
    var name: String { "\(tag):\(number)" }

    private var number: String {
        let digits = String(step.magnitude)
        return (step < 0 ? "-" : "") + String(repeating: "0", count: max(0, 5 - digits.count))
            + digits
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

    /// The metadata's file, if there are any: a line for each vector.
    ///
    /// The page passes over lines without a text: where a row has none, it says so.
    var metadataFile: [UInt8]? {
        guard let metadata = embedding.metadata else { return nil }
        let rows = (metadata.header.count > 1 ? [metadata.header] : []) + metadata.rows
        var file: [UInt8] = []
        for row in rows {
            let line = row.map(Self.escaped).joined(separator: "\t")
            let isBlank = line.unicodeScalars.allSatisfy(\.isTrimmed)
            // The tabs stay: the first line is a header if it has one.
            file += (isBlank ? "\"\"" + line : line).utf8
            file.append(UInt8(ascii: "\n"))
        }
        return file
    }

    /// A cell without what would end it.
    private static func escaped(_ cell: String) -> String {
        var escaped = ""
        for scalar in cell.unicodeScalars {
            switch scalar {
            case "\t": escaped += #"\t"#
            case "\n": escaped += #"\n"#
            case "\r": escaped += #"\r"#
            // What else ends a line for some readers.
            case "\u{b}", "\u{c}", "\u{1c}"..."\u{1e}", "\u{85}", "\u{2028}", "\u{2029}":
                escaped += " "
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
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

extension Unicode.Scalar {
    /// Whether JavaScript's `trim` takes it away (ECMA-262, WhiteSpace and LineTerminator).
    fileprivate var isTrimmed: Bool {
        self == "\u{feff}" || properties.generalCategory == .spaceSeparator
            || ("\t"..."\r").contains(self) || self == "\u{2028}" || self == "\u{2029}"
    }
}
