/// What a file is that is not of the kind that is needed, as far as its bytes tell: what people get in
/// place of a file that they downloaded, copied or named wrongly.
public struct ForeignFile: Equatable, Sendable {
    /// What it is, such as `a web page`; with no bytes, `empty`.
    public let name: String

    private let remedy: Remedy

    /// How one gets the file that is needed.
    private enum Remedy: Equatable {
        /// This makes it.
        case action(String)
        /// It is another one.
        case another
    }

    /// How many of a file's first bytes tell, and of its last ones.
    public static let (byteCount, endByteCount) = (1024, 8)

    /// What to do to get the right one.
    public var advice: String { advice(otherwise: "name a file of the right kind") }

    /// What to do to get the right one.
    ///
    /// - Parameter otherwise: What to do where the file is whole, but not the one that is needed.
    public func advice(otherwise: String) -> String {
        switch remedy {
        case .action(let action): action
        case .another: otherwise
        }
    }

    /// Looks at a file's bytes.
    ///
    /// - Parameters:
    ///   - bytes: The first ones, `byteCount` if there are so many.
    ///   - end: The last ones, `endByteCount` if there are so many; none if they do not matter.
    /// - Returns: `nil` if they are none of a kind that is known here.
    public init?(beginningWith bytes: some Collection<UInt8>, endingWith end: [UInt8] = []) {
        let bytes = Array(bytes.prefix(Self.byteCount))
        if bytes.isEmpty {
            self.init("empty", Self.copyAgain)
        } else if let kind = Self.kinds.first(where: {
            bytes.dropFirst($0.offset).starts(with: $0.magic)
        }) {
            self.init(kind.name, kind.remedy)
        } else if bytes.prefix(64).firstRange(of: Array("brain.Event:".utf8)) != nil {
            // Behind a record's length and checksum, and the event's time and step.
            self.init(Self.log, .action("name a file of the right kind; gan log shows a log"))
        } else if end == Self.tableMagic {
            self.init("a table of names, such as the index of a checkpoint", .another)
        } else if let kind = Self.knownText(bytes) {
            self.init(kind.name, kind.remedy)
        } else {
            return nil
        }
    }

    /// Looks at the first bytes of a file that is known not to be the one that is needed, and should
    /// be no text.
    ///
    /// - Returns: `nil` if they are none of a kind that is known here, nor text; or if they may be a
    ///   damaged log's.
    public init?(insteadOfBinary bytes: some Collection<UInt8>, endingWith end: [UInt8]) {
        let known = ForeignFile(beginningWith: bytes, endingWith: end)
        if let known, known.name != Self.log {
            self = known
            return
        }
        let bytes = Array(bytes.prefix(Self.byteCount))
        let utf16: [[UInt8]] = [[0xff, 0xfe], [0xfe, 0xff]]
        if bytes.count > 3, Self.isText(bytes) || utf16.contains(where: { bytes.starts(with: $0) })
        {
            let isJSON = Self.trimmed(bytes).first.map { $0 == "{" || $0 == "[" } ?? false
            self.init(
                isJSON ? "JSON text" : "text",
                isJSON
                    ? .action("if a server sent it in place of the file, download the file itself")
                    : .another)
        } else if bytes.prefix(24).indices.contains(where: {
            bytes[$0...].starts(with: [0xef, 0xbf, 0xbd])
        }) {
            self.init(
                "what is left of binary data that were read as text and written as UTF-8",
                .action("copy the file again as it is; nothing can be had from this one"))
        } else {
            return nil
        }
    }

    private init(_ name: String, _ remedy: Remedy) {
        self.name = name
        self.remedy = remedy
    }

    private static let log = "a log for TensorBoard"
    private static let copyAgain = Remedy.action("copy it again")

    private static func unpack(_ command: String) -> Remedy {
        .action("unpack it first (\(command))")
    }

    /// What files begin with, in the order in which it is tried.
    private static let kinds: [(magic: [UInt8], offset: Int, name: String, remedy: Remedy)] = [
        ([0x1f, 0x8b], 0, "compressed with gzip", unpack("gunzip, or tar xzf")),
        ([0x28, 0xb5, 0x2f, 0xfd], 0, "compressed with zstd", unpack("unzstd")),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], 0, "compressed with xz", unpack("unxz, or tar xJf")),
        (Array("BZh".utf8), 0, "compressed with bzip2", unpack("bunzip2, or tar xjf")),
        ([0x04, 0x22, 0x4d, 0x18], 0, "compressed with LZ4", unpack("unlz4")),
        ([0x50, 0x4b, 0x03, 0x04], 0, "a zip archive", unpack("unzip")),
        ([0x50, 0x4b, 0x05, 0x06], 0, "a zip archive without files", copyAgain),
        ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], 0, "a 7z archive", unpack("7z x")),
        (Array("Rar!".utf8), 0, "a RAR archive", unpack("unrar x")),
        (Array("ustar".utf8), 257, "a tar archive", unpack("tar xf")),
        ([0x89, 0x48, 0x44, 0x46], 0, "an HDF5 file", .another),
        ([0x93] + Array("NUMPY".utf8), 0, "an array of NumPy's", .another),
        ([0x89, 0x50, 0x4e, 0x47], 0, "a PNG image", .another),
        ([0xff, 0xd8, 0xff], 0, "a JPEG image", .another),
        (Array("GIF8".utf8), 0, "a GIF image", .another),
        (Array("%PDF".utf8), 0, "a PDF document", .another),
        (Array("SQLite format 3".utf8), 0, "an SQLite database", .another),
        ([0x7f, 0x45, 0x4c, 0x46], 0, "a program", .another),
    ]

    /// What a table of leveldb's format ends with (`format.h`).
    private static let tableMagic: [UInt8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb]
}

// MARK: Texts

extension ForeignFile {
    private static func knownText(_ bytes: [UInt8]) -> (name: String, remedy: Remedy)? {
        let text = trimmed(bytes)
        func begins(_ starts: String...) -> Bool { starts.contains { text.hasPrefix($0) } }
        if begins("version https://git-lfs") {
            return ("a pointer of Git LFS", .action("get the file itself by git lfs pull"))
        }
        if begins("/annex/objects/") {
            return ("a pointer of git-annex", .action("get the file itself by git annex get"))
        }
        if begins("model_checkpoint_path:") {
            return (
                "the file that names a folder's checkpoints",
                .action("name the folder, or one of its checkpoints")
            )
        }
        if begins("<!doctype", "<html", "<head", "<body", "<script")
            || begins("<") && text.contains("<html")
        {
            return (
                "a web page",
                .action("download the file itself, not the page that shows it or asks for a login")
            )
        }
        if begins("<?xml") || begins("<") && isText(bytes) {
            return ("an XML text, perhaps a server's error", .action("download the file again"))
        }
        return nil
    }

    /// A text in lowercase letters, from its first character that shows.
    private static func trimmed(_ bytes: [UInt8]) -> Substring {
        // Not all pages are UTF-8.
        String(decoding: bytes, as: UTF8.self).lowercased()
            .drop { $0.isWhitespace || $0 == "\u{feff}" }
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
