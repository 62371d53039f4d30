/// Paths, taken apart where the system takes them apart: at the byte of a slash. To Swift a slash and
/// a combining mark behind it are one character.
public enum FilePath {
    private static let slash = UInt8(ascii: "/")

    /// The path of the folder that something lies in: `.` for a name alone, `/` for what lies in the
    /// root.
    public static func folder(of path: String) -> String {
        guard let last = path.utf8.lastIndex(of: slash) else { return "." }
        return last == path.startIndex ? "/" : String(path.unicodeScalars[..<last])
    }

    /// The last part of a path; empty if it ends in a slash.
    public static func name(of path: String) -> String {
        path.utf8.lastIndex(of: slash).map {
            String(path.unicodeScalars[path.utf8.index(after: $0)...])
        } ?? path
    }

    /// The path of what lies in a folder.
    public static func joining(_ folder: String, _ name: String) -> String {
        folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
    }

    /// Whether a path begins at the root.
    public static func isAbsolute(_ path: String) -> Bool { path.utf8.first == slash }

    /// A path without slashes at its end; that of the root keeps one.
    public static func withoutTrailingSlashes(_ path: String) -> String {
        var rest = path.utf8[...]
        while rest.count > 1, rest.last == slash { rest.removeLast() }
        return String(path.unicodeScalars[..<rest.endIndex])
    }

    /// The parts between slashes, without empty ones.
    public static func parts(of path: String) -> [String] {
        path.unicodeScalars.split(separator: "/").map { String($0) }
    }

    /// The paths of the folders that a path leads through, and the path itself.
    static func prefixes(of path: String) -> [String] {
        let bytes = path.utf8
        return bytes.indices.compactMap { index in
            let next = bytes.index(after: index)
            let ends = bytes[index] != slash && (next == bytes.endIndex || bytes[next] == slash)
            return ends ? String(path.unicodeScalars[..<next]) : nil
        }
    }
}
