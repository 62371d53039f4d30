/// Names of files and folders that no file system refuses for their length.
package enum ShortenedName {
    /// Cuts a name that takes too many bytes, and ends it with `~` and a hash of all of it, so that
    /// names with one beginning stay different.
    ///
    /// - Parameters:
    ///   - name: A name, or a path.
    ///   - length: How many bytes it may take: at least 32. File systems take 255 a name.
    package static func of(_ name: String, length: Int = 200) -> String {
        guard name.utf8.count > length else { return name }
        let digits = String(hash(name), radix: 16)
        let ending = "~" + String(repeating: "0", count: 16 - digits.count) + digits
        var end = name.startIndex
        var room = length - ending.utf8.count
        // Whole scalars, and no slash at the end.
        for index in name.unicodeScalars.indices {
            room -= UTF8.width(name.unicodeScalars[index])
            if room < 0 { break }
            if name.unicodeScalars[index] != "/" { end = name.unicodeScalars.index(after: index) }
        }
        return name[..<end] + ending
    }

    /// FNV-1a, 64 bits (draft-eastlake-fnv).
    private static func hash(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
