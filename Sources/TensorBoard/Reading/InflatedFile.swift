import CZlib
import RecordIO

/// What a file of one compressed stream stands for: zlib's format (RFC 1950), or gzip's (RFC 1952),
/// of which several may follow each other. So TensorFlow's record writer compresses a whole file
/// (`zlib_outputbuffer.cc`, its compression types ZLIB and GZIP).
///
/// Bytes are unpacked as they are read. Memory holds one or two megabytes of them, however many
/// there are; who reads further back has the file unpacked again from its start. The stream may be
/// cut, as it is while it is being written: it ends there.
final class InflatedFile: RandomAccessBytes {
    /// The formats.
    enum Format: String {
        case zlib = "ZLIB"
        case gzip = "GZIP"
    }

    var path: String { file.path }
    let format: Format
    /// Where in the file the stream is damaged: a count of compressed bytes.
    private(set) var damageOffset: Int?

    private let file: InputFile
    /// zlib keeps this address, so it must never move.
    private let stream: UnsafeMutablePointer<z_stream>
    /// Bytes of the file, of which zlib has taken some.
    private var packed: ArraySlice<UInt8> = []
    /// Where the next ones are in the file.
    private(set) var packedEnd = 0
    /// Whether the stream ends, or is damaged, so that nothing more will be unpacked.
    private(set) var isAtEnd = false
    /// The last bytes that were unpacked.
    private var recent: [UInt8] = []
    /// Where they begin.
    private var recentStart = 0

    private static let pieceLength = 1 << 16
    private static let recentLength = 1 << 20

    /// Begins to unpack a file.
    ///
    /// - Returns: `nil` if the file does not begin as such a stream does.
    init?(_ file: InputFile) throws(FileError) {
        guard let format = Format(try file.bytes(3, at: 0)) else { return nil }
        self.file = file
        self.format = format
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let windowBits = format == .gzip ? MAX_WBITS + 16 : MAX_WBITS
        let status = inflateInit2_(
            stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { return nil }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// At least as many bytes as there are: deflate packs no more than 1032 into one.
    func byteCount() throws(FileError) -> Int {
        let (count, overflows) = try file.byteCount().multipliedReportingOverflow(by: 1032)
        return overflows ? Int.max : max(count, recentStart + recent.count)
    }

    func nextStoredByte(from offset: Int) -> Int { offset }

    func read(
        into memory: UnsafeMutableRawBufferPointer, at offset: Int
    ) throws(FileError) -> Int {
        if offset < recentStart { restart() }
        var count = 0
        while count < memory.count {
            let start = offset + count - recentStart
            if start < recent.count {
                let piece = min(recent.count - start, memory.count - count)
                recent.withUnsafeBytes { recent in
                    UnsafeMutableRawBufferPointer(rebasing: memory[count...])
                        .copyMemory(from: .init(rebasing: recent[start..<start + piece]))
                }
                count += piece
            } else if try !unpackPiece() {
                break
            }
        }
        return count
    }

    private func restart() {
        inflateReset(stream)
        (packed, packedEnd, isAtEnd, damageOffset) = ([], 0, false, nil)
        (recent, recentStart) = ([], 0)
    }

    /// Unpacks some more bytes.
    ///
    /// - Returns: Whether there are any, for now.
    private func unpackPiece() throws(FileError) -> Bool {
        if recent.count > 2 * Self.recentLength {
            recentStart += recent.count - Self.recentLength
            recent.removeFirst(recent.count - Self.recentLength)
        }
        while !isAtEnd {
            if packed.isEmpty {
                packed = try file.bytes(Self.pieceLength, at: packedEnd)[...]
                packedEnd += packed.count
                if packed.isEmpty { return false }
            }
            let before = recent.count
            try inflatePiece()
            if recent.count > before { return true }
        }
        return false
    }

    /// Gives zlib the packed bytes, and takes what it makes of them.
    private func inflatePiece() throws(FileError) {
        var status = Z_OK
        let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceLength) { free, count in
            packed.withUnsafeBufferPointer { packed in
                // zlib only reads here; its field is not const.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: packed.baseAddress)
                stream.pointee.avail_in = UInt32(packed.count)
                stream.pointee.next_out = free.baseAddress
                stream.pointee.avail_out = UInt32(free.count)
                status = inflate(stream, Z_NO_FLUSH)
            }
            count = free.count - Int(stream.pointee.avail_out)
        }
        packed = packed.suffix(Int(stream.pointee.avail_in))
        recent += piece
        switch status {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            // Behind a gzip stream another one may stand.
            if format == .gzip, try file.bytes(2, at: packedEnd - packed.count) == [0x1f, 0x8b] {
                inflateReset(stream)
            } else {
                isAtEnd = true
            }
        default:
            isAtEnd = true
            damageOffset = packedEnd - packed.count
        }
    }
}

extension InflatedFile.Format {
    /// The format that a file's first three bytes tell of.
    init?(_ start: [UInt8]) {
        if start.starts(with: [0x1f, 0x8b, 8]) {
            self = .gzip
        } else if start.count >= 2, start[0] & 0x0f == 8, start[0] >> 4 <= 7,
            (Int(start[0]) << 8 | Int(start[1])).isMultiple(of: 31), start[1] & 0x20 == 0
        {
            self = .zlib
        } else {
            return nil
        }
    }
}
