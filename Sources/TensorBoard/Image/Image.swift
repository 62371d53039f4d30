import Bitmaps

/// A picture of bytes.
public struct Image: Sendable, Equatable {
    /// The pixels and their shape, as encoders take them.
    let bitmap: Bitmap

    /// Rows.
    public var height: Int { bitmap.height }
    /// Columns.
    public var width: Int { bitmap.width }
    /// 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    public var channels: Int { bitmap.channels }
    /// Row by row from the top, a pixel's channels side by side: `height` × `width` × `channels`
    /// bytes.
    public var pixels: [UInt8] { bitmap.pixels }

    /// Makes a picture.
    ///
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
        bitmap = Bitmap(height: height, width: width, channels: channels, pixels: pixels)
    }

    init(_ bitmap: Bitmap) {
        self.bitmap = bitmap
    }

    /// The picture as a PNG file.
    ///
    /// - Precondition: The picture has a pixel.
    public func png() -> [UInt8] {
        var encoder = PNGEncoder()
        return encoder.encode(bitmap)
    }
}
