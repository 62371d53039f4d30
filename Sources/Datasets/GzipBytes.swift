import CZlib

/// What a gzip stream (RFC 1952) holds, unpacked as far as it is read.
///
/// Reading on after the last byte verifies the stream's CRC-32 and length, and that the file ends
/// with it.
final class GzipBytes: ByteSource {
    private let path: String
    private let packed: [UInt8]
    /// Bytes of `packed` that zlib has taken.
    private var taken = 0
    private var atEnd = false
    /// zlib keeps this address, so it must never move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// The most bytes that the rest of the stream can unpack to: deflate's best case is a match of 258
    /// bytes in two bits; zlib may have up to 64 KiB of them in hand.
    private var greatestRest: Int { (packed.count - taken) * 1032 + (1 << 16) }

    /// Whether `bytes` begin as a gzip stream does.
    static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x1f, 0x8b])
    }

    init(_ packed: [UInt8], path: String) throws(DatasetError) {
        self.path = path
        self.packed = packed
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let gzipOnly = 16
        let status = inflateInit2_(
            stream, MAX_WBITS + Int32(gzipOnly), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw damaged(status) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func read(_ count: Int) throws(DatasetError) -> ArraySlice<UInt8> {
        let room = min(count, greatestRest)
        var failure: DatasetError?
        let bytes = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
            do throws(DatasetError) {
                while filled < room && !atEnd {
                    let free = UnsafeMutableBufferPointer(rebasing: buffer[filled..<room])
                    filled += try inflate(into: free)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes[...]
    }

    /// Unpacks bytes into `buffer` by one call of zlib, which counts in 32 bits; returns how many.
    private func inflate(
        into buffer: UnsafeMutableBufferPointer<UInt8>
    ) throws(DatasetError) -> Int {
        let room = min(buffer.count, Int(UInt32.max))
        let supply = min(packed.count - taken, Int(UInt32.max))
        let status = packed.withUnsafeBufferPointer { packed in
            // zlib only reads here; its field is not const.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: packed.baseAddress?.advanced(by: taken))
            stream.pointee.avail_in = UInt32(supply)
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(room)
            return CZlib.inflate(stream, Z_NO_FLUSH)
        }
        taken += supply - Int(stream.pointee.avail_in)
        switch status {
        case Z_STREAM_END:
            atEnd = true
            guard taken == packed.count else {
                throw DatasetError(.trailingBytes, path: path, offset: taken)
            }
        case Z_OK:
            break
        case Z_BUF_ERROR:
            throw DatasetError(.gzipCut, path: path, offset: packed.count)
        default:
            throw damaged(status)
        }
        return room - Int(stream.pointee.avail_out)
    }

    private func damaged(_ status: Int32) -> DatasetError {
        let message: UnsafePointer<CChar>? = UnsafePointer(stream.pointee.msg) ?? zError(status)
        let reason = message.map { String(cString: $0) } ?? "zlib's error \(status)"
        return DatasetError(.gzipDamaged(reason), path: path, offset: taken)
    }
}
