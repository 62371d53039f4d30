import RecordIO
import TensorBoard

/// Gives each tag of each run a folder of its own: `<run>/<tag>`, and `<tag>` for the log folder
/// itself. Where two would get one, as on file systems that take uppercase for lowercase letters, the
/// second one's ends in `~2`.
struct TagFolders {
    /// How many tags have got a folder of this name, in lowercase letters.
    private var taken: [String: Int] = [:]

    /// The longest path of a tag or run, in bytes: systems take 4096 of all.
    private static let longestPath = 1000

    /// A folder for a tag that has none yet.
    mutating func folder(run: String, tag: String) -> String {
        let name = run == "." ? Self.path(tag) : "\(Self.path(run))/\(Self.path(tag))"
        // Of ASCII only: all else is written as digits.
        let count = (taken[name.lowercased()] ?? 0) + 1
        taken[name.lowercased()] = count
        return count == 1 ? name : "\(name)~\(count)"
    }

    /// A path below a folder for a name that may hold anything: its parts between slashes are
    /// folders; bytes that a file's name should not have are written as `%` and two digits. What is
    /// too long ends in a hash.
    static func path(_ name: String) -> String {
        let parts = name.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
            .map { FileName.shortened(part(Substring($0))) }
        return FileName.shortened(parts.joined(separator: "/"), to: longestPath)
    }

    private static func part(_ part: Substring) -> String {
        if part.isEmpty { return "%" }
        let bytes = FileName.bytes(of: String(part))
        // A tag that is named as a picture's file would stand in the way of one.
        let isDots = part == "." || part == ".."
        let isFile = ImageType.allCases.contains { part.lowercased().hasSuffix(".\($0.rawValue)") }
        let lastDot = bytes.lastIndex(of: UInt8(ascii: "."))
        return bytes.enumerated().map { index, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                String(Unicode.Scalar(byte))
            case UInt8(ascii: ".") where !isDots && !(isFile && index == lastDot): "."
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}

/// The formats of pictures, by the endings of their files' names.
enum ImageType: String, CaseIterable {
    case png, gif, jpg, webp, bmp, tif, bin

    /// The format of a file, by the bytes that it begins with; `bin` if it is none of these.
    init(of file: [UInt8]) {
        func begins(_ text: String) -> Bool { file.starts(with: text.utf8) }
        self =
            if file.starts(with: [0x89, 0x50, 0x4e, 0x47]) {
                .png
            } else if begins("GIF8") {
                .gif
            } else if file.starts(with: [0xff, 0xd8, 0xff]) {
                .jpg
            } else if begins("RIFF"), file.dropFirst(8).starts(with: "WEBP".utf8) {
                .webp
            } else if begins("BM") {
                .bmp
            } else if begins("II*\0") || begins("MM\0*") {
                .tif
            } else {
                .bin
            }
    }
}
