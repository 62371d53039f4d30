/// Bytes that are read once, front to back.
protocol ByteSource {
    /// The next `count` bytes, or all that are left if they are fewer.
    ///
    /// `count` may come from a hostile header: no more memory is taken than what is left needs.
    mutating func read(_ count: Int) throws(DatasetError) -> ArraySlice<UInt8>
}

/// The bytes of a file as they are. Reading copies nothing.
struct PlainBytes: ByteSource {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    mutating func read(_ count: Int) -> ArraySlice<UInt8> {
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
