import Platform

extension Folder {
    /// What a link names that leads nowhere; `nil` for anything else at the path.
    public static func target(ofDanglingLink path: String) -> String? {
        FileName.withPath(path) { path -> [UInt8]? in
            var status = stat()
            guard stat(path, &status) != 0, errno == ENOENT else { return nil }
            var target = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(path, &target, target.count)
            return count < 0 ? nil : target.prefix(count).map { UInt8(bitPattern: $0) }
        }.map { FileName.text(of: $0) }
    }
}
