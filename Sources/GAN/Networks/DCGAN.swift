public import TensorGraph

/// A deep convolutional GAN of MNIST's images (Radford, Metz and Chintala, "Unsupervised
/// representation learning with deep convolutional generative adversarial networks", ICLR 2016):
/// the generator makes images larger by transposed convolutions, the discriminator smaller by
/// convolutions, by a stride of two each.
///
/// Batch normalization follows each of them but those at the images; then a relu in the generator,
/// a leaky relu of slope 0.2 in the discriminator.
///
/// | generator | discriminator |
/// |---|---|
/// | noise, [N, 64] | images, [N, 28, 28, 1] |
/// | [N, hidden], if there is such a layer | [N, 14, 14, width] |
/// | [N, 7, 7, 2 · width] | [N, 7, 7, 2 · width] |
/// | [N, 14, 14, width] | [N, hidden], if there is such a layer |
/// | images, [N, 28, 28, 1] in 0...1 | a logit, [N, 1] |
public struct DCGAN: Sendable {
    /// Channels of the layers at 14 × 14 pixels; those at 7 × 7 have twice as many.
    public var width = 32
    /// The numbers in the hidden layer of each network; `nil` for networks without one.
    public var hidden: Int? = 512
    /// The numbers in a vector of noise.
    public var noiseSize = 64

    /// The classes that images belong to; 0 for networks that know none.
    public var classCount = 0
    /// Whether the discriminator has batch normalization. With a penalty on its gradient it must
    /// not, for that is of each image by itself.
    public var normalizesDiscriminator = true

    /// The networks with 32 channels and hidden layers of 512 numbers.
    public init() {}

    /// Images made from noise: [N, ``noiseSize``] → [N, 784], in 0...1.
    ///
    /// - Parameter labels: [N, ``classCount``], 1 at each image's class; `nil` where there are none.
    public func generator(_ noise: Tensor, labels: Tensor? = nil) -> Tensor {
        let tf = noise.graph
        return tf.variableScope("generator", reuse: .auto) {
            var x = noise
            if let hidden {
                x = tf.variableScope("hidden", reuse: .auto) {
                    tf.relu(normalized(dense(x, hidden, labels: labels)))
                }
            }
            x = tf.variableScope("project", reuse: .auto) {
                let sum = dense(x, 7 * 7 * 2 * width, labels: hidden == nil ? labels : nil)
                return tf.relu(tf.reshape(normalized(sum), [-1, 7, 7, 2 * width]))
            }
            x = tf.variableScope("conv1", reuse: .auto) {
                tf.relu(normalized(enlarged(x, to: [nil, 14, 14, width])))
            }
            return tf.variableScope("conv2", reuse: .auto) {
                let image = tf.biasAdd(
                    enlarged(x, to: [nil, 28, 28, 1]),
                    tf.getVariable("biases", [1], initializer: .zeros))
                return tf.reshape(tf.sigmoid(image), [-1, 784])
            }
        }
    }

    /// How real images look: [N, 784] → [N, 1], the logarithm of the odds.
    ///
    /// Labels add to the last sum the product of its inputs with a vector of the image's class
    /// (Miyato and Koyama, "cGANs with projection discriminator", ICLR 2018).
    ///
    /// - Parameter labels: [N, ``classCount``], 1 at each image's class; `nil` where there are none.
    public func discriminator(_ images: Tensor, labels: Tensor? = nil) -> Tensor {
        let tf = images.graph
        return tf.variableScope("discriminator", reuse: .auto) {
            var x = tf.reshape(images, [-1, 28, 28, 1])
            x = tf.variableScope("conv1", reuse: .auto) {
                let biases = tf.getVariable("biases", [width], initializer: .zeros)
                return tf.leakyRelu(tf.biasAdd(reduced(x, channels: 1, to: width), biases))
            }
            x = tf.variableScope("conv2", reuse: .auto) {
                tf.leakyRelu(judged(reduced(x, channels: width, to: 2 * width)))
            }
            x = tf.reshape(x, [-1, 7 * 7 * 2 * width])
            if let hidden {
                x = tf.variableScope("hidden", reuse: .auto) {
                    tf.leakyRelu(judged(dense(x, hidden, judging: true)))
                }
            }
            return tf.variableScope("output", reuse: .auto) {
                let sum =
                    dense(x, 1, judging: true) + tf.getVariable("biases", [1], initializer: .zeros)
                guard let labels else { return sum }
                let vectors = tf.variableScope("classes", reuse: .auto) {
                    dense(labels, Self.channels(x.shape))
                }
                return sum + tf.reduceSum(x * vectors, axes: [1], keepDimensions: true)
            }
        }
    }
}

// MARK: Layers

extension DCGAN {
    /// x · weights: [N, inputs] → [N, size]; and the vectors of size numbers of the labels' classes.
    private func dense(_ x: Tensor, _ size: Int, labels: Tensor?) -> Tensor {
        let sum = dense(x, size)
        guard let labels else { return sum }
        return sum + x.graph.variableScope("classes", reuse: .auto) { dense(labels, size) }
    }

    /// What follows a sum of the discriminator: batch normalization, or only what is added there.
    private func judged(_ x: Tensor) -> Tensor {
        guard !normalizesDiscriminator else { return normalized(x) }
        let beta = x.graph.getVariable("beta", [Self.channels(x.shape)], initializer: .constant(0))
        return (x.shape.dimensions ?? []).count == 2 ? x + beta : x.graph.biasAdd(x, beta)
    }

    /// x · weights: [N, inputs] → [N, size].
    ///
    /// - Parameter judging: whether the discriminator's last layers are meant.
    private func dense(_ x: Tensor, _ size: Int, judging: Bool = false) -> Tensor {
        let inputs = Self.channels(x.shape)
        let weights = x.graph.getVariable(
            "weights", [inputs, size],
            initializer: judging ? judgingWeights(inputs) : Self.weights)
        return x.graph.matMul(x, weights)
    }

    /// The discriminator's first weights. Without batch normalization nothing but they sees to the
    /// scale of what goes through it.
    private func judgingWeights(_ inputs: Int) -> Initializer {
        normalizesDiscriminator ? Self.weights : .heNormal(inputs)
    }

    /// [N, H, W, channels] → [N, H / 2, W / 2, K].
    private func reduced(_ x: Tensor, channels: Int, to outputs: Int) -> Tensor {
        let weights = x.graph.getVariable(
            "weights", [4, 4, channels, outputs], initializer: judgingWeights(16 * channels))
        return x.graph.conv2d(x, weights, strides: [1, 2, 2, 1], padding: .same)
    }

    /// [N, H, W, C] → shape, of twice the height and width.
    private func enlarged(_ x: Tensor, to shape: Shape) -> Tensor {
        let channels = [shape, x.shape].map(Self.channels)
        let weights = x.graph.getVariable(
            "weights", [4, 4] + channels, initializer: Self.weights)
        return x.graph.conv2dTranspose(
            x, weights, outputShape: shape, strides: [1, 2, 2, 1], padding: .same)
    }

    /// Batch normalization over all but the last dimension, by the batch's own statistics.
    private func normalized(_ x: Tensor) -> Tensor {
        let tf = x.graph
        let size = Self.channels(x.shape)
        let beta = tf.getVariable("beta", [size], initializer: .constant(0))
        let gamma = tf.getVariable("gamma", [size], initializer: .constant(1))
        let (mean, variance) = tf.moments(x, axes: Array(0..<(x.shape.dimensions ?? []).count - 1))
        return tf.batchNormalization(
            x, mean: mean, variance: variance, beta: beta, gamma: gamma, epsilon: 1e-5)
    }

    /// The size of the last dimension, which no layer leaves open.
    private static func channels(_ shape: Shape) -> Int {
        guard let last = shape.dimensions?.last, let size = last else {
            preconditionFailure("a layer of the shape \(shape) has an open number of channels")
        }
        return size
    }

    /// Normal with a deviation of 0.02, as the paper has it.
    private static let weights = Initializer.randomNormal(standardDeviation: 0.02)
}
