internal import CKernels
internal import Datasets

/// Finds training images.
enum NearestImages {
    /// The number of the image that is nearest to each sample, by the sum of squared differences of
    /// pixels.
    ///
    /// - Parameter samples: [n, 784] in 0...1.
    static func numbers(of samples: [Float], in images: Examples) -> [Int] {
        let wanted = samples.map { Int16(max(0, min(1, $0.isFinite ? $0 : 0)) * 255) }
        let count = samples.count / MNIST.pixelCount
        var best = [(distance: Int32, number: Int)](repeating: (.max, 0), count: count)
        images.bytes.withUnsafeBufferPointer { bytes in
            wanted.withUnsafeBufferPointer { wanted in
                for number in 0..<images.count {
                    for sample in 0..<count {
                        let distance = kernel_image_distance(
                            wanted.baseAddress?.advanced(by: sample * MNIST.pixelCount),
                            bytes.baseAddress?.advanced(by: number * MNIST.pixelCount),
                            MNIST.pixelCount)
                        if distance < best[sample].distance { best[sample] = (distance, number) }
                    }
                }
            }
        }
        return best.map(\.number)
    }
}
