public import TensorGraph

/// The graph of the two networks while it is built, and the lists of what their optimizers train.
public final class Network {
    /// The graph; named as the article names TensorFlow.
    public let tf: Graph
    /// The article's `D_param`. It holds every variable twice, for ``discriminator(_:output:)`` is
    /// called twice and adds its variables each time; so the optimizer updates each of them twice a
    /// step.
    public private(set) var discriminatorParameters: [Variable] = []
    /// The article's `G_param`.
    public private(set) var generatorParameters: [Variable] = []
    /// Whether batch normalization keeps moving averages. The article's networks keep some, and never
    /// use them.
    let keepsMovingAverages: Bool

    /// An empty network.
    ///
    /// - Parameters:
    ///   - seed: of the initial weights; `nil` for other ones in each session.
    ///   - keepsMovingAverages: whether batch normalization keeps moving averages, for `train` to
    ///     turn to.
    public init(seed: UInt64?, keepsMovingAverages: Bool = true) {
        tf = Graph(seed: seed)
        self.keepsMovingAverages = keepsMovingAverages
    }

    /// Which of the two networks a layer's variables belong to.
    public enum Kind: Sendable {
        case discriminator
        case generator
    }

    /// What follows a layer's sum.
    public enum Activation: Sendable {
        case relu, sigmoid, softplus, none
    }
}

extension Network {
    /// Batch normalization of images [N, H, W, channels], over all pixels of a batch.
    ///
    /// - Parameter train: a bool scalar: whether the batch's own statistics are used, and the
    ///   moving averages brought up to date, or else those averages are used.
    public func convBatchNorm(_ x: Tensor, _ channels: Int, train: Tensor) -> Tensor {
        batchNorm(x, channels, axes: [0, 1, 2], train: train)
    }

    /// Batch normalization of vectors [N, size], over a batch; `train` as in
    /// ``convBatchNorm(_:_:train:)``.
    public func layerBatchNorm(_ x: Tensor, _ size: Int, train: Tensor) -> Tensor {
        batchNorm(x, size, axes: [0], train: train)
    }

    private func batchNorm(_ x: Tensor, _ size: Int, axes: [Int], train: Tensor) -> Tensor {
        let beta = tf.getVariable("beta", [size], initializer: .constant(0))
        let gamma = tf.getVariable("gamma", [size], initializer: .constant(1))
        let (batchMean, batchVariance) = tf.moments(x, axes: axes)
        guard keepsMovingAverages else {
            return tf.batchNormalization(
                x, mean: batchMean, variance: batchVariance, beta: beta, gamma: gamma, epsilon: 1e-3
            )
        }
        let ema = ExponentialMovingAverage(decay: 0.9)
        let emaApply = ema.apply([batchMean, batchVariance])
        let (emaMean, emaVariance) = (ema.average(batchMean), ema.average(batchVariance))

        let moments = tf.cond(
            train,
            {
                tf.controlDependencies([emaApply]) {
                    [tf.identity(batchMean), tf.identity(batchVariance)]
                }
            },
            { [emaMean.tensor, emaVariance.tensor] })
        let (mean, variance) = (moments[0], moments[1])

        let normed = tf.batchNormalization(
            x, mean: mean, variance: variance, beta: beta, gamma: gamma, epsilon: 1e-3)
        tf.histogramSummary("meanHistogram", mean)
        tf.histogramSummary("varHistogram", variance)
        return normed
    }

    /// The largest of each 2 × 2 pixels: [N, H, W, C] → [N, ⌈H/2⌉, ⌈W/2⌉, C].
    public func maxPool(_ x: Tensor) -> Tensor {
        tf.maxPool(x, ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .same)
    }

    /// A convolution, batch normalization and relu: [N, H, W, C] → [N, H, W, K].
    ///
    /// - Parameter weightShape: [height, width, C, K].
    public func conv2d(
        _ input: Tensor, _ weightShape: [Int], kind: Kind = .discriminator
    ) -> Tensor {
        let size = weightShape[0] * weightShape[1] * weightShape[2]
        let weights = tf.getVariable("weights", weightShape, initializer: .heNormal(size))
        let biases = tf.getVariable("biases", [weightShape[3]], initializer: .zeros)

        let convOut = tf.conv2d(input, weights, strides: [1, 1, 1, 1], padding: .same)
        let convAdd = tf.biasAdd(convOut, biases)
        let convBatch = convBatchNorm(
            convAdd, weightShape[3], train: tf.constant(Value(true)))
        let output = tf.relu(convBatch)

        remember([weights, biases], kind)
        return output
    }

    /// A dense layer: [N, inputs] → [N, outputs].
    ///
    /// - Parameter weightShape: [inputs, outputs].
    public func layer(
        _ x: Tensor, _ weightShape: [Int], activation: Activation = .relu,
        kind: Kind = .discriminator
    ) -> Tensor {
        let weights = tf.getVariable("weights", weightShape, initializer: .heNormal(weightShape[0]))
        let biases = tf.getVariable(
            "biases", [weightShape[1]], initializer: .heNormal(weightShape[0]))

        let sum = tf.matMul(x, weights) + biases
        let output =
            switch activation {
            case .relu: tf.relu(sum)
            case .sigmoid: tf.sigmoid(sum)
            case .softplus: tf.softplus(sum)
            case .none: sum
            }

        remember([weights, biases], kind)
        return output
    }

    private func remember(_ variables: [Variable], _ kind: Kind) {
        switch kind {
        case .discriminator: discriminatorParameters += variables
        case .generator: generatorParameters += variables
        }
    }
}

extension Initializer {
    /// Normal with deviation √(2 / inputs), which keeps the scale of what goes through a relu (He
    /// et al., "Delving deep into rectifiers", ICCV 2015).
    static func heNormal(_ inputs: Int) -> Initializer {
        .randomNormal(standardDeviation: Float((2 / Double(inputs)).squareRoot()))
    }
}
