/// Encodes a video as an animated PNG (Portable Network Graphics, third edition, W3C 2025), whose
/// first frame is what readers show that know no animations:
///
///     file  = signature IHDR acTL fcTL IDAT ( fcTL fdAT )… IEND
///     acTL  = frames(4) plays = 0, for ever(4)
///     fcTL  = number(4) width(4) height(4) left(4) top(4) delay(2) 1000(2) dispose = 0 blend = 0
///     fdAT  = number(4) data-as-of-an-IDAT                            numbers big-endian
///
/// Both kinds of chunk are numbered in one row. A frame holds only the rectangle in which it differs
/// from the one before.
package struct AnimatedPNGEncoder: ~Copyable {
    private var encoder = PNGEncoder()
    private var file: [UInt8] = []
    /// How many numbered chunks there are.
    private var count: UInt32 = 0

    /// Starts zlib.
    package init() {}

    /// The bytes of the file.
    ///
    /// - Precondition: There is a frame, all are of one shape, and it has a pixel.
    package mutating func encode(_ frames: [Bitmap], framesPerSecond: Double) -> [UInt8] {
        precondition(!frames.isEmpty, "PNG knows no video without pictures")
        if frames.count == 1 { return encoder.encode(frames[0]) }
        file = []
        count = 0
        PNGEncoder.appendHeader(of: frames[0], to: &file)
        var control: [UInt8] = []
        control.append(bigEndian: UInt32(frames.count))
        control.append(bigEndian: 0 as UInt32)
        file.append(chunk: "acTL", control)
        let milliseconds = UInt16(min(max((1000 / framesPerSecond).rounded(), 1), 65535))
        for (index, frame) in frames.enumerated() {
            let area =
                index == 0
                ? ImageArea(rows: 0..<frame.height, columns: 0..<frame.width)
                : frame.area(thatDiffersFrom: frames[index - 1])
            append(frame.cropped(to: area), at: area, milliseconds, isFirst: index == 0)
        }
        file.append(chunk: "IEND", [])
        return file
    }

    private mutating func append(
        _ image: Bitmap, at area: ImageArea, _ milliseconds: UInt16, isFirst: Bool
    ) {
        var control: [UInt8] = []
        control.append(bigEndian: count)
        for number in [image.width, image.height, area.columns.lowerBound, area.rows.lowerBound] {
            control.append(bigEndian: UInt32(number))
        }
        control.append(bigEndian: milliseconds)
        control.append(bigEndian: 1000 as UInt16)
        control += [0, 0]
        file.append(chunk: "fcTL", control)
        count += 1
        let pixels = encoder.compressedPixels(of: image)
        if isFirst {
            file.append(chunk: "IDAT", pixels)
        } else {
            var data: [UInt8] = []
            data.append(bigEndian: count)
            file.append(chunk: "fdAT", data + pixels)
            count += 1
        }
    }
}

/// A rectangle of a picture.
private struct ImageArea {
    let rows: Range<Int>
    let columns: Range<Int>
}

extension Bitmap {
    /// The smallest rectangle that holds all changes; of one pixel, where there are none.
    fileprivate func area(thatDiffersFrom other: Bitmap) -> ImageArea {
        let rowLength = width * channels
        var (top, bottom, left, right) = (Int.max, 0, Int.max, 0)
        for y in 0..<height {
            let row = y * rowLength..<(y + 1) * rowLength
            guard pixels[row] != other.pixels[row] else { continue }
            (top, bottom) = (min(top, y), y)
            for x in 0..<rowLength
            where pixels[row.lowerBound + x] != other.pixels[row.lowerBound + x] {
                (left, right) = (min(left, x / channels), max(right, x / channels))
            }
        }
        return top == .max
            ? ImageArea(rows: 0..<1, columns: 0..<1)
            : ImageArea(rows: top..<bottom + 1, columns: left..<right + 1)
    }

    fileprivate func cropped(to area: ImageArea) -> Bitmap {
        if area.rows.count == height, area.columns.count == width { return self }
        var part: [UInt8] = []
        part.reserveCapacity(area.rows.count * area.columns.count * channels)
        for y in area.rows {
            let start = y * width
            part +=
                pixels[
                    (start + area.columns.lowerBound) * channels..<(start + area.columns.upperBound)
                        * channels]
        }
        return Bitmap(
            height: area.rows.count, width: area.columns.count, channels: channels, pixels: part)
    }
}
