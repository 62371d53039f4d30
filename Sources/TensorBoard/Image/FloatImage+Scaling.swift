extension FloatImage {
    /// The picture in bytes, scaled as TensorFlow 1's `ImageSummary` does it.
    ///
    /// Where nothing is negative, 0 becomes 0 and the greatest number 255; else 0 becomes 128 and
    /// the number farthest from it 1 or 255. A picture whose numbers are all below 1e-6 in
    /// magnitude comes out flat. A pixel of which any channel is infinite or not a number is not
    /// measured and becomes red: white where there is no colour.
    ///
    /// Source: `tensorflow/core/kernels/summary_image_op.cc`.
    public func scaled() -> Image {
        let bytes = pixels.withUnsafeBufferPointer { pixels in
            let finite = stride(from: 0, to: pixels.count, by: channels).map { start in
                pixels[start..<start + channels].allSatisfy(\.isFinite)
            }
            let (scale, offset) = scaleAndOffset(pixels, finite: finite)
            return [UInt8](unsafeUninitializedCapacity: pixels.count) { bytes, count in
                for index in pixels.indices {
                    let (pixel, channel) = index.quotientAndRemainder(dividingBy: channels)
                    bytes[index] =
                        finite[pixel]
                        ? UInt8(min(max(pixels[index] * scale + offset, 0), 255))
                        : badColor[channel]
                }
                count = pixels.count
            }
        }
        return Image(height: height, width: width, channels: channels, pixels: bytes)
    }

    /// What turns the numbers of the finite pixels into 0..<256.
    private func scaleAndOffset(
        _ pixels: UnsafeBufferPointer<Float>, finite: [Bool]
    ) -> (scale: Float, offset: Float) {
        var minimum = Float.infinity
        var maximum = -Float.infinity
        for (pixel, isFinite) in finite.enumerated() where isFinite {
            for number in pixels[pixel * channels..<(pixel + 1) * channels] {
                minimum = min(minimum, number)
                maximum = max(maximum, number)
            }
        }
        let (range, middle): (Float, Float) = minimum < 0 ? (127, 128) : (255, 0)
        let farthest = minimum < 0 ? max(-minimum, maximum.magnitude) : maximum
        return (farthest < 1e-6 ? 0 : range / farthest, middle)
    }

    /// Red and opaque; TensorFlow's bad colour, cut to the channels that there are, but for gray
    /// with alpha, which TensorFlow does not know.
    private var badColor: [UInt8] {
        channels == 2 ? [255, 255] : Array([255, 0, 0, 255].prefix(channels))
    }
}
