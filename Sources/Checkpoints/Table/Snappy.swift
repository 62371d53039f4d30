internal import RecordIO

/// The raw format of Snappy, in which older TensorFlow releases and its C++ savers compress the
/// blocks of a table:
///
///     block   = length(varint32) element*                      of the bytes that it unpacks to
///     literal = tag(6 bits n, 00) [length - 1 (1…4 bytes)] bytes      n < 60: n + 1 bytes follow;
///                                                     60…63: their number follows in 1…4 bytes
///     copy    = tag(3 bits offset/256, 3 bits length - 4, 01) offset(1)
///             | tag(6 bits length - 1, 10) offset(2)
///             | tag(6 bits length - 1, 11) offset(4)
///
/// Fixed numbers are little-endian. A copy repeats `length` bytes from `offset` bytes back, which
/// may run into those that it makes itself.
///
/// A decoder of our own: the format is this comment, and a library would be the product's only one
/// in C++. Source: snappy's `format_description.txt`.
enum Snappy {
    /// The bytes are no block from this one on.
    struct Malformed: Error, Equatable {
        let offset: Int
    }

    /// The most bytes that one byte of a block unpacks to: 64 of a copy of three.
    private static let maximumExpansion = 22

    /// Unpacks a block.
    ///
    /// - Parameter limit: The most bytes that it may unpack to. Memory is asked for no more than
    ///   these, nor more than a block of that length can have.
    static func unpacked(
        _ block: ArraySlice<UInt8>, limit: Int
    ) throws(Malformed) -> [UInt8] {
        var position = 0
        let length = Varint.decode(UInt32.self, from: block.span.bytes, at: &position)
        guard
            let length, length <= limit,
            Int(length) <= maximumExpansion * (block.count - position)
        else { throw Malformed(offset: 0) }

        var failure: Malformed?
        let unpacked = [UInt8](unsafeUninitializedCapacity: Int(length)) { output, count in
            block.withUnsafeBytes { input in
                let room = UnsafeMutableBufferPointer(rebasing: output[..<Int(length)])
                var decoder = Decoder(
                    input: input, position: position, output: UnsafeMutableRawBufferPointer(room))
                while decoder.position < input.count {
                    let start = decoder.position
                    guard decoder.takeElement() else {
                        failure = Malformed(offset: start)
                        return
                    }
                }
                if decoder.filled < length { failure = Malformed(offset: input.count) }
            }
            count = failure == nil ? Int(length) : 0
        }
        if let failure { throw failure }
        return unpacked
    }

    private struct Decoder {
        let input: UnsafeRawBufferPointer
        var position: Int
        let output: UnsafeMutableRawBufferPointer
        var filled = 0

        /// Takes a literal or a copy; `false` if there is none, or it needs bytes or room that there
        /// are not.
        mutating func takeElement() -> Bool {
            let tag = Int(input[position])
            position += 1
            switch tag & 3 {
            case 0:
                return takeLiteral(tag >> 2)
            case 1:
                guard let low = number(ofBytes: 1) else { return false }
                return copy(4 + (tag >> 2 & 7), from: (tag >> 5) << 8 | low)
            case 2:
                guard let offset = number(ofBytes: 2) else { return false }
                return copy(1 + (tag >> 2), from: offset)
            default:
                guard let offset = number(ofBytes: 4) else { return false }
                return copy(1 + (tag >> 2), from: offset)
            }
        }

        private mutating func takeLiteral(_ size: Int) -> Bool {
            var size = size
            if size >= 60 {
                guard let longSize = number(ofBytes: size - 59) else { return false }
                size = longSize
            }
            let count = size + 1
            guard count <= input.count - position, count <= output.count - filled else {
                return false
            }
            UnsafeMutableRawBufferPointer(rebasing: output[filled..<filled + count]).copyMemory(
                from: UnsafeRawBufferPointer(rebasing: input[position..<position + count]))
            position += count
            filled += count
            return true
        }

        private mutating func copy(_ count: Int, from offset: Int) -> Bool {
            guard offset > 0, offset <= filled, count <= output.count - filled else {
                return false
            }
            // One by one: what is copied may be what was copied just now.
            for index in filled..<filled + count { output[index] = output[index - offset] }
            filled += count
            return true
        }

        private mutating func number(ofBytes count: Int) -> Int? {
            guard count <= input.count - position else { return nil }
            var number = 0
            for index in (position..<position + count).reversed() {
                number = number << 8 | Int(input[index])
            }
            position += count
            return number
        }
    }
}
