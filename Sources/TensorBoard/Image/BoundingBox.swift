import Bitmaps

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
        var canvas = Canvas(bitmap)
        for box in boxes {
            canvas.drawFrame(
                columns: min(box.left, box.right)...max(box.left, box.right),
                rows: min(box.top, box.bottom)...max(box.top, box.bottom), color: box.color,
                label: box.label)
        }
        return Image(canvas.bitmap)
    }
}
