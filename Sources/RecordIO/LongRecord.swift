/// A record that is written piece by piece, so that memory need not hold it whole; `RecordBuffer` has
/// the format.
public struct LongRecord: ~Copyable {
    private let file: OutputFile
    private var checksum: UInt32 = 0
    private var missingCount: Int
    private var pending: [UInt8] = []

    private static let pieceLength = 1 << 20

    /// Begins a record behind what a file has.
    ///
    /// - Parameter byteCount: How many bytes its data have.
    public init(byteCount: Int, appendingTo file: OutputFile) {
        self.file = file
        missingCount = byteCount
        pending.reserveCapacity(Self.pieceLength + RecordBuffer.headerLength)
        append(UInt64(byteCount))
        append(CRC32C.mask(CRC32C.checksum(of: pending.span.bytes)))
    }

    /// Appends some of the data.
    ///
    /// - Throws: `FileError`; the file then ends inside the record.
    /// - Precondition: They are not more than the record has.
    public mutating func append(_ bytes: RawSpan) throws(FileError) {
        missingCount -= bytes.byteCount
        precondition(missingCount >= 0, "a record with more data than its length says")
        checksum = CRC32C.extend(checksum, by: bytes)
        if pending.count + bytes.byteCount > Self.pieceLength { try flush() }
        if bytes.byteCount > Self.pieceLength {
            try file.append(bytes)
        } else {
            bytes.withUnsafeBytes { pending.append(contentsOf: $0) }
        }
    }

    /// Ends the record.
    ///
    /// - Throws: `FileError`; the file then ends inside the record.
    /// - Precondition: All data are there.
    public consuming func finish() throws(FileError) {
        precondition(missingCount == 0, "a record with less data than its length says")
        append(CRC32C.mask(checksum))
        try flush()
    }

    private mutating func append(_ number: some FixedWidthInteger) {
        withUnsafeBytes(of: number.littleEndian) { pending.append(contentsOf: $0) }
    }

    private mutating func flush() throws(FileError) {
        try file.append(pending.span.bytes)
        pending.removeAll(keepingCapacity: true)
    }
}
