/// What a ``Judge`` sees in images.
public struct Features: Sendable {
    /// How many images.
    public let count: Int
    /// Numbers in an image's features.
    public let size: Int
    /// Classes that the judge knows.
    public let classCount: Int
    /// The features, [count, size].
    public let values: [Float]
    /// How probable each class is for each image, [count, classCount]: each row adds up to 1.
    public let probabilities: [Double]

    /// Features that are known.
    ///
    /// - Precondition: There are as many numbers as the sizes say.
    public init(
        count: Int, size: Int, classCount: Int, values: [Float], probabilities: [Double]
    ) {
        precondition(values.count == count * size && probabilities.count == count * classCount)
        (self.count, self.size, self.classCount) = (count, size, classCount)
        (self.values, self.probabilities) = (values, probabilities)
    }

    /// The most probable class of each image.
    public var classes: [Int] {
        probabilities.withUnsafeBufferPointer { probabilities in
            (0..<count).map { image in
                var best = 0
                for number in 1..<max(classCount, 1)
                where probabilities[image * classCount + number]
                    > probabilities[image * classCount + best]
                {
                    best = number
                }
                return best
            }
        }
    }

    /// The features of some of the images.
    func rows(_ range: Range<Int>) -> Rows {
        Rows(
            values[range.lowerBound * size..<range.upperBound * size].map(Double.init),
            count: range.count, size: size)
    }
}
