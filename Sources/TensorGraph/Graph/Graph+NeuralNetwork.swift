internal import TensorFlowTypes

/// How a window meets the border of an image.
public enum Padding: String, Sendable {
    /// Zeros around the image, so that every pixel (with a stride of 1) has an output.
    case same = "SAME"
    /// None: the window stays inside.
    case valid = "VALID"
}

extension Graph {
    /// A convolution of NHWC images with an HWIO filter; `tf.nn.conv2d`.
    ///
    /// - Parameters:
    ///   - input: images [N, H, W, C].
    ///   - filter: [height, width, C, K].
    ///   - strides: one for each dimension of the images; the first and last are 1.
    /// - Returns: images [N, P, Q, K].
    public func conv2d(
        _ input: some TensorConvertible, _ filter: some TensorConvertible, strides: [Int],
        padding: Padding
    ) -> Tensor {
        precondition(
            strides.count == 4 && strides[0] == 1 && strides[3] == 1,
            "strides \(strides): only rows and columns can be skipped")
        return add(
            .conv2D, nil, [input.tensor, filter.tensor],
            attributes: window(strides, padding).merging([
                "dilations": .ints([1, 1, 1, 1]), "use_cudnn_on_gpu": .bool(true),
            ]) { $1 }
        ).output()
    }

    /// The largest value of each window; `tf.nn.max_pool`.
    ///
    /// - Parameters:
    ///   - input: images [N, H, W, C].
    ///   - ksize: the window's size in each dimension of the images; the first and last are 1.
    public func maxPool(_ input: Tensor, ksize: [Int], strides: [Int], padding: Padding) -> Tensor {
        precondition(
            ksize.count == 4 && ksize[0] == 1 && ksize[3] == 1,
            "ksize \(ksize): only rows and columns are pooled")
        return add(
            .maxPool, nil, [input],
            attributes: window(strides, padding).merging(["ksize": .ints(ksize)]) { $1 }
        ).output()
    }

    private func window(_ strides: [Int], _ padding: Padding) -> [String: AttributeValue] {
        [
            "strides": .ints(strides), "padding": .string(padding.rawValue),
            "explicit_paddings": .ints([]), "data_format": .string("NHWC"),
        ]
    }

    /// A number added to each channel of images; `tf.nn.bias_add`.
    public func biasAdd(_ x: Tensor, _ bias: some TensorConvertible) -> Tensor {
        add(.biasAdd, nil, [x, bias.tensor], attributes: ["data_format": .string("NHWC")]).output()
    }

    /// The mean and the variance over `axes`; `tf.nn.moments`.
    ///
    /// The variance is that of the population, and its gradient stops at the mean, as in
    /// tensorflow/python/ops/nn_impl.py.
    ///
    /// - Returns: both, without the axes.
    public func moments(_ x: Tensor, axes: [Int], name: String = "moments") -> (
        mean: Tensor, variance: Tensor
    ) {
        nameScope(name) { _ in
            let mean = reduceMean(x, axes: axes, keepDimensions: true, name: "mean")
            let variance = reduceMean(
                squaredDifference(x, stopGradient(mean)), axes: axes, keepDimensions: true,
                name: "variance")
            return (squeeze(mean, axes: axes), squeeze(variance, axes: axes))
        }
    }

    /// gamma (x - mean) / √(variance + epsilon) + beta, for each channel;
    /// `tf.nn.batch_normalization`, in the order of operations that it has there.
    public func batchNormalization(
        _ x: Tensor, mean: Tensor, variance: Tensor, beta: some TensorConvertible,
        gamma: some TensorConvertible, epsilon: Float, name: String = "batchnorm"
    ) -> Tensor {
        nameScope(name) { _ in
            let scale = rsqrt(variance + epsilon) * gamma
            let scaled = x * scale
            return scaled + (beta.tensor - mean * scale)
        }
    }
}
