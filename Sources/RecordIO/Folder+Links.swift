import Platform

extension Folder {
    /// What a link names that leads nowhere; `nil` for anything else at the path.
    public static func target(ofDanglingLink path: String) -> String? {
        if exists(path) { return nil }
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = FileName.withPath(path) { Int32(readlink($0, &target, target.count)) }
        guard count >= 0 else { return nil }
        return FileName.text(of: target.prefix(Int(count)).map { UInt8(bitPattern: $0) })
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
        target(ofDanglingLink: path).map { "a link to \($0), where there is nothing" }
            ?? "no such \(kind)"
    }

    /// Whether the system says that nothing is at a path.
    public static func isMissing(_ path: String) -> Bool {
        FileName.withPath(path) { access($0, F_OK) } != 0 && (errno == ENOENT || errno == ENOTDIR)
    }
}
