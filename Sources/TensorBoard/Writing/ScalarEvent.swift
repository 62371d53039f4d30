import RecordIO

/// The event that programs log most, a point of one curve without metadata, written byte by byte:
///
///     event   = 09 wall-time(8) 10 step(varint) 2A length(varint) summary
///     summary = 0A length(varint) value
///     value   = 0A length(varint) tag(bytes) 15 number(4)         numbers little-endian
///
/// As in protobuf, a time, a step or a tag that is zero or empty is left out with its first byte.
/// libprotobuf-c gives the same bytes, but takes five times as long for them.
enum ScalarEvent {
    /// Appends an event's record.
    ///
    /// - Parameter tag: The curve.
    static func append(
        tag: String, value: Float, step: Int64, wallTime: Double, to records: inout RecordBuffer
    ) {
        var tag = tag
        tag.withUTF8 { utf8 in
            let tagLength = utf8.count
            let valueLength = (tagLength > 0 ? 1 + length(tagLength) + tagLength : 0) + 5
            let summaryLength = 1 + length(valueLength) + valueLength
            let byteCount =
                (wallTime != 0 ? 9 : 0) + (step != 0 ? 1 + length(step) : 0)
                + 1 + length(summaryLength) + summaryLength
            records.append(byteCount: byteCount) { memory in
                var output = Output(memory: memory)
                if wallTime != 0 {
                    output.append(0x09)
                    output.append(littleEndian: wallTime.bitPattern)
                }
                if step != 0 {
                    output.append(0x10)
                    output.append(varint: UInt64(bitPattern: step))
                }
                output.append(0x2a)
                output.append(varint: UInt64(summaryLength))
                output.append(0x0a)
                output.append(varint: UInt64(valueLength))
                if tagLength > 0 {
                    output.append(0x0a)
                    output.append(varint: UInt64(tagLength))
                    output.append(UnsafeRawBufferPointer(start: utf8.baseAddress, count: tagLength))
                }
                output.append(0x15)
                output.append(littleEndian: value.bitPattern)
            }
        }
    }

    /// The bytes that a number takes as a varint.
    @inline(__always)
    private static func length(_ number: some FixedWidthInteger) -> Int {
        let bits = UInt64(truncatingIfNeeded: number) | 1
        return (70 - bits.leadingZeroBitCount) / 7
    }

    /// Memory that is filled from its start.
    private struct Output {
        let memory: UnsafeMutableRawBufferPointer
        private var count = 0

        init(memory: UnsafeMutableRawBufferPointer) {
            self.memory = memory
        }

        @inline(__always)
        mutating func append(_ byte: UInt8) {
            memory[count] = byte
            count &+= 1
        }

        @inline(__always)
        mutating func append(littleEndian number: some FixedWidthInteger) {
            memory.storeBytes(of: number.littleEndian, toByteOffset: count, as: type(of: number))
            count &+= number.bitWidth / 8
        }

        @inline(__always)
        mutating func append(varint number: UInt64) {
            var rest = number
            while rest > 0x7f {
                append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            append(UInt8(truncatingIfNeeded: rest))
        }

        @inline(__always)
        mutating func append(_ bytes: UnsafeRawBufferPointer) {
            UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
            count &+= bytes.count
        }
    }
}
