/// Names that are made of others, such as tags, which may be of any length.
extension FileName {
    /// How many bytes a name may have, so that any file system takes it with a few more behind it.
    public static let maximumLength = 200

    /// A name as it is; one that is too long by its beginning, with a hash of the whole of it, so that
    /// two long names that begin alike stay apart.
    ///
    /// ```swift
    /// FileName.shortened("loss")                         // "loss"
    /// FileName.shortened(String(repeating: "a", count: 300))  // "aaa…aaa~a3b5c0d1e2f40516"
    /// ```
    public static func shortened(_ name: String, to limit: Int = maximumLength) -> String {
        if name.utf8.count <= limit { return name }
        let digits = String(hash(name), radix: 16)
        let end = "~" + String(repeating: "0", count: 16 - digits.count) + digits
        var beginning = ""
        var length = end.utf8.count
        for scalar in name.unicodeScalars {
            length += UTF8.width(scalar)
            if length > limit { break }
            beginning.unicodeScalars.append(scalar)
        }
        return beginning + end
    }

    /// FNV-1a of 64 bits (Fowler, Noll and Vo; RFC 9923), the same in each run of a program.
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
