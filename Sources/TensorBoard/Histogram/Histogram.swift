/// A distribution: how many numbers fell into each of a row of buckets.
///
/// Made from numbers, it has the buckets of TensorFlow 1, which grow by a tenth from 1e-12 to 1e20
/// on both sides of zero; ready buckets may have any limits.
public struct Histogram: Sendable, Equatable {
    /// The smallest number counted.
    public var minimum: Double
    /// The greatest number counted.
    public var maximum: Double
    /// How many numbers were counted.
    public var count: Double
    /// The sum of the numbers.
    public var sum: Double
    /// The sum of their squares.
    public var sumOfSquares: Double
    /// The buckets, from the lowest up.
    public var buckets: [Bucket]
    /// How many numbers were left out because they were infinite or not a number.
    public var dropped: Int

    /// A bucket: the numbers from the limit of the bucket before it up to, but without, its own
    /// limit.
    public struct Bucket: Sendable, Equatable {
        /// The upper limit.
        public var limit: Double
        /// How many numbers fell into the bucket.
        public var count: Double

        /// Makes a bucket.
        public init(limit: Double, count: Double) {
            self.limit = limit
            self.count = count
        }
    }

    /// Makes a histogram of ready buckets.
    public init(
        minimum: Double, maximum: Double, count: Double, sum: Double, sumOfSquares: Double,
        buckets: [Bucket], dropped: Int = 0
    ) {
        self.minimum = minimum
        self.maximum = maximum
        self.count = count
        self.sum = sum
        self.sumOfSquares = sumOfSquares
        self.buckets = buckets
        self.dropped = dropped
    }
}
