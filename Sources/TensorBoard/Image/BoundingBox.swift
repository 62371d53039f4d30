/// A frame drawn into a picture, such as around an object that a detector found.
public struct BoundingBox: Sendable, Equatable {
    /// The leftmost column of the frame.
    public var left: Int
    /// The topmost row of the frame.
    public var top: Int
    /// The rightmost column of the frame.
    public var right: Int
    /// The bottommost row of the frame.
    public var bottom: Int
    /// A text by the frame, in ASCII; empty for none.
    public var label: String
    /// The frame's colour: red, green and blue.
    public var color: SIMD3<UInt8>

    /// Makes a frame; what of it lies outside the picture is not drawn.
    public init(
        left: Int, top: Int, right: Int, bottom: Int, label: String = "",
        color: SIMD3<UInt8> = SIMD3(255, 0, 0)
    ) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
        self.label = label
        self.color = color
    }

    /// Makes frames of corners, as detectors have them: left, top, right, bottom for each frame.
    /// Corners that are not finite make no frame.
    ///
    /// - Parameters:
    ///   - corners: Four numbers a frame, in pixels; fractions are cut off.
    ///   - labels: A text for each frame, or none at all.
    /// - Precondition: Whole frames, and as many texts, if there are any.
    public static func boxes(corners: [Float], labels: [String] = []) -> [BoundingBox] {
        precondition(
            corners.count % 4 == 0 && (labels.isEmpty || labels.count == corners.count / 4),
            "\(corners.count) corners of frames with \(labels.count) labels")
        return (0..<corners.count / 4).compactMap { index in
            let box = corners[4 * index..<4 * index + 4]
            guard box.allSatisfy(\.isFinite) else { return nil }
            let ints = box.map { Int(min(max($0, -1e9), 1e9)) }
            return BoundingBox(
                left: ints[0], top: ints[1], right: ints[2], bottom: ints[3],
                label: labels.isEmpty ? "" : labels[index])
        }
    }
}

extension Image {
    /// The picture with frames in it, two pixels wide, and their labels above them where there is
    /// room, else below their upper edge. A gray picture becomes one of colours.
    public func drawing(_ boxes: [BoundingBox]) -> Image {
        var canvas = Canvas(self)
        for box in boxes { canvas.draw(box) }
        return canvas.image
    }
}

/// A picture that is drawn into.
private struct Canvas {
    private let height: Int
    private let width: Int
    private let channels: Int
    private var pixels: [UInt8]

    var image: Image { Image(height: height, width: width, channels: channels, pixels: pixels) }

    init(_ image: Image) {
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

    mutating func draw(_ box: BoundingBox) {
        let (left, right) = (min(box.left, box.right), max(box.left, box.right))
        let (top, bottom) = (min(box.top, box.bottom), max(box.top, box.bottom))
        for (columns, rows) in [
            (left...right, top...top + 1), (left...right, bottom - 1...bottom),
            (left...left + 1, top...bottom), (right - 1...right, top...bottom),
        ] {
            fill(columns, rows, box.color)
        }
        guard !box.label.isEmpty else { return }
        let textWidth = box.label.unicodeScalars.count * (Font.width + 1) + 3
        let textHeight = Font.height + 4
        // Above the frame, or inside; never beyond the picture where it can be helped.
        let y = top - textHeight >= 0 ? top - textHeight : top
        let x = max(0, min(left, width - textWidth))
        fill(x...x + textWidth - 1, y...y + textHeight - 1, box.color)
        let isDark = Int(box.color.x) * 3 + Int(box.color.y) * 6 + Int(box.color.z) < 1400
        let ink: SIMD3<UInt8> = isDark ? SIMD3(repeating: 255) : SIMD3(repeating: 0)
        for (index, character) in box.label.unicodeScalars.enumerated() {
            let start = x + 2 + index * (Font.width + 1)
            if start >= width { break }
            for (row, bits) in Font.rows(of: character).enumerated() {
                for column in 0..<Font.width where bits >> (Font.width - 1 - column) & 1 == 1 {
                    fill(start + column...start + column, y + 2 + row...y + 2 + row, ink)
                }
            }
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
