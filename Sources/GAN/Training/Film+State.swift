internal import Datasets
internal import TensorGraph

/// How checkpoints hold a film.
extension Film {
    /// The frames that are kept and the last one: [frames, images, 784].
    var tensor: TensorValue {
        let all = count == 0 ? [] : frames + [last]
        return TensorValue(
            all.flatMap { $0.flatMap(\.self) }, shape: [all.count, last.count, MNIST.pixelCount])
    }

    /// The film of such a tensor; `nil` where it cannot be one.
    init?(_ tensor: TensorValue, stride: Int, count: Int) {
        guard let pixels = tensor.values(of: UInt8.self), tensor.shape.count == 3,
            tensor.shape[2] == MNIST.pixelCount, tensor.shape[1] <= Self.imagesPerFrame
        else { return nil }
        // Those that are kept, from the first on, and the last one.
        let kept = count == 0 ? 0 : (count - 1) / stride + 1
        guard kept <= Self.capacity, tensor.shape[0] == (count == 0 ? 0 : kept + 1),
            count == 0 || tensor.shape[1] > 0
        else { return nil }
        let size = tensor.shape[1] * MNIST.pixelCount
        var all = (0..<tensor.shape[0]).map { frame in
            (0..<tensor.shape[1]).map { image in
                let start = frame * size + image * MNIST.pixelCount
                return Array(pixels[start..<start + MNIST.pixelCount])
            }
        }
        let last = all.popLast() ?? []
        self.init(frames: all, stride: stride, count: count, last: last)
    }
}
