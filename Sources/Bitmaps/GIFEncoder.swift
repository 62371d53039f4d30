/// Encodes a video as GIF89a (CompuServe, 1990) with one palette for all frames.
///
///     file  = "GIF89a" width(2) height(2) flags(1) 0 0 palette(3 each) loop frame… ";"
///     loop  = 21 FF 0B "NETSCAPE2.0" 03 01 0000 00          for ever
///     frame = 21 F9 04 flags(1) hundredths(2) transparent(1) 00
///             2C left(2) top(2) width(2) height(2) 00 code-size(1) blocks 00
///     block = length(1) data(length)                        numbers little-endian
///
/// A frame holds only the rectangle in which it differs from the one before.
package struct GIFEncoder {
    private let frames: [Bitmap]
    private let framesPerSecond: Double
    private let palette: Palette

    /// Chooses the colours.
    ///
    /// - Precondition: There is a frame, all are of one shape, and it has a pixel.
    package init(_ frames: [Bitmap], framesPerSecond: Double) {
        precondition(
            frames.first.map { !$0.pixels.isEmpty } ?? false, "GIF knows no video without pixels")
        self.frames = frames
        self.framesPerSecond = framesPerSecond
        palette = Palette(of: frames)
    }

    private var height: Int { frames[0].height }
    private var width: Int { frames[0].width }

    /// The bytes of the file.
    package func encode() -> [UInt8] {
        var file = Array("GIF89a".utf8)
        file.append(littleEndian: UInt16(width))
        file.append(littleEndian: UInt16(height))
        file += [0b1_111_0_000 | UInt8(palette.bits - 1), 0, 0]
        for index in 0..<1 << palette.bits {
            let color = index < palette.colors.count ? palette.colors[index] : SIMD3()
            file += [color.x, color.y, color.z]
        }
        if frames.count > 1 {
            file += [0x21, 0xff, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
        }
        let delay = UInt16(min(max((100 / framesPerSecond).rounded(), 2), 65535))
        var above: [UInt8]?
        for frame in frames {
            let indices = palette.indices(of: frame)
            append(indices, after: above, delay: delay, to: &file)
            above = indices
        }
        file.append(0x3b)
        return file
    }

    private func append(
        _ indices: [UInt8], after last: [UInt8]?, delay: UInt16, to file: inout [UInt8]
    ) {
        // What is transparent has to uncover what lies under it: there the frame is whole, and is
        // taken away again before the next.
        let transparent = palette.transparent
        let area =
            transparent == nil ? changedArea(indices, last) : (0..<height, 0..<width)
        let (rows, columns) = area
        let disposal: UInt8 = transparent == nil ? 1 : 2
        file += [0x21, 0xf9, 4, disposal << 2 | (transparent == nil ? 0 : 1)]
        file.append(littleEndian: delay)
        file += [transparent ?? 0, 0, 0x2c]
        for number in [columns.lowerBound, rows.lowerBound, columns.count, rows.count] {
            file.append(littleEndian: UInt16(number))
        }
        let codeSize = max(palette.bits, 2)
        file += [0, UInt8(codeSize)]
        var encoder = LZWEncoder(codeSize: codeSize)
        for y in rows {
            let start = y * width
            encoder.append(indices[start + columns.lowerBound..<start + columns.upperBound])
        }
        encoder.finish()
        for start in stride(from: 0, to: encoder.bytes.count, by: 255) {
            let block = encoder.bytes[start..<min(start + 255, encoder.bytes.count)]
            file.append(UInt8(block.count))
            file += block
        }
        file.append(0)
    }

    /// The smallest rectangle that holds all changes; of one pixel, where there are none.
    private func changedArea(_ indices: [UInt8], _ last: [UInt8]?) -> (Range<Int>, Range<Int>) {
        guard let last else { return (0..<height, 0..<width) }
        var (top, bottom, left, right) = (Int.max, 0, Int.max, 0)
        for y in 0..<height {
            let row = y * width..<(y + 1) * width
            guard indices[row] != last[row] else { continue }
            (top, bottom) = (min(top, y), y)
            for x in 0..<width where indices[row.lowerBound + x] != last[row.lowerBound + x] {
                (left, right) = (min(left, x), max(right, x))
            }
        }
        return top == .max ? (0..<1, 0..<1) : (top..<bottom + 1, left..<right + 1)
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian number: UInt16) {
        self += [UInt8(truncatingIfNeeded: number), UInt8(number >> 8)]
    }
}
