/// A picture that is drawn into. It has colours: a gray one becomes one of red, green and blue.
package struct Canvas {
    private let height: Int
    private let width: Int
    private let channels: Int
    private var pixels: [UInt8]

    /// What was drawn.
    package var bitmap: Bitmap {
        Bitmap(height: height, width: width, channels: channels, pixels: pixels)
    }

    /// Begins with a picture.
    package init(_ image: Bitmap) {
        (height, width) = (image.height, image.width)
        channels = image.channels < 3 ? image.channels + 2 : image.channels
        if image.channels >= 3 {
            pixels = image.pixels
        } else {
            pixels = []
            pixels.reserveCapacity(height * width * channels)
            for start in stride(from: 0, to: image.pixels.count, by: image.channels) {
                for _ in 0..<2 { pixels.append(image.pixels[start]) }
                pixels += image.pixels[start..<start + image.channels]
            }
        }
    }

    /// Draws a frame, two pixels wide, and a label above it where there is room, else below its upper
    /// edge. What lies outside the picture is left out.
    ///
    /// - Parameters:
    ///   - columns: From the frame's leftmost column to its rightmost one.
    ///   - rows: From its topmost row to its bottommost one.
    ///   - color: Red, green and blue.
    ///   - label: The text, in ASCII; empty for none.
    package mutating func drawFrame(
        columns: ClosedRange<Int>, rows: ClosedRange<Int>, color: SIMD3<UInt8>, label: String
    ) {
        let (left, right) = (columns.lowerBound, columns.upperBound)
        let (top, bottom) = (rows.lowerBound, rows.upperBound)
        fill(columns, top...top + 1, color)
        fill(columns, bottom - 1...bottom, color)
        fill(left...left + 1, rows, color)
        fill(right - 1...right, rows, color)
        guard !label.isEmpty else { return }
        let textWidth = label.unicodeScalars.count * (Font.width + 1) + 3
        let textHeight = Font.height + 4
        // Above the frame, or inside; never beyond the picture where it can be helped.
        let y = top - textHeight >= 0 ? top - textHeight : top
        let x = max(0, min(left, width - textWidth))
        fill(x...x + textWidth - 1, y...y + textHeight - 1, color)
        let isDark = Int(color.x) * 3 + Int(color.y) * 6 + Int(color.z) < 1400
        write(label, x + 2, y + 2, SIMD3(repeating: isDark ? 255 : 0))
    }

    private mutating func write(_ text: String, _ left: Int, _ top: Int, _ color: SIMD3<UInt8>) {
        var start = left
        for character in text.unicodeScalars {
            if start >= width { break }
            for (row, bits) in Font.rows(of: character).enumerated() {
                for column in 0..<Font.width where bits >> (Font.width - 1 - column) & 1 == 1 {
                    fill(start + column...start + column, top + row...top + row, color)
                }
            }
            start += Font.width + 1
        }
    }

    private mutating func fill(
        _ columns: ClosedRange<Int>, _ rows: ClosedRange<Int>, _ color: SIMD3<UInt8>
    ) {
        guard height > 0, width > 0, columns.overlaps(0...width - 1), rows.overlaps(0...height - 1)
        else { return }
        for y in rows.clamped(to: 0...height - 1) {
            for x in columns.clamped(to: 0...width - 1) {
                let start = (y * width + x) * channels
                for channel in 0..<3 { pixels[start + channel] = color[channel] }
                if channels == 4 { pixels[start + 3] = 255 }
            }
        }
    }
}
