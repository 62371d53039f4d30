import Bitmaps

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
        let layout = shape.layout(of: pixels.count, strides: strides)
        bitmap = Bitmap(pixels, layout, columns: columns, gap: gap)
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
        let layout = shape.layout(of: pixels.count, strides: strides)
        bitmap = Bitmap(pixels, layout, range: range, columns: columns, gap: gap)
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
        Bitmap.batch(pixels, shape.layout(of: pixels.count, strides: strides)).map { Image($0) }
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
        Bitmap.batch(pixels, shape.layout(of: pixels.count, strides: strides), range: range)
            .map { Image($0) }
    }
}
