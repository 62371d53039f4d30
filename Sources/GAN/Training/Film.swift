internal import Datasets
internal import TensorBoard

/// The generator's images of the same noise as training goes on: what one card of TensorBoard shows
/// of a whole run, of which it keeps only ten images a tag.
///
/// However long a run is, the frames are at most ``capacity``, equally far apart: when there are
/// more, every second one is dropped, and only every second one of those to come is kept.
struct Film: Equatable {
    /// Images of MNIST's size, 784 bytes each.
    typealias Frame = [[UInt8]]

    /// The frames that are kept; the first is the first that there was.
    private(set) var frames: [Frame] = []
    /// Frames that there were from one that is kept to the next.
    private(set) var stride = 1
    /// Frames that there were.
    private(set) var count = 0
    /// The last frame that there was, kept or not.
    private(set) var last: Frame = []

    /// The most frames that are kept.
    static let capacity = 96
    /// The most images of a frame.
    static let imagesPerFrame = 10
    /// The most frames side by side in a strip.
    static let stripLength = 12
    /// The gray between images and where there is none yet.
    private static let background: UInt8 = 48

    /// A film without frames.
    init() {}

    /// A film as it was when these were its parts.
    init(frames: [Frame], stride: Int, count: Int, last: Frame) {
        self.frames = frames
        self.stride = stride
        self.count = count
        self.last = last
    }

    /// Adds a frame: the first images of a batch.
    ///
    /// - Returns: Whether the strip has changed so much that it is worth a look: at each of its first
    ///   frames, later at every eighth that is kept.
    mutating func add(_ images: [Image]) -> Bool {
        last = images.prefix(Self.imagesPerFrame).map(\.pixels)
        defer { count += 1 }
        guard count.isMultiple(of: stride) else { return false }
        frames.append(last)
        if frames.count > Self.capacity {
            frames = frames.indices.filter { $0.isMultiple(of: 2) }.map { frames[$0] }
            stride *= 2
        }
        return frames.count <= Self.stripLength || frames.count.isMultiple(of: 8)
    }

    /// The kept frames, and the last one.
    private var shown: [Frame] {
        let isLastKept = count > 0 && (count - 1).isMultiple(of: stride)
        return isLastKept ? frames : frames + [last]
    }

    /// Frames side by side, from the first to the last: a row for each vector of noise. There is room
    /// for ``stripLength`` of them from the start on, since TensorBoard fills a card's width with
    /// whatever it shows.
    ///
    /// - Returns: `nil` for a film without frames.
    func strip() -> Image? {
        guard count > 0 else { return nil }
        let all = shown
        let length = min(all.count, Self.stripLength)
        let chosen = (0..<length).map { all[$0 * (all.count - 1) / max(length - 1, 1)] }
        let blank = [UInt8](repeating: Self.background, count: MNIST.pixelCount)
        let blanks = [Image](
            repeating: Self.image(blank), count: Self.stripLength - length)
        let rows = chosen[0].indices.map { row in chosen.map { Self.image($0[row]) } + blanks }
        return .grid(
            of: rows.flatMap(\.self), columns: Self.stripLength, gap: 2,
            background: Self.background)
    }

    /// One frame after another, each as a grid of its images.
    ///
    /// - Returns: `nil` for a film without frames.
    func video() -> Video? {
        guard count > 0 else { return nil }
        let grids = shown.map {
            Image.grid(of: $0.map(Self.image), gap: 2, background: Self.background)
        }
        return Video(frames: grids, framesPerSecond: 8)
    }

    private static func image(_ pixels: [UInt8]) -> Image {
        Image(height: MNIST.side, width: MNIST.side, channels: 1, pixels: pixels)
    }
}
