import Platform

extension Folder {
    /// What a link names that leads nowhere; `nil` for anything else at the path.
    public static func target(ofDanglingLink path: String) -> String? {
        exists(path) ? nil : link(at: path)
    }

    /// Whether a file is at a path itself, no link to one, nor a device or a pipe.
    public static func isFileOfItsOwn(_ path: String) -> Bool {
        var status = stat()
        return FileName.withPath(path) { lstat($0, &status) } == 0
            && FileStatus(status).kind == .file
    }

    /// Says in words that nothing is at a path: `no such folder`, or where the link there leads to.
    ///
    /// - Parameter kind: What should be there.
    public static func absence(of path: String, kind: String) -> String {
        guard let link = danglingLink(on: path) else { return "no such \(kind)" }
        return link.isAtEnd ? link.words : "no such \(kind): \(link.words)"
    }

    /// A link that leads nowhere on the way to a path.
    struct DanglingLink {
        /// Whether it is at the path itself.
        let isAtEnd: Bool
        /// What it is.
        let words: String
    }

    /// The first link on the way to a path that leads nowhere.
    static func danglingLink(on path: String) -> DanglingLink? {
        for part in FilePath.prefixes(of: path) {
            guard let target = target(ofDanglingLink: part) else { continue }
            let isAtEnd = part == FilePath.withoutTrailingSlashes(path)
            let words = "a link to \(target), where there is nothing"
            return DanglingLink(
                isAtEnd: isAtEnd, words: isAtEnd ? words : "\(part) is \(words)")
        }
        return nil
    }

    /// Where a file is that is to be written at a path: where the link there leads, if it is one.
    ///
    /// - Returns: The path itself if the links lead to each other.
    public static func place(ofFile path: String) -> String {
        var place = path
        for _ in 0..<40 {
            guard let target = link(at: place) else { return place }
            place =
                FilePath.isAbsolute(target)
                ? target : FilePath.joining(FilePath.folder(of: place), target)
        }
        return path
    }

    /// What the link at a path names; `nil` if there is none.
    private static func link(at path: String) -> String? {
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = FileName.withPath(path) { Int32(readlink($0, &target, target.count)) }
        guard count >= 0 else { return nil }
        return FileName.text(of: target.prefix(Int(count)).map { UInt8(bitPattern: $0) })
    }

    /// Whether the system says that nothing is at a path.
    public static func isMissing(_ path: String) -> Bool {
        FileName.withPath(path) { access($0, F_OK) } != 0 && (errno == ENOENT || errno == ENOTDIR)
    }
}
