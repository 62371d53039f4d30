extension FloatImage {
    /// The pictures of a batch, which go on sharing its memory.
    ///
    /// - Parameters:
    ///   - pixels: `count` × `height` × `width` × `channels` numbers, the last varying fastest.
    ///   - count: The batch's size.
    ///   - height: A picture's rows.
    ///   - width: A picture's columns.
    ///   - channels: 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    public static func batch(
        _ pixels: [Float], count: Int, height: Int, width: Int, channels: Int
    ) -> [FloatImage] {
        let size = height * width * channels
        precondition(
            pixels.count == count * size,
            "\(pixels.count) pixels do not make a batch of shape "
                + "\([count, height, width, channels])")
        return (0..<count).map { index in
            FloatImage(
                height: height, width: width, channels: channels,
                pixels: pixels[index * size..<(index + 1) * size])
        }
    }
}
