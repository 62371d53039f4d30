import RecordIO
import TensorBoard

/// Pictures of a log as files: `<folder>/<run>/<tag>/<step>.png`.
struct ImageExport {
    private let folder: String
    private let overwrite: Bool
    private var count = 0

    init(folder: String, overwrite: Bool) {
        self.folder = folder
        self.overwrite = overwrite
    }

    /// Writes the pictures under a tag; nothing for other kinds.
    ///
    /// - Throws: `CommandError` if a file exists, unless it may be written over, or cannot be
    ///   written.
    mutating func write(_ tag: TagValues, run: String) throws {
        guard tag.kind == .images else { return }
        let folder = "\(folder)/\(Self.fileName(run))/\(Self.fileName(tag.tag))"
        var names: [String: Int] = [:]
        for stored in tag.stored {
            let pictures = try stored.load().pictures ?? []
            for (index, picture) in pictures.enumerated() {
                try Folder.create(folder)
                var name = "\(stored.step)" + (pictures.count == 1 ? "" : "-\(index)")
                // The same step may be logged twice.
                let earlier = names[name, default: 0]
                names[name] = earlier + 1
                if earlier > 0 { name += "~\(earlier + 1)" }
                let file = try OutputText(
                    "\(folder)/\(name).\(Self.type(of: picture))", overwrite: overwrite)
                try file.write(bytes: picture)
                try file.close()
                count += 1
            }
        }
    }

    /// What was written, in a line.
    var report: String { "\(folder): \(count) image\(count == 1 ? "" : "s")\n" }

    /// A path below a folder for a name that may hold anything: its parts between slashes are
    /// folders; bytes that a file's name should not have are written as `%` and two digits.
    static func fileName(_ name: String) -> String {
        if name == "." { return name }
        return name.split(separator: "/", omittingEmptySubsequences: false).map { part in
            if part.isEmpty { return "%" }
            let isDots = part == "." || part == ".."
            return part.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    String(Unicode.Scalar(byte))
                case UInt8(ascii: ".") where !isDots: "."
                default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                }
            }.joined()
        }.joined(separator: "/")
    }

    /// The ending of a file's name, by the bytes that its format begins with.
    private static func type(of picture: [UInt8]) -> String {
        if picture.starts(with: "GIF8".utf8) { return "gif" }
        if picture.starts(with: [0xff, 0xd8, 0xff]) { return "jpg" }
        return "png"
    }
}
