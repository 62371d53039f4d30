/// A record that was read whole, as it is found again in another copy of its file.
public struct RecordMark: Sendable, Equatable {
    /// Where the record starts: bytes from the file's start.
    public let offset: Int
    /// How many bytes its data have.
    let length: Int
    /// The checksum of the data, as it stands behind them.
    let checksum: UInt32

    /// Where the next record starts.
    public var end: Int { offset + RecordBuffer.headerLength + length + RecordBuffer.footerLength }

    /// Whether two records hold the same, wherever they stand.
    public func hasSameData(as other: RecordMark) -> Bool {
        length == other.length && checksum == other.checksum
    }

    /// What stands in a file where a record stood.
    public enum Finding: Sendable {
        /// The same record.
        case same
        /// Another whole one.
        case other
        /// No whole record.
        case damage
        /// Not as many bytes as the record had.
        case end
    }
}

extension RecordReader {
    /// Compares what stands where a record stood, in this file or in another one. The framing is
    /// read; the data only where the framing differs.
    public func find(_ mark: RecordMark) throws(FileError) -> RecordMark.Finding {
        let header = try file.bytes(RecordBuffer.headerLength, at: mark.offset)
        guard header.count == RecordBuffer.headerLength else { return .end }
        guard let length = Self.length(header.span.bytes, at: 0),
            let length = Int(exactly: length), length <= maximumLength
        else { return .damage }
        let footer = try file.bytes(
            RecordBuffer.footerLength, at: mark.offset + RecordBuffer.headerLength + length)
        guard footer.count == RecordBuffer.footerLength else {
            return length == mark.length ? .end : .other
        }
        let checksum = UInt32(littleEndianIn: footer.span.bytes, at: 0)
        if length == mark.length, checksum == mark.checksum { return .same }
        return try isWhole(at: mark.offset, length: length) ? .other : .damage
    }
}
