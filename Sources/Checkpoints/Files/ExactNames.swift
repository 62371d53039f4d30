// Names of files are compared byte by byte: Swift takes strings for equal that only look alike.

extension String {
    /// Whether both have the same bytes.
    func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// Whether it begins with the bytes of another.
    func begins(with other: String) -> Bool { utf8.starts(with: other.utf8) }
}

extension Sequence<String> {
    /// Whether a string of the same bytes is among them.
    func containsExactly(_ string: String) -> Bool { contains { $0.isExactly(string) } }
}
