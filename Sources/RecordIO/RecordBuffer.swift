/// Records in memory, framed as TFRecord files have them and ready to be written in one piece:
///
///     record  = length(8) checksum-of-length(4) data(length) checksum-of-data(4)
///
/// Numbers are little-endian, checksums masked CRC32C.
public struct RecordBuffer: Sendable {
    /// The bytes that framing adds before a record's data.
    static let headerLength = 12
    /// The bytes that framing adds after a record's data.
    static let footerLength = 4

    /// How many bytes the records take.
    public private(set) var byteCount = 0
    /// Where each record ends: counts of bytes from the start of the buffer.
    public private(set) var recordEnds: [Int] = []

    /// At least `byteCount` bytes; those behind are left from earlier uses, so that nothing has to
    /// be cleared for new records.
    private var storage: [UInt8] = []

    /// Makes an empty buffer.
    public init() {}

    /// Appends a record.
    public mutating func append(_ data: RawSpan) {
        append(byteCount: data.byteCount) { memory in
            data.withUnsafeBytes { memory.copyMemory(from: $0) }
        }
    }

    /// Appends a record that is made in place.
    ///
    /// - Parameters:
    ///   - byteCount: The length of the record's data.
    ///   - fill: Writes all of the data.
    public mutating func append(
        byteCount length: Int, filledBy fill: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let dataStart = byteCount + Self.headerLength
        let dataEnd = dataStart + length
        let end = dataEnd + Self.footerLength
        if end > storage.count {
            // Not appended to: that takes a call for each byte where it isn't optimized.
            var longer = [UInt8](repeating: 0, count: max(end, 2 * storage.count))
            longer.withUnsafeMutableBytes { memory in
                storage.withUnsafeBytes {
                    memory.copyMemory(from: .init(rebasing: $0[..<byteCount]))
                }
            }
            storage = longer
        }
        storage.withUnsafeMutableBytes { memory in
            let data = UnsafeMutableRawBufferPointer(rebasing: memory[dataStart..<dataEnd])
            UInt64(length).storeLittleEndian(in: memory, at: byteCount)
            Self.maskedChecksum(of: memory[byteCount..<byteCount + 8])
                .storeLittleEndian(in: memory, at: byteCount + 8)
            fill(data)
            Self.maskedChecksum(of: memory[dataStart..<dataEnd])
                .storeLittleEndian(in: memory, at: dataEnd)
        }
        byteCount = end
        recordEnds.append(end)
    }

    /// Removes all records, and keeps up to a megabyte of memory for the next ones.
    public mutating func removeAll() {
        byteCount = 0
        recordEnds.removeAll(keepingCapacity: true)
        if storage.count > 1 << 20 { storage = [] }
    }

    /// Gives the bytes of all records to a closure.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(storage.span.bytes.extracting(first: byteCount))
    }

    private static func maskedChecksum(of bytes: Slice<UnsafeMutableRawBufferPointer>) -> UInt32 {
        CRC32C.mask(CRC32C.checksum(of: UnsafeRawBufferPointer(rebasing: bytes).bytes))
    }
}
