import Bitmaps

/// How pixels lie in memory: the sizes of their dimensions, from the one that varies slowest to the
/// one that varies fastest.
public enum PixelShape: Sendable, Equatable {
    /// A gray picture: height, width.
    case hw(Int, Int)
    /// A picture whose channels lie side by side: height, width, channels.
    case hwc(Int, Int, Int)
    /// A picture channel by channel, as torch has it: channels, height, width.
    case chw(Int, Int, Int)
    /// A batch of gray pictures: count, height, width.
    case nhw(Int, Int, Int)
    /// A batch of pictures whose channels lie side by side: count, height, width, channels.
    case nhwc(Int, Int, Int, Int)
    /// A batch of pictures channel by channel: count, channels, height, width.
    case nchw(Int, Int, Int, Int)

    /// The sizes, in the order in which they are given.
    public var sizes: [Int] {
        switch self {
        case .hw(let height, let width): [height, width]
        case .hwc(let height, let width, let channels): [height, width, channels]
        case .chw(let channels, let height, let width): [channels, height, width]
        case .nhw(let count, let height, let width): [count, height, width]
        case .nhwc(let count, let height, let width, let channels):
            [count, height, width, channels]
        case .nchw(let count, let channels, let height, let width):
            [count, channels, height, width]
        }
    }

    /// The places of count, height, width and channels in `sizes`; `nil` for a size of 1 that is not
    /// given.
    private var places: [Int?] {
        switch self {
        case .hw: [nil, 0, 1, nil]
        case .hwc: [nil, 0, 1, 2]
        case .chw: [nil, 1, 2, 0]
        case .nhw: [0, 1, 2, nil]
        case .nhwc: [0, 1, 2, 3]
        case .nchw: [0, 2, 3, 1]
        }
    }

    /// The layout of so many pixels with these strides, or of pixels without gaps.
    ///
    /// - Precondition: No size is negative, there are 1 to 4 channels, a positive stride for each
    ///   size, and as many pixels as the shape says.
    func layout(of count: Int, strides: [Int]?) -> BatchLayout {
        let sizes = self.sizes
        var dense = [Int](repeating: 1, count: sizes.count)
        for index in (0..<sizes.count - 1).reversed() {
            dense[index] = dense[index + 1] * max(sizes[index + 1], 1)
        }
        let steps = strides ?? dense
        precondition(
            sizes.allSatisfy { $0 >= 0 } && steps.count == sizes.count
                && steps.allSatisfy { $0 > 0 }, "pixels of shape \(self), strides \(steps)")
        let all = places.map { place in
            BatchLayout.Dimension(
                size: place.map { sizes[$0] } ?? 1, stride: place.map { steps[$0] } ?? 1)
        }
        precondition((1...4).contains(all[3].size), "pixels of \(all[3].size) channels: \(self)")
        let layout = BatchLayout(
            count: all[0], height: all[1], width: all[2], channels: all[3])
        precondition(
            strides == nil ? count == layout.extent : count >= layout.extent,
            "\(count) pixels do not make pictures of shape \(self)")
        return layout
    }
}
