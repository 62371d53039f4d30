/// Reads a file of records from its start to its end; `RecordBuffer` has the format.
///
/// ```swift
/// var reader = try RecordReader(opening: path)
/// while let record = try reader.next() {
///     print(record.offset, record.data.count)
/// }
/// ```
///
/// Memory holds one window of the file, as long as its longest record. A length is believed once
/// its checksum is right and the file has so many bytes; a record of more than 16 MiB is checked
/// piece by piece before memory is asked for.
public struct RecordReader {
    /// The longest record that readers take unless told otherwise: protobuf's limit of 2 GiB.
    public static let defaultMaximumLength = Int(Int32.max)

    /// Where the next record starts: bytes from the file's start.
    public internal(set) var offset: Int
    /// The last record that was read, if its data have their checksum.
    public private(set) var lastRecord: RecordMark?

    let file: any RandomAccessBytes
    let maximumLength: Int
    private var window: FileWindow

    /// Longer records are checked before they are held in memory.
    private static let longLength = 16 << 20
    /// Longer records are not given unless their data have their checksum.
    private static let longestUnverifiedLength = 256 << 20

    /// One record of a file.
    public struct Record: Equatable, Sendable {
        /// Where the record starts: bytes from the file's start.
        public let offset: Int
        /// What it holds, without the framing.
        public let data: [UInt8]
    }

    /// Opens a file of records.
    ///
    /// - Parameters:
    ///   - path: The file's path.
    ///   - offset: Where the first record to be read starts: bytes from the file's start.
    ///   - maximumLength: The longest record that is taken, in bytes.
    public init(
        opening path: String, at offset: Int = 0, maximumLength: Int = defaultMaximumLength
    ) throws(FileError) {
        self.init(
            reading: try InputFile(opening: path), at: offset, maximumLength: maximumLength)
    }

    /// Reads records of some bytes; parameters as above.
    public init(
        reading source: any RandomAccessBytes, at offset: Int = 0,
        maximumLength: Int = defaultMaximumLength
    ) {
        precondition(offset >= 0, "an offset of \(offset)")
        file = source
        window = FileWindow(at: offset)
        self.offset = offset
        self.maximumLength = maximumLength
    }

    /// Reads the next record.
    ///
    /// - Returns: `nil` at the end of the file. More may follow later in a file that grows: ask
    ///   again.
    /// - Throws: `RecordError`, again at each call for as long as the file stays as it is.
    public mutating func next() throws(RecordError) -> Record? {
        try next { data, offset in
            Record(offset: offset, data: data.withUnsafeBytes { [UInt8]($0) })
        }
    }

    /// Gives the next record to a closure, without a copy of its data.
    ///
    /// - Parameter body: Takes the data, and where their record starts.
    /// - Returns: What the closure does; `nil` at the end of the file.
    /// - Throws: `RecordError`, as `next()` does; the closure is not called then.
    public mutating func next<Result>(
        _ body: (_ data: RawSpan, _ offset: Int) -> Result
    ) throws(RecordError) -> Result? {
        try next(verifying: true) { data, offset, _ in body(data, offset) }
    }

    /// Gives the next record to a closure even if its data do not have their checksum: its length
    /// has.
    ///
    /// Of damaged records those are given that take up to 256 MiB.
    ///
    /// - Parameter body: Takes the data, where their record starts, and whether the data have their
    ///   checksum.
    /// - Returns: What the closure does; `nil` at the end of the file.
    /// - Throws: `RecordError`, as `next()` does; the closure is not called then.
    public mutating func nextUnverified<Result>(
        _ body: (_ data: RawSpan, _ offset: Int, _ isWhole: Bool) -> Result
    ) throws(RecordError) -> Result? {
        try next(verifying: false, body)
    }

    /// Whether no byte is left to be read, for now.
    public func isAtEnd() throws(FileError) -> Bool {
        try file.bytes(1, at: offset).isEmpty
    }

    private mutating func next<Result>(
        verifying: Bool, _ body: (RawSpan, Int, Bool) -> Result
    ) throws(RecordError) -> Result? {
        do throws(RecordError) {
            guard let length = try nextLength() else { return nil }
            let start = try holdRecord(ofLength: length, verifying: verifying)
            let (result, checksum) = try give(
                record: start, ofLength: length, verifying: verifying, to: body)
            lastRecord = checksum.map { RecordMark(offset: offset, length: length, checksum: $0) }
            offset += RecordBuffer.headerLength + length + RecordBuffer.footerLength
            return result
        } catch {
            // The next call is to see what the file says then.
            window = FileWindow(at: offset)
            throw error
        }
    }

    /// Gives a record that the window holds to a closure.
    ///
    /// - Returns: What the closure does, and the record's checksum if its data have it.
    private func give<Result>(
        record start: Int, ofLength length: Int, verifying: Bool,
        to body: (RawSpan, Int, Bool) -> Result
    ) throws(RecordError) -> (Result, checksum: UInt32?) {
        let record = window.memory.span.bytes.extracting(start..<window.filled)
        let end = RecordBuffer.headerLength + length
        let data = record.extracting(RecordBuffer.headerLength..<end)
        let checksum = UInt32(littleEndianIn: record, at: end)
        let isWhole = Self.hasChecksum(data, checksum)
        guard isWhole || !verifying else { throw error(.damagedData) }
        return (body(data, offset, isWhole), isWhole ? checksum : nil)
    }

    /// Reads the length of the next record's data; `nil` at the end of the file.
    private mutating func nextLength() throws(RecordError) -> Int? {
        let start = try hold(RecordBuffer.headerLength)
        if start == window.filled {
            window = FileWindow(at: offset)
            return nil
        }
        let header = window.memory.span.bytes.extracting(start..<window.filled)
        guard header.byteCount >= RecordBuffer.headerLength else { throw error(.truncated) }
        guard let length = Self.length(header, at: 0) else { throw error(.damagedLength) }
        guard length <= UInt64(maximumLength) else { throw error(.tooLong(byteCount: length)) }
        return Int(length)
    }

    /// Makes the window hold the next record, framing and all.
    ///
    /// - Returns: Where it starts in the window.
    private mutating func holdRecord(
        ofLength length: Int, verifying: Bool
    ) throws(RecordError) -> Int {
        let byteCount = RecordBuffer.headerLength + length + RecordBuffer.footerLength
        if byteCount > FileWindow.usualLength {
            let limit = verifying ? Self.longLength : Self.longestUnverifiedLength
            if let problem = try problem(ofLong: length, byteCount, unlessBelow: limit) {
                throw error(problem)
            }
        }
        let start = try hold(byteCount)
        guard window.filled - start >= byteCount else { throw error(.truncated) }
        return start
    }

    /// What is wrong with the next record, as far as it can be told without holding it in memory.
    private func problem(
        ofLong length: Int, _ byteCount: Int, unlessBelow limit: Int
    ) throws(RecordError) -> RecordError.Problem? {
        do throws(FileError) {
            if try file.byteCount() - offset < byteCount { return .truncated }
            if length <= limit { return nil }
            return try isWhole(at: offset, length: length) ? nil : .damagedData
        } catch {
            throw self.error(.unreadable(error))
        }
    }

    /// Makes the window hold `count` bytes from `offset` on, or as many as the file has.
    ///
    /// - Returns: Where they start in the window.
    private mutating func hold(_ count: Int) throws(RecordError) -> Int {
        do throws(FileError) {
            return try window.hold(count, at: offset, of: file)
        } catch {
            throw self.error(.unreadable(error))
        }
    }
}

extension RecordReader {
    /// Whether bytes begin with a record's length that has its checksum.
    public static func beginsWithLength(_ bytes: RawSpan) -> Bool {
        bytes.byteCount >= RecordBuffer.headerLength && length(bytes, at: 0) != nil
    }

    /// Whether bytes begin with a whole record.
    public static func beginsWithRecord(_ bytes: RawSpan) -> Bool {
        let framing = RecordBuffer.headerLength + RecordBuffer.footerLength
        guard bytes.byteCount >= framing, let length = length(bytes, at: 0),
            length <= UInt64(bytes.byteCount - framing)
        else { return false }
        let end = RecordBuffer.headerLength + Int(length)
        let data = bytes.extracting(RecordBuffer.headerLength..<end)
        return hasChecksum(data, UInt32(littleEndianIn: bytes, at: end))
    }
}

// MARK: What the search for whole records needs, too.

extension RecordReader {
    /// The length of the record whose header stands in some bytes; `nil` if its checksum is wrong.
    static func length(_ bytes: RawSpan, at position: Int) -> UInt64? {
        let length = bytes.extracting(position..<position + 8)
        guard hasChecksum(length, UInt32(littleEndianIn: bytes, at: position + 8)) else {
            return nil
        }
        return UInt64(littleEndianIn: length, at: 0)
    }

    /// Whether the data of the record at `start` have their checksum. They are read piece by piece.
    func isWhole(at start: Int, length: Int) throws(FileError) -> Bool {
        var checksum: UInt32 = 0
        var position = start + RecordBuffer.headerLength
        let end = position + length
        var piece = FileWindow(
            at: position, reading: min(length + RecordBuffer.footerLength, FileWindow.usualLength))
        while position < end {
            let count = min(end - position, FileWindow.usualLength)
            let held = try piece.hold(count, at: position, of: file)
            let bytes = piece.memory.span.bytes.extracting(held..<piece.filled)
            guard bytes.byteCount >= count else { return false }
            checksum = CRC32C.extend(checksum, by: bytes.extracting(first: count))
            position += count
        }
        let held = try piece.hold(RecordBuffer.footerLength, at: end, of: file)
        let footer = piece.memory.span.bytes.extracting(held..<piece.filled)
        return footer.byteCount >= RecordBuffer.footerLength
            && CRC32C.mask(checksum) == UInt32(littleEndianIn: footer, at: 0)
    }

    func error(_ problem: RecordError.Problem) -> RecordError {
        RecordError(path: file.path, offset: offset, problem: problem)
    }

    /// Has the next call read what is at this offset.
    public mutating func move(to offset: Int) {
        self.offset = offset
        window = FileWindow(at: offset)
    }

    static func hasChecksum(_ bytes: RawSpan, _ masked: UInt32) -> Bool {
        CRC32C.mask(CRC32C.checksum(of: bytes)) == masked
    }
}
