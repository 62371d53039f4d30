/// What a file is that is not of the kind that is needed, as far as its first bytes tell: what people
/// get in place of a file that they downloaded, copied or named wrongly.
public struct ForeignFile: Equatable, Sendable {
    /// What it is, such as `a web page`; with no bytes, `empty`.
    public let name: String
    /// What to do to get the right one.
    public let advice: String

    /// How many of a file's first bytes tell.
    public static let byteCount = 512

    /// Looks at a file's first bytes, `byteCount` of them if there are so many.
    ///
    /// - Returns: `nil` if they are none of a kind that is known here.
    public init?(beginningWith bytes: some Collection<UInt8>) {
        let bytes = Array(bytes.prefix(Self.byteCount))
        if bytes.isEmpty {
            self.init("empty", "copy it again")
            return
        }
        if let kind = Self.kinds.first(where: { bytes.dropFirst($0.offset).starts(with: $0.magic) })
        {
            self.init(kind.name, kind.advice)
            return
        }
        // Behind a record's length and checksum, and the event's time and step.
        if bytes.prefix(64).firstRange(of: Array("brain.Event:".utf8)) != nil {
            self.init(
                "a log for TensorBoard", "name a file of the right kind; gan log shows a log")
            return
        }
        // A byte order mark and white space may come first.
        let text = bytes.drop { [0xef, 0xbb, 0xbf, 0x20, 0x09, 0x0a, 0x0d].contains($0) }
            .map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
        if ["<!doctype", "<html", "<head", "<body", "<script"].contains(where: {
            text.starts(with: $0.utf8)
        }) {
            self.init("a web page", "download the file itself, not the page that shows it")
        } else if text.starts(with: "<?xml".utf8) {
            self.init("an XML text, perhaps a server's error", "download the file again")
        } else {
            return nil
        }
    }

    private init(_ name: String, _ advice: String) {
        self.name = name
        self.advice = advice
    }

    private static let unpack = "unpack it first"
    private static let kinds: [(magic: [UInt8], offset: Int, name: String, advice: String)] = [
        (
            Array("version https://git-lfs.github.com/".utf8), 0, "a pointer of Git LFS",
            "get the file itself by git lfs pull"
        ),
        (
            Array("model_checkpoint_path:".utf8), 0, "the file that names a folder's checkpoints",
            "name the folder, or one of its checkpoints"
        ),
        ([0x1f, 0x8b], 0, "compressed with gzip", unpack),
        ([0x28, 0xb5, 0x2f, 0xfd], 0, "compressed with zstd", unpack),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a], 0, "compressed with xz", unpack),
        (Array("BZh".utf8), 0, "compressed with bzip2", unpack),
        ([0x50, 0x4b, 0x03, 0x04], 0, "a zip archive", unpack),
        ([0x50, 0x4b, 0x05, 0x06], 0, "a zip archive without files", "copy it again"),
        (Array("ustar".utf8), 257, "a tar archive", unpack),
        ([0x89, 0x48, 0x44, 0x46], 0, "an HDF5 file", "name a file of the right kind"),
        ([0x93] + Array("NUMPY".utf8), 0, "an array of NumPy's", "name a file of the right kind"),
        ([0x89, 0x50, 0x4e, 0x47], 0, "a PNG image", "name a file of the right kind"),
        ([0xff, 0xd8, 0xff], 0, "a JPEG image", "name a file of the right kind"),
        (Array("%PDF".utf8), 0, "a PDF document", "name a file of the right kind"),
        ([0x7f, 0x45, 0x4c, 0x46], 0, "a program", "name a file of the right kind"),
    ]
}
