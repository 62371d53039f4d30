/// Reads a file of records from its start to its end; `RecordBuffer` has the format.
///
/// ```swift
/// var reader = try RecordReader(opening: path)
/// while let record = try reader.next() {
///     print(record.offset, record.data.count)
/// }
/// ```
///
/// Memory holds one window of the file and one record. A length is believed once its checksum is
/// right and the file has so many bytes; only then is memory asked for.
public struct RecordReader {
    /// The longest record that readers take unless told otherwise: protobuf's limit of 2 GiB.
    public static let defaultMaximumLength = Int(Int32.max)

    /// Where the next record starts: bytes from the file's start.
    public private(set) var offset = 0

    private let file: InputFile
    private let maximumLength: Int
    /// A part of the file.
    private var window: [UInt8] = []
    /// Where that part starts.
    private var windowOffset = 0
    private let windowLength = 1 << 16

    /// One record of a file.
    public struct Record: Equatable, Sendable {
        /// Where the record starts: bytes from the file's start.
        public let offset: Int
        /// What it holds, without the framing.
        public let data: [UInt8]
    }

    /// Opens a file of records.
    public init(
        opening path: String, maximumLength: Int = defaultMaximumLength
    ) throws(FileError) {
        file = try InputFile(opening: path)
        self.maximumLength = maximumLength
    }

    /// Reads the next record.
    ///
    /// - Returns: `nil` at the end of the file. More may follow later in a file that grows: ask
    ///   again.
    /// - Throws: `RecordError`, again at each call for as long as the file stays as it is.
    public mutating func next() throws(RecordError) -> Record? {
        guard let length = try nextLength() else { return nil }
        let dataOffset = offset + RecordBuffer.headerLength
        var data = try read(length + RecordBuffer.footerLength, at: dataOffset)
        let checksum = UInt32(littleEndianIn: data.span.bytes, at: length)
        data.removeLast(RecordBuffer.footerLength)
        guard hasChecksum(data.span.bytes, checksum) else { throw error(.damagedData) }
        defer { offset = dataOffset + length + RecordBuffer.footerLength }
        return Record(offset: offset, data: data)
    }

    /// Reads the length of the next record's data; `nil` at the end of the file.
    private mutating func nextLength() throws(RecordError) -> Int? {
        let start = try moveWindow(toHold: RecordBuffer.headerLength)
        guard start < window.count else { return nil }
        guard start + RecordBuffer.headerLength <= window.count else { throw error(.truncated) }

        let header = window.span.bytes.extracting(droppingFirst: start)
        guard hasChecksum(header.extracting(first: 8), UInt32(littleEndianIn: header, at: 8))
        else { throw error(.damagedLength) }
        let length = UInt64(littleEndianIn: header, at: 0)
        guard length <= UInt64(maximumLength) else { throw error(.tooLong(byteCount: length)) }
        return Int(length)
    }

    /// Makes the window hold `count` bytes from `offset` on, or as many as the file has.
    ///
    /// - Returns: Where they start in the window.
    private mutating func moveWindow(toHold count: Int) throws(RecordError) -> Int {
        if offset + count > windowOffset + window.count {
            windowOffset = offset
            window = try bytes(windowLength, at: offset)
        }
        return offset - windowOffset
    }

    /// Reads exactly `count` bytes, from the window where it has them.
    private func read(_ count: Int, at position: Int) throws(RecordError) -> [UInt8] {
        let start = position - windowOffset
        if start + count <= window.count {
            return Array(window[start..<start + count])
        }
        let fileLength: Int
        do {
            fileLength = try file.byteCount()
        } catch {
            throw self.error(.unreadable(error))
        }
        guard position + count <= fileLength else { throw error(.truncated) }
        let read = try bytes(count, at: position)
        guard read.count == count else { throw error(.truncated) }
        return read
    }

    /// Reads `count` bytes of the file, or as many as it has.
    private func bytes(_ count: Int, at position: Int) throws(RecordError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { memory, readCount in
            do throws(FileError) {
                readCount = try file.read(into: UnsafeMutableRawBufferPointer(memory), at: position)
            } catch {
                failure = error
            }
        }
        if let failure { throw error(.unreadable(failure)) }
        return bytes
    }

    private func hasChecksum(_ bytes: RawSpan, _ masked: UInt32) -> Bool {
        CRC32C.mask(CRC32C.checksum(of: bytes)) == masked
    }

    private func error(_ problem: RecordError.Problem) -> RecordError {
        RecordError(path: file.path, offset: offset, problem: problem)
    }
}
