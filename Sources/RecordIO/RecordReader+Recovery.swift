extension RecordReader {
    /// Passes over damage: moves to the next whole record behind the one that could not be read.
    ///
    /// Where only the data of a record are damaged, its length leads to the next record. Elsewhere
    /// each byte is tried, until a length and its data both have their checksums: by chance that
    /// happens once in 2⁶⁴ bytes.
    ///
    /// - Returns: The bytes that were passed over: up to the next whole record, or to the end of
    ///   the file if there is none.
    /// - Throws: `FileError` if the system cannot read the file.
    /// - Complexity: Linear in the bytes passed over, but for files that are made to have many false
    ///   lengths; those are given up after reading 16 times as many bytes as the file has.
    public mutating func skipDamage() throws(FileError) -> Range<Int> {
        let start = offset
        let fileLength = max(try file.byteCount(), start)
        var search = Search(
            end: fileLength, maximumLength: maximumLength,
            budget: 16 * min(fileLength, Int.max >> 8) + 1 << 30)
        if let next = try search.successor(of: self) {
            move(to: next)
        } else {
            move(to: try search.scan(self))
        }
        return start..<offset
    }

    /// How many records some bytes of the file are, if their lengths can be believed: `nil` if the
    /// lengths do not lead from the first byte to the last.
    public func recordCount(of bytes: Range<Int>) throws(FileError) -> Int? {
        let search = Search(end: bytes.upperBound, maximumLength: maximumLength, budget: 0)
        var (position, count) = (bytes.lowerBound, 0)
        while position < bytes.upperBound {
            guard let length = try search.length(at: position, of: self) else { return nil }
            position += length + Search.framing
            count += 1
        }
        return count
    }

    /// The data of a record of which only the length is damaged.
    ///
    /// - Parameter bytes: What was passed over: all of the record, and nothing else.
    /// - Returns: `nil` if the data do not have their checksum, or take more than 64 MiB.
    public func data(ofRecord bytes: Range<Int>) throws(FileError) -> [UInt8]? {
        let framing = RecordBuffer.headerLength + RecordBuffer.footerLength
        guard bytes.count >= framing, bytes.count <= Self.longestRestoredLength else { return nil }
        let record = try file.bytes(bytes.count, at: bytes.lowerBound)
        guard record.count == bytes.count else { return nil }
        let end = record.count - RecordBuffer.footerLength
        let data = record.span.bytes.extracting(RecordBuffer.headerLength..<end)
        guard Self.hasChecksum(data, UInt32(littleEndianIn: record.span.bytes, at: end)) else {
            return nil
        }
        return Array(record[RecordBuffer.headerLength..<end])
    }

    private static let longestRestoredLength = 64 << 20

    /// The search for a whole record.
    private struct Search {
        /// How many bytes the file has.
        let end: Int
        let maximumLength: Int
        /// How many more bytes may be read to check the data of records.
        var budget: Int

        /// The fewest bytes that a record takes.
        static let framing = RecordBuffer.headerLength + RecordBuffer.footerLength

        /// Where the next record is, by the length of the reader's; `nil` if that cannot be
        /// believed, because there is no whole record there.
        mutating func successor(of reader: RecordReader) throws(FileError) -> Int? {
            guard let length = try length(at: reader.offset, of: reader) else { return nil }
            let next = reader.offset + length + Self.framing
            if next == end { return next }
            return try isRecord(at: next, of: reader) ? next : nil
        }

        /// Tries each byte behind the reader's offset.
        mutating func scan(_ reader: RecordReader) throws(FileError) -> Int {
            var position = reader.offset + 1
            var window = FileWindow(at: position)
            while end - position >= Self.framing {
                // In a hole there is no header: that of an empty record has a checksum.
                let stored = try reader.file.nextStoredByte(from: position)
                position = max(position, min(stored, end) - (RecordBuffer.headerLength - 1))
                let wanted = min(FileWindow.usualLength, end - position)
                let held = try window.hold(wanted, at: position, of: reader.file)
                let bytes = window.memory.span.bytes.extracting(held..<window.filled)
                let count = bytes.byteCount - RecordBuffer.headerLength
                // There may be fewer bytes than the source says.
                guard count >= 0 else { return min(end, position + bytes.byteCount) }
                for index in 0...count {
                    guard let length = length(bytes, at: index, of: position + index) else {
                        continue
                    }
                    if try isWhole(at: position + index, length: length, of: reader) {
                        return position + index
                    }
                }
                position += count + 1
                if bytes.byteCount < wanted { return position + RecordBuffer.headerLength - 1 }
            }
            return end
        }

        /// The length of the record at an offset of the file; `nil` if there is none that the file
        /// can hold.
        func length(
            at offset: Int, of reader: RecordReader
        ) throws(FileError) -> Int? {
            guard end - offset >= Self.framing else { return nil }
            var window = FileWindow(at: offset, reading: RecordBuffer.headerLength)
            let held = try window.hold(RecordBuffer.headerLength, at: offset, of: reader.file)
            let bytes = window.memory.span.bytes.extracting(held..<window.filled)
            guard bytes.byteCount >= RecordBuffer.headerLength else { return nil }
            return length(bytes, at: 0, of: offset)
        }

        /// The same for bytes of the file that are in memory.
        private func length(_ bytes: RawSpan, at index: Int, of offset: Int) -> Int? {
            let length = UInt64(littleEndianIn: bytes, at: index)
            let room = min(end - offset - Self.framing, maximumLength)
            guard room >= 0, length <= UInt64(room) else { return nil }
            // Most often there are zeros.
            if length == 0, UInt32(littleEndianIn: bytes, at: index + 8) == 0 { return nil }
            return RecordReader.length(bytes, at: index).map { Int($0) }
        }

        private mutating func isRecord(
            at offset: Int, of reader: RecordReader
        ) throws(FileError) -> Bool {
            guard let length = try length(at: offset, of: reader) else { return false }
            return try isWhole(at: offset, length: length, of: reader)
        }

        private mutating func isWhole(
            at offset: Int, length: Int, of reader: RecordReader
        ) throws(FileError) -> Bool {
            guard length <= budget else { return false }
            budget -= length
            return try reader.isWhole(at: offset, length: length)
        }
    }
}
