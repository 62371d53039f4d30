import RecordIO

/// What files are that were taken for event files because of their names.
struct ForeignFormat {
    /// What the file is, such as `a PNG image`.
    let name: String
    /// The way out.
    let advice: String

    /// How many bytes from a file's start are looked at.
    static let startLength = 1024

    /// Recognizes a file that is no event file.
    ///
    /// - Returns: `nil` if it may have been one.
    init?(_ file: InputFile) throws(FileError) {
        let start = try file.bytes(Self.startLength, at: 0)
        let byteCount = try file.byteCount()
        let end = try file.bytes(8, at: max(0, byteCount - 8))
        if let known = Self.known.first(where: { $0.stands(in: start) }) {
            self.init(known.name, known.advice)
        } else if byteCount >= 48, end == Self.tableMagic {
            self.init(
                "a table of names, such as the index of a checkpoint",
                "a log is in the files beside it that have tfevents in their names")
        } else if let text = Self.text(start) {
            self = text
        } else if start.prefix(24).indices.contains(where: {
            start[$0...].starts(with: [0xef, 0xbf, 0xbd])
        }) {
            self.init(
                "what is left of binary data that were read as text and written as UTF-8",
                "copy the file again as it is; nothing can be had from this one")
        } else {
            return nil
        }
    }

    private init(_ name: String, _ advice: String) {
        self.name = name
        self.advice = advice
    }

    /// What some formats' files begin with.
    private struct Known {
        let signature: [UInt8]
        var offset = 0
        let name: String
        let advice: String

        func stands(in start: [UInt8]) -> Bool {
            start.dropFirst(offset).starts(with: signature)
        }
    }

    private static func packed(
        _ signature: [UInt8], at offset: Int = 0, _ name: String, _ command: String
    ) -> Known {
        Known(
            signature: signature, offset: offset, name: name,
            advice: "unpack it (\(command)) and name the folder of what is in it")
    }

    private static func image(_ signature: [UInt8], _ name: String) -> Known {
        Known(
            signature: signature, name: name, advice: "name the folder that has the event files")
    }

    private static func data(_ signature: [UInt8], _ name: String) -> Known {
        Known(
            signature: signature, name: name, advice: "name the folder that has the event files")
    }

    /// In the order in which they are tried.
    private static let known: [Known] = [
        packed([0x1f, 0x8b], "a gzip archive", "gunzip, or tar xzf"),
        packed(Array("PK\u{3}\u{4}".utf8), "a ZIP archive", "unzip"),
        packed(Array("BZh".utf8), "a bzip2 archive", "bunzip2, or tar xjf"),
        packed([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz archive", "unxz, or tar xJf"),
        packed([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard archive", "unzstd"),
        packed([0x04, 0x22, 0x4d, 0x18], "an LZ4 archive", "unlz4"),
        packed([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive", "7z x"),
        packed(Array("Rar!".utf8), "a RAR archive", "unrar x"),
        packed(Array("ustar".utf8), at: 257, "a tar archive", "tar xf"),
        image([0x89, 0x50, 0x4e, 0x47], "a PNG image"),
        image([0xff, 0xd8, 0xff], "a JPEG image"),
        image(Array("GIF8".utf8), "a GIF image"),
        image(Array("%PDF".utf8), "a PDF document"),
        data([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
        data([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array"),
        data(Array("SQLite format 3".utf8), "an SQLite database"),
        data([0x7f, 0x45, 0x4c, 0x46], "a program"),
    ]

    /// What a table of leveldb's format ends with (`format.h`).
    private static let tableMagic: [UInt8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]

    /// What text it is that a file begins with; `nil` if it is none. Three bytes may be the beginning
    /// of a record's length, too.
    ///
    private static func text(_ start: [UInt8]) -> ForeignFormat? {
        // Not all pages are UTF-8.
        let text = String(decoding: start, as: UTF8.self).lowercased()
        let trimmed = text.drop { $0.isWhitespace || $0 == "\u{feff}" }
        if trimmed.hasPrefix("version https://git-lfs") {
            return ForeignFormat(
                "a Git LFS pointer, which names the file but is not it",
                "have Git fetch the file: git lfs pull")
        }
        if trimmed.hasPrefix("/annex/objects/") {
            return ForeignFormat(
                "a git-annex pointer, which names the file but is not it",
                "have Git fetch the file: git annex get")
        }
        if ["<!doctype html", "<html", "<head", "<body"].contains(where: trimmed.hasPrefix)
            || trimmed.hasPrefix("<") && trimmed.contains("<html")
        {
            return ForeignFormat(
                "a web page, as one gets in place of a file that needs another address or a login",
                "download the file itself")
        }
        let utf16: [[UInt8]] = [[0xff, 0xfe], [0xfe, 0xff]]
        guard start.count > 3, isText(start) || utf16.contains(where: { start.starts(with: $0) })
        else { return nil }
        if trimmed.hasPrefix("<") {
            return ForeignFormat(
                "XML text, as a server sends that refuses a download", "download the file itself")
        }
        if trimmed.hasPrefix("model_checkpoint_path:") {
            return ForeignFormat(
                "the state file of a folder of checkpoints",
                "a log is in the files that have tfevents in their names")
        }
        if trimmed.hasPrefix("{") || trimmed.hasPrefix("[") {
            return ForeignFormat(
                "JSON text", "if a server sent it in place of the file, download the file itself")
        }
        return ForeignFormat("text", "name the folder that has the event files")
    }

    /// Whether bytes are UTF-8 without control characters but white space and those of terminals.
    /// The last character may be cut.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        let spaces = 0x09...0x0d
        guard !bytes.contains(where: { $0 < 0x20 && !spaces.contains(Int($0)) && $0 != 0x1b })
        else { return false }
        return (0...min(3, bytes.count)).contains {
            String(validating: bytes.dropLast($0), as: UTF8.self) != nil
        }
    }
}
