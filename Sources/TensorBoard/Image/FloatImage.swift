import Bitmaps

/// A picture of floating-point numbers of any range.
public struct FloatImage: Sendable, Equatable {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    public let channels: Int
    /// Row by row from the top, a pixel's channels side by side: `height` × `width` × `channels`
    /// numbers. A slice, so that the pictures of a batch share the batch's memory.
    public let pixels: ArraySlice<Float>

    /// Makes a picture.
    ///
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public init(height: Int, width: Int, channels: Int, pixels: ArraySlice<Float>) {
        checkShape(height: height, width: width, channels: channels, count: pixels.count)
        self.height = height
        self.width = width
        self.channels = channels
        self.pixels = pixels
    }
}
