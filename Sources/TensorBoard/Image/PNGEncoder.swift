import CZlib

/// Encodes pictures as PNG (ISO/IEC 15948), one after the other with the same memory.
///
///     file   = signature IHDR IDAT IEND
///     chunk  = length(4) type(4) data(length) CRC-32-of-type-and-data(4)      numbers big-endian
///
/// Each row takes the filter with the smallest sum of absolute differences. The rows are then
/// deflated with run lengths as the only matches (zlib's `Z_RLE`): on grids of digits and of noise
/// that is both smaller and two to four times faster than zlib's default level with all its
/// matches.
struct PNGEncoder: ~Copyable {
    /// On the heap, since zlib remembers where it is.
    private let stream: UnsafeMutablePointer<z_stream>
    /// The filtered rows, each after a byte that names its filter.
    private var filtered: [UInt8] = []

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream, 6, Z_DEFLATED, 15, 8, Z_RLE, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "zlib \(ZLIB_VERSION) does not start: \(result)")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The bytes of a PNG file.
    ///
    /// - Precondition: The picture has a pixel.
    mutating func encode(_ image: Image) -> [UInt8] {
        precondition(!image.pixels.isEmpty, "PNG knows no picture without pixels")
        filter(image)
        let compressed = deflated()

        var file: [UInt8] = []
        file.reserveCapacity(compressed.count + 57)
        file += [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        var header: [UInt8] = []
        header.append(bigEndian: UInt32(image.width))
        header.append(bigEndian: UInt32(image.height))
        let colorTypes: [UInt8] = [0, 4, 2, 6]  // Gray, gray and alpha, RGB, RGBA.
        header += [8, colorTypes[image.channels - 1], 0, 0, 0]
        file.append(chunk: "IHDR", header)
        file.append(chunk: "IDAT", compressed)
        file.append(chunk: "IEND", [])
        return file
    }

    /// Fills `filtered`.
    private mutating func filter(_ image: Image) {
        let rowLength = image.width * image.channels
        var rows = PNGRowFilter(rowLength: rowLength, pixelLength: image.channels)
        filtered.removeAll(keepingCapacity: true)
        filtered.reserveCapacity(image.height * (1 + rowLength))
        for start in stride(from: 0, to: image.pixels.count, by: rowLength) {
            rows.append(image.pixels[start..<start + rowLength], to: &filtered)
        }
    }

    /// `filtered` as a zlib stream.
    private mutating func deflated() -> [UInt8] {
        deflateReset(stream)
        let bound = Int(deflateBound(stream, uLong(filtered.count)))
        return filtered.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.pointee.next_in = input.baseAddress
                stream.pointee.avail_in = uInt(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(bound)
                let result = deflate(stream, Z_FINISH)
                precondition(result == Z_STREAM_END, "zlib does not deflate: \(result)")
                count = bound - Int(stream.pointee.avail_out)
            }
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian number: UInt32) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(chunk type: String, _ data: [UInt8]) {
        append(bigEndian: UInt32(data.count))
        let start = count
        append(contentsOf: type.utf8)
        append(contentsOf: data)
        let checksum = self[start...].withUnsafeBufferPointer {
            crc32(0, $0.baseAddress, uInt($0.count))
        }
        append(bigEndian: UInt32(checksum))
    }
}

extension Image {
    /// The picture as a PNG file.
    ///
    /// - Precondition: The picture has a pixel.
    public func png() -> [UInt8] {
        var encoder = PNGEncoder()
        return encoder.encode(self)
    }
}
