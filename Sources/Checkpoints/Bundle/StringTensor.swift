internal import RecordIO

/// The bytes of a tensor of strings in a file of data:
///
///     tensor = length(varint64)* checksum(4) bytes*
///
/// `checksum` is the masked CRC32C of the lengths as numbers of 4 bytes, or of 8 where they need
/// them. The index has the CRC32C of these, the checksum and all bytes. A tensor without any
/// strings may be without the checksum, too.
///
/// Source: TensorFlow's `core/util/tensor_bundle/tensor_bundle.cc`, `WriteStringTensor`.
enum StringTensor {
    /// Reads the strings.
    ///
    /// - Returns: Them, and what the index has to have for a checksum; `nil` if there are not so
    ///   many, or the lengths do not have their checksum.
    static func strings(
        in bytes: [UInt8], count: Int, isBigEndian: Bool
    ) -> (strings: [[UInt8]], maskedChecksum: UInt32)? {
        if bytes.isEmpty, count == 0 { return ([], CRC32C.mask(0)) }
        var position = 0
        // A length takes a byte at least.
        guard count <= bytes.count else { return nil }
        var lengths: [Int] = []
        lengths.reserveCapacity(count)
        var rest = bytes.count
        for _ in 0..<count {
            guard
                let length = Varint.decode(from: bytes.span.bytes, at: &position)
                    .flatMap({ (length: UInt64) in Int(exactly: length) }),
                length <= rest
            else { return nil }
            rest -= length
            lengths.append(length)
        }
        guard bytes.count - position >= 4 else { return nil }
        var checksum = Self.checksum(of: lengths, isBigEndian: isBigEndian)
        let stored = UInt32(littleEndianIn: bytes.span.bytes, at: position)
        guard (isBigEndian ? stored.byteSwapped : stored) == CRC32C.mask(checksum) else {
            return nil
        }
        let start = position + 4
        guard lengths.reduce(0, +) == bytes.count - start else { return nil }
        checksum = CRC32C.extend(checksum, by: bytes.span.bytes.extracting(droppingFirst: position))
        position = start
        let strings = lengths.map { length in
            defer { position += length }
            return Array(bytes[position..<position + length])
        }
        return (strings, CRC32C.mask(checksum))
    }

    /// The bytes of some strings, and what the index has for a checksum.
    static func encoded(_ strings: [[UInt8]]) -> (bytes: [UInt8], maskedChecksum: UInt32) {
        var bytes: [UInt8] = []
        for string in strings { Varint.append(UInt64(string.count), to: &bytes) }
        let lengths = checksum(of: strings.map(\.count), isBigEndian: false)
        let position = bytes.count
        bytes.append(littleEndian: CRC32C.mask(lengths))
        for string in strings { bytes += string }
        let all = CRC32C.extend(
            lengths, by: bytes.span.bytes.extracting(droppingFirst: position))
        return (bytes, CRC32C.mask(all))
    }

    private static func checksum(of lengths: [Int], isBigEndian: Bool) -> UInt32 {
        var numbers: [UInt8] = []
        for length in lengths {
            if let short = UInt32(exactly: length) {
                numbers.append(littleEndian: isBigEndian ? short.byteSwapped : short)
            } else {
                numbers.append(littleEndian: isBigEndian ? length.byteSwapped : length)
            }
        }
        return CRC32C.checksum(of: numbers.span.bytes)
    }
}
