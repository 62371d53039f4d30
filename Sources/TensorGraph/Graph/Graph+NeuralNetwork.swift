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
        add(
            .conv2D, nil, [input.tensor, filter.tensor],
            attributes: convolution(strides, padding)
        ).output()
    }

    /// The transpose of a convolution: images that `conv2d` with the same filter, strides and
    /// padding makes `value` from, each of their pixels the sum of what it had a part in;
    /// `tf.nn.conv2d_transpose`, TensorFlow's `Conv2DBackpropInput`.
    ///
    ///     let x = tf.placeholder([nil, 7, 7, 64], name: "x")
    ///     let y = tf.conv2dTranspose(
    ///         x, filter, outputShape: [nil, 14, 14, 32], strides: [1, 2, 2, 1], padding: .same)
    ///
    /// - Parameters:
    ///   - value: images [N, P, Q, K].
    ///   - filter: [height, width, C, K]: the channels of the result come first.
    ///   - outputShape: [N, H, W, C]. An open N is that of `value` in each run, read from its shape
    ///     as `[tf.shape(value)[0], H, W, C]` does.
    ///   - strides: one for each dimension of the images; the first and last are 1.
    ///   - padding: that of the convolution: with `.same`, P = ⌈H / stride⌉, and with `.valid`
    ///     P = ⌈(H - height + 1) / stride⌉.
    /// - Returns: images [N, H, W, C].
    public func conv2dTranspose(
        _ value: some TensorConvertible, _ filter: some TensorConvertible, outputShape: Shape,
        strides: [Int], padding: Padding, name: String = "conv2d_transpose"
    ) -> Tensor {
        let value = value.tensor
        guard let sizes = outputShape.dimensions, sizes.count == 4,
            !sizes[1...].contains(nil)
        else {
            preconditionFailure(
                "\(name): of the shape \(outputShape) only the batch can be open")
        }
        guard sizes[0] == nil else {
            return conv2dTranspose(
                value, filter, .constant(Value(sizes.map { $0 ?? 0 }), "input_sizes"), strides,
                padding, name)
        }
        let batch = size(of: value, 0)
        return nameScope(name) { scope in
            let numbers = sizes.enumerated().dropFirst().map { place, size in
                Operand.constant(Value(Int32(size ?? 0)), "\(place)")
            }
            let packed = pack([.tensor(batch)] + numbers, axis: 0, name: "input_sizes")
            return add(
                .conv2DBackpropInput, scope, [packed, filter.tensor, value],
                attributes: convolution(strides, padding)
            ).output()
        }
    }

    /// The transpose of a convolution to images of a shape that a tensor holds.
    ///
    /// - Parameter outputShape: int32: N, H, W and C, or H and W alone.
    public func conv2dTranspose(
        _ value: some TensorConvertible, _ filter: some TensorConvertible, outputShape: Tensor,
        strides: [Int], padding: Padding, name: String = "conv2d_transpose"
    ) -> Tensor {
        conv2dTranspose(value, filter, .tensor(outputShape), strides, padding, name)
    }

    private func conv2dTranspose(
        _ value: some TensorConvertible, _ filter: some TensorConvertible, _ sizes: Operand,
        _ strides: [Int], _ padding: Padding, _ name: String
    ) -> Tensor {
        add(
            .conv2DBackpropInput, name, [sizes, .tensor(filter.tensor), .tensor(value.tensor)],
            attributes: convolution(strides, padding)
        ).output()
    }

    /// The attributes of a convolution.
    private func convolution(_ strides: [Int], _ padding: Padding) -> [String: AttributeValue] {
        precondition(
            strides.count == 4 && strides[0] == 1 && strides[3] == 1
                && strides.allSatisfy { $0 > 0 },
            "strides \(strides): only rows and columns can be skipped")
        return window(strides, padding).merging([
            "dilations": .ints([1, 1, 1, 1]), "use_cudnn_on_gpu": .bool(true),
        ]) { $1 }
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
