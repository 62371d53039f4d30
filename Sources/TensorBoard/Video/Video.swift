import Bitmaps

/// Pictures that follow each other, shown as an animation that begins again and again.
public struct Video: Sendable, Equatable {
    /// The pictures, all of one size.
    public let frames: [Image]
    /// How many are shown in a second.
    public let framesPerSecond: Double

    /// Makes a video.
    ///
    /// - Parameters:
    ///   - frames: The pictures.
    ///   - framesPerSecond: How many are shown in a second. An animated PNG counts thousandths of a
    ///     second, a GIF hundredths, and browsers show no more than 50 to 100 frames in one.
    /// - Precondition: All frames agree in height, width and channels, and the rate is positive.
    public init(frames: [Image], framesPerSecond: Double = 4) {
        let first = frames.first
        precondition(
            frames.allSatisfy {
                ($0.height, $0.width, $0.channels)
                    == (first?.height, first?.width, first?.channels)
            }, "a video of pictures that differ in shape")
        precondition(
            frames.allSatisfy { $0.height < 1 << 16 && $0.width < 1 << 16 },
            "a GIF has at most 65,535 rows and columns")
        precondition(framesPerSecond > 0, "\(framesPerSecond) frames a second")
        self.frames = frames
        self.framesPerSecond = framesPerSecond
    }

    /// Makes a video of the pictures of a batch of bytes.
    ///
    /// - Parameters:
    ///   - pixels: The pixels, which are copied.
    ///   - shape: Their layout, of which the count is time.
    ///   - framesPerSecond: How many pictures are shown in a second.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public init(_ pixels: Span<UInt8>, shape: PixelShape, framesPerSecond: Double = 4) {
        self.init(
            frames: Image.batch(pixels, shape: shape), framesPerSecond: framesPerSecond)
    }

    /// Makes a video of the pictures of a batch of numbers.
    ///
    /// - Parameters:
    ///   - pixels: The pixels.
    ///   - shape: Their layout, of which the count is time.
    ///   - range: What is black and what is white.
    ///   - framesPerSecond: How many pictures are shown in a second.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public init(
        _ pixels: Span<Float>, shape: PixelShape, range: ClosedRange<Float>,
        framesPerSecond: Double = 4
    ) {
        self.init(
            frames: Image.batch(pixels, shape: shape, range: range),
            framesPerSecond: framesPerSecond)
    }

    /// Rows of a frame.
    var height: Int { frames.first?.height ?? 0 }
    /// Columns of a frame.
    var width: Int { frames.first?.width ?? 0 }
    /// Channels of a frame.
    var channels: Int { frames.first?.channels ?? 1 }

    /// The video as an animated PNG, which is what a writer logs. Nothing of it is lost, and what
    /// knows no animations takes it for a picture, its first frame.
    ///
    /// - Precondition: There is a frame, and it has a pixel.
    public func png() -> [UInt8] {
        var encoder = AnimatedPNGEncoder()
        return encoder.encode(frames.map(\.bitmap), framesPerSecond: framesPerSecond)
    }

    /// The video as an animated GIF.
    ///
    /// Up to 256 colours, as gray pictures have them, are kept as they are; more are grouped into
    /// 256, by median cut. What is more than half transparent becomes wholly so, all else opaque.
    ///
    /// - Precondition: There is a frame, and it has a pixel.
    public func gif() -> [UInt8] {
        GIFEncoder(frames.map(\.bitmap), framesPerSecond: framesPerSecond).encode()
    }
}
