extension Image {
    /// Makes a picture of bytes in any layout.
    ///
    /// - Parameters:
    ///   - pixels: The pixels, which are copied.
    ///   - shape: Their layout. Of a batch, all pictures are put into one as `grid(of:)` does it.
    ///   - strides: How many bytes lie from one place of a dimension to the next, for each dimension
    ///     of the shape; by default there are no gaps.
    ///   - columns: How many pictures of a batch to put side by side; by default what makes a nearly
    ///     square grid.
    ///   - gap: Black pixels between the pictures of a batch.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public init(
        _ pixels: Span<UInt8>, shape: PixelShape, strides: [Int]? = nil, columns: Int? = nil,
        gap: Int = 0
    ) {
        self = pixels.withUnsafeBufferPointer { pixels in
            PixelReader(pixels, shape: shape, strides: strides)
                .grid(columns: columns, gap: gap) { $0 }
        }
    }

    /// Makes a picture of numbers in any layout.
    ///
    /// A number becomes a byte by the range alone, whatever the others are: the range's lower bound
    /// is 0, its upper bound 255, fractions are cut off as torch's writer does it, and what lies
    /// outside the range is as its nearer bound. A pixel of which any channel is not a number becomes
    /// red, or white where there is no colour.
    ///
    /// - Parameters:
    ///   - pixels: The pixels.
    ///   - shape: Their layout. Of a batch, all pictures are put into one as `grid(of:)` does it.
    ///   - strides: How many numbers lie from one place of a dimension to the next, for each
    ///     dimension of the shape; by default there are no gaps.
    ///   - range: What is black and what is white.
    ///   - columns: How many pictures of a batch to put side by side; by default what makes a nearly
    ///     square grid.
    ///   - gap: Black pixels between the pictures of a batch.
    /// - Precondition: 1 to 4 channels, as many pixels as the shape says, and a range that is finite
    ///   and not empty.
    public init(
        _ pixels: Span<Float>, shape: PixelShape, strides: [Int]? = nil,
        range: ClosedRange<Float>, columns: Int? = nil, gap: Int = 0
    ) {
        let scale = ByteScale(range)
        self = pixels.withUnsafeBufferPointer { pixels in
            let reader = PixelReader(pixels, shape: shape, strides: strides)
            var image = reader.grid(columns: columns, gap: gap) { scale.byte($0) }
            if reader.contains(where: \.isNaN) {
                let isBad = reader.grid(columns: columns, gap: gap) { $0.isNaN ? 1 : 0 }
                image.markBad(isBad.pixels)
            }
            return image
        }
    }

    /// Makes the pictures of a batch of bytes in any layout, one by one.
    ///
    /// - Parameters:
    ///   - pixels: The pixels, which are copied.
    ///   - shape: Their layout.
    ///   - strides: How many bytes lie from one place of a dimension to the next, for each dimension
    ///     of the shape; by default there are no gaps.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public static func batch(
        _ pixels: Span<UInt8>, shape: PixelShape, strides: [Int]? = nil
    ) -> [Image] {
        pixels.withUnsafeBufferPointer { pixels in
            let reader = PixelReader(pixels, shape: shape, strides: strides)
            return (0..<reader.count).map { reader.picture($0) { $0 } }
        }
    }

    /// Makes the pictures of a batch of numbers in any layout, one by one, by one range for all.
    ///
    /// - Parameters:
    ///   - pixels: The pixels.
    ///   - shape: Their layout.
    ///   - strides: How many numbers lie from one place of a dimension to the next, for each
    ///     dimension of the shape; by default there are no gaps.
    ///   - range: What is black and what is white.
    /// - Precondition: 1 to 4 channels, as many pixels as the shape says, and a range that is finite
    ///   and not empty.
    public static func batch(
        _ pixels: Span<Float>, shape: PixelShape, strides: [Int]? = nil, range: ClosedRange<Float>
    ) -> [Image] {
        let scale = ByteScale(range)
        return pixels.withUnsafeBufferPointer { pixels in
            let reader = PixelReader(pixels, shape: shape, strides: strides)
            let hasBad = reader.contains(where: \.isNaN)
            return (0..<reader.count).map { index in
                var image = reader.picture(index) { scale.byte($0) }
                if hasBad {
                    image.markBad(reader.picture(index) { $0.isNaN ? 1 : 0 }.pixels)
                }
                return image
            }
        }
    }

    /// Gives pixels the colour of those that are not numbers.
    private mutating func markBad(_ isBad: [UInt8]) {
        let color = ImageScaling.badColor(channels: channels)
        var pixels = self.pixels
        for start in stride(from: 0, to: pixels.count, by: channels)
        where isBad[start..<start + channels].contains(1) {
            pixels.replaceSubrange(start..<start + channels, with: color)
        }
        self = Image(height: height, width: width, channels: channels, pixels: pixels)
    }
}

/// Turns numbers of a range into bytes.
private struct ByteScale {
    private let start: Float
    private let scale: Float

    init(_ range: ClosedRange<Float>) {
        precondition(
            (range.upperBound - range.lowerBound).isFinite && range.lowerBound < range.upperBound,
            "pixels from the range \(range)")
        start = range.lowerBound
        scale = 255 / (range.upperBound - range.lowerBound)
    }

    /// What is not a number gives 0.
    @inline(__always)
    func byte(_ number: Float) -> UInt8 {
        UInt8(min(max(0, (number - start) * scale), 255))
    }
}

/// The pixels of a batch, wherever they lie.
private struct PixelReader<Element> {
    private let pixels: UnsafeBufferPointer<Element>
    private let dimensions: PixelShape.Dimensions

    init(_ pixels: UnsafeBufferPointer<Element>, shape: PixelShape, strides: [Int]?) {
        dimensions = shape.dimensions(strides: strides)
        precondition(
            strides == nil
                ? pixels.count == dimensions.extent : pixels.count >= dimensions.extent,
            "\(pixels.count) pixels do not make pictures of shape \(shape)")
        self.pixels = pixels
    }

    var count: Int { dimensions.count.size }

    func contains(where isSo: (Element) -> Bool) -> Bool { pixels.contains(where: isSo) }

    /// One picture, of bytes.
    @inline(__always)
    func picture(_ index: Int, _ byte: (Element) -> UInt8) -> Image {
        let (height, width) = (dimensions.height.size, dimensions.width.size)
        let channels = dimensions.channels.size
        let bytes = [UInt8](unsafeUninitializedCapacity: height * width * channels) {
            bytes, count in
            copy(index, to: bytes, rowLength: width * channels, byte)
            count = height * width * channels
        }
        return Image(height: height, width: width, channels: channels, pixels: bytes)
    }

    /// All pictures in one.
    @inline(__always)
    func grid(columns: Int?, gap: Int, _ byte: (Element) -> UInt8) -> Image {
        if count == 1 { return picture(0, byte) }
        let columns = columns ?? squarestColumns(for: count)
        precondition(
            count == 0 || (columns > 0 && gap >= 0),
            "a grid with \(columns) columns and gaps of \(gap)")
        let across = min(columns, count)
        let rows = count == 0 ? 0 : (count + across - 1) / across
        let (tileHeight, tileWidth) = (dimensions.height.size, dimensions.width.size)
        let channels = dimensions.channels.size
        let height = max(rows * (tileHeight + gap) - gap, 0)
        let width = max(across * (tileWidth + gap) - gap, 0)
        var bytes = [UInt8](repeating: 0, count: height * width * channels)
        bytes.withUnsafeMutableBufferPointer { bytes in
            for index in 0..<count where tileHeight * tileWidth > 0 {
                let (row, column) = index.quotientAndRemainder(dividingBy: across)
                let start =
                    (row * (tileHeight + gap) * width + column * (tileWidth + gap)) * channels
                copy(
                    index, to: UnsafeMutableBufferPointer(rebasing: bytes[start...]),
                    rowLength: width * channels, byte)
            }
        }
        return Image(height: height, width: width, channels: channels, pixels: bytes)
    }

    /// Writes a picture's bytes, with `rowLength` bytes from one row to the next.
    @inline(__always)
    private func copy(
        _ index: Int, to bytes: UnsafeMutableBufferPointer<UInt8>, rowLength: Int,
        _ byte: (Element) -> UInt8
    ) {
        guard let source = pixels.baseAddress, let target = bytes.baseAddress else { return }
        let (width, channels) = (dimensions.width, dimensions.channels)
        for y in 0..<dimensions.height.size {
            let from = source + index * dimensions.count.stride + y * dimensions.height.stride
            let to = target + y * rowLength
            if channels.stride == 1, width.stride == channels.size {
                for x in 0..<width.size * channels.size { to[x] = byte(from[x]) }
            } else {
                for channel in 0..<channels.size {
                    let from = from + channel * channels.stride
                    for x in 0..<width.size {
                        to[x &* channels.size &+ channel] = byte(from[x &* width.stride])
                    }
                }
            }
        }
    }
}
