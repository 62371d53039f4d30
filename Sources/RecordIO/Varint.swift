/// Whole numbers in as few bytes as they need, as protobuf and leveldb write them: seven bits a
/// byte, the lowest first, the eighth bit set where more follow.
public enum Varint {
    /// The most bytes that a number of 64 bits takes.
    public static let maximumLength = 10

    /// Appends a number: 1 to 10 bytes.
    public static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest > 0x7f {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Reads the number at `offset` and moves `offset` behind it.
    ///
    /// - Returns: `nil`, with `offset` unchanged, if the bytes end too soon, or if the number does
    ///   not fit `Number` (`UInt32` for leveldb's lengths, `UInt64` for all else).
    public static func decode<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type = UInt64.self, from bytes: RawSpan, at offset: inout Int
    ) -> Number? {
        var number: Number = 0
        var shift = 0
        var position = offset
        while position < bytes.byteCount, shift < Number.bitWidth {
            let byte = bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
            let bits = Number(byte & 0x7f)
            guard (bits << shift) >> shift == bits else { return nil }
            number |= bits << shift
            position += 1
            if byte < 0x80 {
                offset = position
                return number
            }
            shift += 7
        }
        return nil
    }
}
