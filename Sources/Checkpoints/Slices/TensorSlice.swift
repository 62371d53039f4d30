/// A part of a tensor, as partitioned variables are stored: in each dimension a range, or all of it.
struct TensorSlice: Equatable, Sendable {
    /// The range in one dimension.
    struct Extent: Equatable, Sendable {
        var start = 0
        /// `nil` for all of the dimension.
        var count: Int?
    }

    /// One for each dimension.
    var extents: [Extent]

    /// The key of the part of a tensor in a table: numbers and the name in a code whose bytes sort
    /// as they do.
    ///
    ///     key    = number(0) name number(rank) (signed(start) signed(count))*      count -1: all
    ///     number = length(1) bytes                      the highest byte first, none for zero
    ///     name   = bytes 00 01                          00 in it is 00 FF, FF is FF 00
    ///     signed = as many one bits as there are bytes, a zero, the number; below zero all inverted
    ///
    /// Source: TensorFlow's `core/util/saved_tensor_slice_util.cc` and `tsl`'s `ordered_code.cc`.
    func key(ofTensor name: String) -> [UInt8] {
        var key: [UInt8] = [0]
        for byte in name.utf8 {
            key.append(byte)
            if byte == 0 { key.append(0xff) }
            if byte == 0xff { key.append(0) }
        }
        key += [0, 1]
        let rank = Self.bigEndian(extents.count)
        key.append(UInt8(rank.count))
        key += rank
        for extent in extents {
            Self.append(signed: extent.count == nil ? 0 : extent.start, to: &key)
            Self.append(signed: extent.count ?? -1, to: &key)
        }
        return key
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0.drop { $0 == 0 }) }
    }

    private static func append(signed number: Int, to key: inout [UInt8]) {
        let magnitude = number < 0 ? ~number : number
        let bitCount = Int.bitWidth - magnitude.leadingZeroBitCount
        let length = bitCount / 7 + 1
        let sign: UInt8 = number < 0 ? 0xff : 0
        var bytes = [sign, sign] + withUnsafeBytes(of: number.bigEndian) { Array($0) }
        bytes.removeFirst(bytes.count - length)
        // As many ones as there are bytes, from the highest bit on.
        let header = ~UInt16(0) << (16 - UInt16(length))
        bytes[0] ^= UInt8(header >> 8)
        if length > 1 { bytes[1] ^= UInt8(truncatingIfNeeded: header) }
        key += bytes
    }
}

// MARK: Where a part lies in its tensor

extension TensorSlice {
    /// The ranges in a tensor's dimensions; `nil` if the part is none of a tensor of that shape.
    func ranges(in shape: [Int]) -> [Range<Int>]? {
        guard shape.count == extents.count else { return nil }
        var ranges: [Range<Int>] = []
        for (extent, size) in zip(extents, shape) {
            let count = extent.count ?? size
            let start = extent.count == nil ? 0 : extent.start
            guard size >= 0, count >= 0, start >= 0, start <= size, count <= size - start else {
                return nil
            }
            ranges.append(start..<start + count)
        }
        return ranges
    }
}

/// Runs of elements that a part has side by side with its whole tensor.
struct SliceRuns {
    /// How many elements a run has.
    let length: Int
    /// Where each run starts in the whole tensor: elements from its start. In the part they lie one
    /// behind the other.
    let starts: [Int]

    /// The runs of a part with at least one element.
    ///
    /// - Parameters:
    ///   - ranges: As `TensorSlice.ranges` gives them.
    ///   - shape: The whole tensor's.
    init(_ ranges: [Range<Int>], in shape: [Int]) {
        // What follows the last dimension that is cut lies side by side.
        let cut = zip(ranges, shape).map { $0.count < $1 }.lastIndex(of: true) ?? 0
        length = ranges.dropFirst(cut).reduce(1) { $0 * $1.count }
        var starts = [0]
        var stride = shape.dropFirst(cut + 1).reduce(1, *)
        if ranges.indices.contains(cut) { starts = [ranges[cut].lowerBound * stride] }
        for axis in (0..<min(cut, ranges.count)).reversed() {
            stride *= shape[axis + 1]
            starts = ranges[axis].flatMap { index in starts.map { index * stride + $0 } }
        }
        self.starts = starts
    }
}
