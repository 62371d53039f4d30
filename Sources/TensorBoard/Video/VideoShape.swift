/// How the pixels of videos lie in memory: the sizes of their dimensions, from the one that varies
/// slowest to the one that varies fastest. N is the number of videos, T that of their frames, C that of
/// channels.
public enum VideoShape: Sendable, Equatable {
    /// A gray video: frames, height, width.
    case thw(Int, Int, Int)
    /// A video whose channels lie side by side: frames, height, width, channels.
    case thwc(Int, Int, Int, Int)
    /// A video channel by channel: frames, channels, height, width.
    case tchw(Int, Int, Int, Int)
    /// A batch of gray videos: count, frames, height, width.
    case nthw(Int, Int, Int, Int)
    /// A batch of videos whose channels lie side by side: count, frames, height, width, channels.
    case nthwc(Int, Int, Int, Int, Int)
    /// A batch of videos channel by channel, as torch has it: count, frames, channels, height, width.
    case ntchw(Int, Int, Int, Int, Int)

    /// The number of frames of each video, and the layout of all frames of all of them.
    var frames: (countOfEach: Int, shape: PixelShape) {
        switch self {
        case .thw(let frames, let height, let width): (frames, .nhw(frames, height, width))
        case .thwc(let frames, let height, let width, let channels):
            (frames, .nhwc(frames, height, width, channels))
        case .tchw(let frames, let channels, let height, let width):
            (frames, .nchw(frames, channels, height, width))
        case .nthw(let count, let frames, let height, let width):
            (frames, .nhw(count * frames, height, width))
        case .nthwc(let count, let frames, let height, let width, let channels):
            (frames, .nhwc(count * frames, height, width, channels))
        case .ntchw(let count, let frames, let channels, let height, let width):
            (frames, .nchw(count * frames, channels, height, width))
        }
    }
}

extension Video {
    /// Makes the videos of a batch of bytes.
    ///
    /// - Parameters:
    ///   - pixels: The pixels, which are copied.
    ///   - shape: Their layout.
    ///   - framesPerSecond: How many frames are shown in a second.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public static func batch(
        _ pixels: Span<UInt8>, shape: VideoShape, framesPerSecond: Double = 4
    ) -> [Video] {
        let (count, layout) = shape.frames
        return videos(of: Image.batch(pixels, shape: layout), count, framesPerSecond)
    }

    /// Makes the videos of a batch of numbers, by one range for all.
    ///
    /// - Parameters:
    ///   - pixels: The pixels.
    ///   - shape: Their layout.
    ///   - range: What is black and what is white.
    ///   - framesPerSecond: How many frames are shown in a second.
    /// - Precondition: 1 to 4 channels, and as many pixels as the shape says.
    public static func batch(
        _ pixels: Span<Float>, shape: VideoShape, range: ClosedRange<Float>,
        framesPerSecond: Double = 4
    ) -> [Video] {
        let (count, layout) = shape.frames
        return videos(
            of: Image.batch(pixels, shape: layout, range: range), count, framesPerSecond)
    }

    private static func videos(of frames: [Image], _ count: Int, _ rate: Double) -> [Video] {
        guard count > 0 else { return [] }
        return stride(from: 0, to: frames.count, by: count).map { start in
            Video(frames: Array(frames[start..<start + count]), framesPerSecond: rate)
        }
    }

    /// Puts videos side by side into one, which lasts as long as the longest: the others stay at their
    /// last frame.
    ///
    /// - Parameters:
    ///   - videos: The videos, of one size.
    ///   - columns: How many to put side by side; by default what makes a nearly square grid.
    ///   - gap: Black pixels between neighbours.
    /// - Returns: `nil` of none, or of videos without a frame.
    public static func grid(of videos: [Video], columns: Int? = nil, gap: Int = 0) -> Video? {
        let shown = videos.filter { !$0.frames.isEmpty }
        guard let first = shown.first, let length = shown.map(\.frames.count).max() else {
            return nil
        }
        let frames = (0..<length).map { index in
            Image.grid(
                of: shown.map { $0.frames[min(index, $0.frames.count - 1)] }, columns: columns,
                gap: gap)
        }
        return Video(frames: frames, framesPerSecond: first.framesPerSecond)
    }
}
