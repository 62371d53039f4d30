import TensorFlowTypes

extension Bitmap {
    /// Copies bytes in any layout; of a batch, all pictures are put into one.
    ///
    /// - Precondition: As many pixels as the layout says.
    package init(_ pixels: Span<UInt8>, _ layout: BatchLayout, columns: Int?, gap: Int) {
        self = pixels.withUnsafeBufferPointer { pixels in
            PixelReader(pixels, layout).grid(columns: columns, gap: gap) { $0 }
        }
    }

    /// Makes bytes of numbers in any layout; of a batch, all pictures are put into one.
    ///
    /// - Precondition: As many pixels as the layout says, and a range that is finite and not empty.
    package init(
        _ pixels: Span<Float>, _ layout: BatchLayout, range: ClosedRange<Float>, columns: Int?,
        gap: Int
    ) {
        let scale = ByteScale(range)
        self = pixels.withUnsafeBufferPointer { pixels in
            let reader = PixelReader(pixels, layout)
            let image = reader.grid(columns: columns, gap: gap) { scale.byte($0) }
            guard reader.contains(where: \.isNaN) else { return image }
            let isBad = reader.grid(columns: columns, gap: gap) { $0.isNaN ? 1 : 0 }
            return image.marked(bad: isBad.pixels)
        }
    }

    /// Copies the pictures of a batch of bytes, one by one.
    package static func batch(_ pixels: Span<UInt8>, _ layout: BatchLayout) -> [Bitmap] {
        pixels.withUnsafeBufferPointer { pixels in
            let reader = PixelReader(pixels, layout)
            return (0..<reader.count).map { reader.picture($0) { $0 } }
        }
    }

    /// Makes bytes of the pictures of a batch of numbers, one by one, by one range for all.
    package static func batch(
        _ pixels: Span<Float>, _ layout: BatchLayout, range: ClosedRange<Float>
    ) -> [Bitmap] {
        let scale = ByteScale(range)
        return pixels.withUnsafeBufferPointer { pixels in
            let reader = PixelReader(pixels, layout)
            let hasBad = reader.contains(where: \.isNaN)
            return (0..<reader.count).map { index in
                let image = reader.picture(index) { scale.byte($0) }
                guard hasBad else { return image }
                return image.marked(bad: reader.picture(index) { $0.isNaN ? 1 : 0 }.pixels)
            }
        }
    }

    /// With the colour of pixels that are not numbers, where a byte of them is 1.
    private func marked(bad isBad: [UInt8]) -> Bitmap {
        let color = ImageScaling.badColor(channels: channels)
        var pixels = self.pixels
        for start in stride(from: 0, to: pixels.count, by: channels)
        where isBad[start..<start + channels].contains(1) {
            pixels.replaceSubrange(start..<start + channels, with: color)
        }
        return Bitmap(height: height, width: width, channels: channels, pixels: pixels)
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
    private let layout: BatchLayout

    init(_ pixels: UnsafeBufferPointer<Element>, _ layout: BatchLayout) {
        precondition(pixels.count >= layout.extent)
        self.pixels = pixels
        self.layout = layout
    }

    var count: Int { layout.count.size }

    func contains(where isSo: (Element) -> Bool) -> Bool { pixels.contains(where: isSo) }

    /// One picture, of bytes.
    @inline(__always)
    func picture(_ index: Int, _ byte: (Element) -> UInt8) -> Bitmap {
        let (height, width) = (layout.height.size, layout.width.size)
        let channels = layout.channels.size
        let bytes = [UInt8](unsafeUninitializedCapacity: height * width * channels) {
            bytes, count in
            copy(index, to: bytes, rowLength: width * channels, byte)
            count = height * width * channels
        }
        return Bitmap(height: height, width: width, channels: channels, pixels: bytes)
    }

    /// All pictures in one.
    @inline(__always)
    func grid(columns: Int?, gap: Int, _ byte: (Element) -> UInt8) -> Bitmap {
        if count == 1 { return picture(0, byte) }
        let columns = columns ?? squarestColumns(for: count)
        precondition(
            count == 0 || (columns > 0 && gap >= 0),
            "a grid with \(columns) columns and gaps of \(gap)")
        let across = min(columns, count)
        let rows = count == 0 ? 0 : (count + across - 1) / across
        let (tileHeight, tileWidth) = (layout.height.size, layout.width.size)
        let channels = layout.channels.size
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
        return Bitmap(height: height, width: width, channels: channels, pixels: bytes)
    }

    /// Writes a picture's bytes, with `rowLength` bytes from one row to the next.
    @inline(__always)
    private func copy(
        _ index: Int, to bytes: UnsafeMutableBufferPointer<UInt8>, rowLength: Int,
        _ byte: (Element) -> UInt8
    ) {
        guard let source = pixels.baseAddress, let target = bytes.baseAddress else { return }
        let (width, channels) = (layout.width, layout.channels)
        for y in 0..<layout.height.size {
            let from = source + index * layout.count.stride + y * layout.height.stride
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

/// The columns of the grid that leaves the fewest places empty while it is no more than three times
/// as wide as high; of several such grids, of the squarest.
package func squarestColumns(for count: Int) -> Int {
    var best = (columns: count, empty: Int.max)
    var rows = 1
    while rows * rows <= count {
        let columns = (count + rows - 1) / rows
        let empty = rows * columns - count
        if columns <= 3 * rows, empty <= best.empty {
            best = (columns, empty)
        }
        rows += 1
    }
    return best.columns
}
