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
        let badColor = Self.badColor(channels: channels)
        let bytes = pixels.withUnsafeBufferPointer { numbers in
            let bad = badPixels(numbers)
            let (scale, offset) = scaleAndOffset(numbers, bad: bad)
            return [UInt8](unsafeUninitializedCapacity: numbers.count) { bytes, count in
                for index in 0..<numbers.count {
                    let byte = numbers[index] * scale + offset
                    bytes[index] = UInt8(min(max(0, byte), 255))  // What is not a number: 0.
                }
                for pixel in bad {
                    for channel in 0..<channels {
                        bytes[pixel * channels + channel] = badColor[channel]
                    }
                }
                count = numbers.count
            }
        }
        return Image(height: height, width: width, channels: channels, pixels: bytes)
    }

    /// The pixels of which any channel is not finite.
    private func badPixels(_ numbers: UnsafeBufferPointer<Float>) -> [Int] {
        var areFinite = true
        for number in numbers { areFinite = areFinite && number.isFinite }
        if areFinite { return [] }
        return (0..<height * width).filter { pixel in
            !numbers[pixel * channels..<(pixel + 1) * channels].allSatisfy(\.isFinite)
        }
    }

    /// What turns the numbers of the other pixels into 0..<256.
    private func scaleAndOffset(
        _ numbers: UnsafeBufferPointer<Float>, bad: [Int]
    ) -> (scale: Float, offset: Float) {
        var minimum = Float.infinity
        var maximum = -Float.infinity
        var start = 0
        for pixel in bad + [height * width] {
            for index in start..<max(pixel * channels, start) {
                minimum = min(minimum, numbers[index])
                maximum = max(maximum, numbers[index])
            }
            start = (pixel + 1) * channels
        }
        let (range, middle): (Float, Float) = minimum < 0 ? (127, 128) : (255, 0)
        let farthest = minimum < 0 ? max(-minimum, maximum.magnitude) : maximum
        return (farthest < 1e-6 ? 0 : range / farthest, middle)
    }

    /// Red and opaque; TensorFlow's bad colour, cut to the channels that there are, but for gray
    /// with alpha, which TensorFlow does not know.
    static func badColor(channels: Int) -> [UInt8] {
        channels == 2 ? [255, 255] : Array([255, 0, 0, 255].prefix(channels))
    }
}
