import Bitmaps

extension FloatImage {
    /// The picture in bytes, scaled as ``Image/init(scaling:height:width:channels:)`` does it.
    public func scaled() -> Image {
        pixels.withUnsafeBufferPointer {
            Image(scaling: $0.span, height: height, width: width, channels: channels)
        }
    }
}

extension Image {
    /// Makes a picture of numbers of any range, scaled as TensorFlow 1's `ImageSummary` does it.
    ///
    /// Where nothing is negative, 0 becomes 0 and the greatest number 255; else 0 becomes 128 and
    /// the number farthest from it 1 or 255. A picture whose numbers are all below 1e-6 in
    /// magnitude comes out flat. A pixel of which any channel is infinite or not a number is not
    /// measured and becomes red: white where there is no colour.
    ///
    /// Source: `tensorflow/core/kernels/summary_image_op.cc`.
    ///
    /// - Parameters:
    ///   - numbers: `height` × `width` × `channels` numbers, the last varying fastest.
    ///   - height: Rows.
    ///   - width: Columns.
    ///   - channels: 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    /// - Precondition: 1 to 4 channels, and as many numbers as the shape says.
    public init(scaling numbers: Span<Float>, height: Int, width: Int, channels: Int) {
        checkShape(height: height, width: width, channels: channels, count: numbers.count)
        let pixels = ImageScaling.bytes(numbers, channels: channels)
        self.init(height: height, width: width, channels: channels, pixels: pixels)
    }
}
