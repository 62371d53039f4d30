import CZlib

/// Encodes pictures as PNG (ISO/IEC 15948), one after the other with the same memory.
///
///     file   = signature IHDR IDAT IEND
///     chunk  = length(4) type(4) data(length) CRC-32-of-type-and-data(4)      numbers big-endian
///
/// Each row takes the filter with the smallest sum of absolute differences. The rows are then
/// deflated with run lengths as the only matches (zlib's `Z_RLE`): on grids of digits and of noise
/// that is both smaller and two to four times faster than zlib's default level with all its
/// matches. Noise, which nothing makes shorter, is stored as it is: that is ten times faster yet.
package struct PNGEncoder: ~Copyable {
    /// On the heap, since zlib remembers where it is.
    private let stream: UnsafeMutablePointer<z_stream>
    /// The filtered rows, each after a byte that names its filter.
    private var filtered: [UInt8] = []

    private static let level: Int32 = 6
    /// Bytes that are looked at together.
    private static let pieceLength = 2048

    /// Starts zlib.
    package init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let result = deflateInit2_(
            stream, Self.level, Z_DEFLATED, 15, 8, Z_RLE, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(result == Z_OK, "zlib \(ZLIB_VERSION) does not start: \(result)")
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// The bytes of a PNG file.
    ///
    /// - Precondition: The picture has a pixel.
    package mutating func encode(_ image: Bitmap) -> [UInt8] {
        let compressed = compressedPixels(of: image)
        var file: [UInt8] = []
        file.reserveCapacity(compressed.count + 57)
        Self.appendHeader(of: image, to: &file)
        file.append(chunk: "IDAT", compressed)
        file.append(chunk: "IEND", [])
        return file
    }

    /// The data of a picture's `IDAT` chunk.
    ///
    /// - Precondition: The picture has a pixel.
    mutating func compressedPixels(of image: Bitmap) -> [UInt8] {
        precondition(!image.pixels.isEmpty, "PNG knows no picture without pixels")
        filter(image)
        return deflated()
    }

    /// Appends the signature and the `IHDR` chunk of a picture's file.
    static func appendHeader(of image: Bitmap, to file: inout [UInt8]) {
        file += [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        var header: [UInt8] = []
        header.append(bigEndian: UInt32(image.width))
        header.append(bigEndian: UInt32(image.height))
        let colorTypes: [UInt8] = [0, 4, 2, 6]  // Gray, gray and alpha, RGB, RGBA.
        header += [8, colorTypes[image.channels - 1], 0, 0, 0]
        file.append(chunk: "IHDR", header)
    }

    /// Fills `filtered`.
    private mutating func filter(_ image: Bitmap) {
        let rowLength = image.width * image.channels
        var rows = PNGRowFilter(rowLength: rowLength, pixelLength: image.channels)
        filtered.removeAll(keepingCapacity: true)
        filtered.reserveCapacity(image.height * (1 + rowLength))
        for start in stride(from: 0, to: image.pixels.count, by: rowLength) {
            rows.append(image.pixels[start..<start + rowLength], to: &filtered)
        }
    }

    /// `filtered` as a zlib stream, of which each piece is deflated or stored.
    private mutating func deflated() -> [UInt8] {
        deflateReset(stream)
        deflateParams(stream, Self.level, Z_RLE)
        // A block that is stored takes five bytes more, and what ends the one before it.
        let pieceCount = filtered.count / Self.pieceLength + 1
        let bound = Int(deflateBound(stream, uLong(filtered.count))) + 16 * pieceCount
        return filtered.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = uInt(bound)
                stream.pointee.next_in = input.baseAddress
                var (level, result) = (Self.level, Z_OK)
                for start in stride(from: 0, to: input.count, by: Self.pieceLength) {
                    let end = min(start + Self.pieceLength, input.count)
                    let piece = UnsafeBufferPointer(rebasing: input[start..<end])
                    let wanted = Self.isNoise(piece) ? 0 : Self.level
                    if wanted != level {
                        level = wanted
                        deflateParams(stream, level, Z_RLE)
                    }
                    stream.pointee.avail_in = uInt(piece.count)
                    result = deflate(stream, end == input.count ? Z_FINISH : Z_NO_FLUSH)
                }
                precondition(result == Z_STREAM_END, "zlib does not deflate: \(result)")
                count = bound - Int(stream.pointee.avail_out)
            }
        }
    }

    /// Whether all bytes are about equally frequent, so that a code for them would save next to
    /// nothing.
    ///
    /// Two bytes taken by chance are equal once in 256 times in noise; more often in anything that
    /// has a pattern, as mostly the first bytes tell.
    private static func isNoise(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count == pieceLength else { return false }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 256) { counts in
            counts.initialize(repeating: 0)
            func isNoise(upTo count: Int, tolerance: Double) -> Bool {
                let equalPairs = counts.reduce(0) { $0 &+ Int($1) &* (Int($1) &- 1) }
                return Double(equalPairs) < tolerance / 256 * Double(count * (count - 1))
            }
            for index in 0..<256 { counts[Int(bytes[index])] &+= 1 }
            guard isNoise(upTo: 256, tolerance: 1.5) else { return false }
            for index in 256..<bytes.count { counts[Int(bytes[index])] &+= 1 }
            return isNoise(upTo: bytes.count, tolerance: 1.05)
        }
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    /// Appends a chunk of a PNG file.
    mutating func append(chunk type: String, _ data: [UInt8]) {
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
