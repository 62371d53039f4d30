/// Pixels of bytes: what files of pictures are made of.
package struct Bitmap: Sendable, Equatable {
    /// Rows.
    package let height: Int
    /// Columns.
    package let width: Int
    /// 1 for gray, 2 for gray and alpha, 3 for RGB, 4 for RGBA.
    package let channels: Int
    /// Row by row from the top, a pixel's channels side by side: `height` × `width` × `channels`
    /// bytes.
    package let pixels: [UInt8]

    /// Makes a bitmap.
    ///
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
        checkShape(height: height, width: width, channels: channels, count: pixels.count)
        self.height = height
        self.width = width
        self.channels = channels
        self.pixels = pixels
    }
}

/// Stops the program when a picture's shape makes no sense or does not fit its pixels.
package func checkShape(height: Int, width: Int, channels: Int, count: Int) {
    precondition(
        height >= 0 && width >= 0 && (1...4).contains(channels)
            && count == height * width * channels,
        "\(count) pixels do not make an image of shape \([height, width, channels])")
}
