/// Images with, where they are known, their labels: one part of a data set.
public struct Examples: Sendable {
    /// How many images there are.
    public let count: Int
    /// The class of each image, for MNIST its digit; nil where only images are known.
    public let labels: ArraySlice<UInt8>?
    /// The pixels as they are stored, [count, 784] row-major: 0 is the background, 255 full ink.
    /// The slice's first index need not be 0.
    public let bytes: ArraySlice<UInt8>

    init(bytes: ArraySlice<UInt8>, labels: ArraySlice<UInt8>?) {
        self.bytes = bytes
        self.labels = labels
        count = bytes.count / MNIST.pixelCount
    }

    /// The images `range`, scaled to 0...1.
    ///
    /// Each pixel is byte / 255 in single precision: to the bit what NumPy computes for
    /// `float32(byte) / float32(255)`.
    ///
    ///     try MNIST.sample.train.pixels(0..<10)   // the article's first batch, 7840 values
    ///
    /// - Parameter range: images, within 0..<count.
    /// - Returns: [range.count, 784], row-major.
    public func pixels(_ range: Range<Int>) -> [Float] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count,
            "images \(range) asked of \(count)")
        let first = bytes.startIndex + range.lowerBound * MNIST.pixelCount
        return bytes[first..<first + range.count * MNIST.pixelCount].map { Float($0) / 255 }
    }

    /// The images of those numbers, scaled to 0...1 as ``pixels(_:)-(Range<Int>)`` does.
    ///
    /// - Parameter numbers: each within 0..<count.
    /// - Returns: [numbers.count, 784], row-major.
    public func pixels(at numbers: [Int]) -> [Float] {
        let size = MNIST.pixelCount
        return [Float](unsafeUninitializedCapacity: numbers.count * size) { pixels, filled in
            bytes.withUnsafeBufferPointer { bytes in
                for (place, number) in numbers.enumerated() {
                    precondition((0..<count).contains(number), "image \(number) of \(count)")
                    for pixel in 0..<size {
                        pixels.initializeElement(
                            at: place * size + pixel,
                            to: Float(bytes[number * size + pixel]) / 255)
                    }
                }
            }
            filled = numbers.count * size
        }
    }

    /// The images `range` with their labels.
    func part(_ range: Range<Int>) -> Examples {
        let first = bytes.startIndex + range.lowerBound * MNIST.pixelCount
        return Examples(
            bytes: bytes[first..<first + range.count * MNIST.pixelCount],
            labels: labels.map {
                $0[$0.startIndex + range.lowerBound..<$0.startIndex + range.upperBound]
            })
    }
}
