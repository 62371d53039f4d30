/// Where the pixels of a batch lie in memory.
package struct BatchLayout {
    /// A dimension: its size, and how many numbers lie from one of its places to the next.
    package struct Dimension {
        package var size: Int
        package var stride: Int

        /// Makes a dimension.
        package init(size: Int, stride: Int) {
            self.size = size
            self.stride = stride
        }
    }

    package var count, height, width, channels: Dimension

    /// Makes a layout of four dimensions.
    package init(count: Dimension, height: Dimension, width: Dimension, channels: Dimension) {
        self.count = count
        self.height = height
        self.width = width
        self.channels = channels
    }

    /// How many numbers there are at least.
    package var extent: Int {
        let all = [count, height, width, channels]
        if all.contains(where: { $0.size == 0 }) { return 0 }
        return all.reduce(1) { $0 + ($1.size - 1) * $1.stride }
    }
}
