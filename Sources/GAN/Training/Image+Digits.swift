internal import Datasets
internal import TensorBoard

extension Image {
    /// Images of MNIST's size.
    ///
    /// - Parameter pixels: [n, 784], in 0...1.
    static func digits(_ pixels: [Float]) -> [Image] {
        stride(from: 0, to: pixels.count, by: MNIST.pixelCount).map { start in
            Image(
                height: MNIST.side, width: MNIST.side, channels: 1,
                pixels: pixels[start..<start + MNIST.pixelCount].map {
                    // A generator that training has broken makes NaN.
                    $0 > 0 ? UInt8((min($0, 1) * 255).rounded()) : 0
                })
        }
    }
}
