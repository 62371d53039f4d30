internal import TensorGraph

/// The network of a judge: LeNet-5 (LeCun et al., "Gradient-based learning applied to document
/// recognition", Proceedings of the IEEE 86(11), 1998) with relus and maxima.
///
/// | layer | gives |
/// |---|---|
/// | images | [N, 28, 28, 1] in 0...1 |
/// | 5 × 5 convolution, bordered by zeros, relu, maxima of 2 × 2 | [N, 14, 14, 6] |
/// | 5 × 5 convolution, relu, maxima of 2 × 2 | [N, 5, 5, 16] |
/// | dense, relu | [N, 120] |
/// | dense, relu: the features | [N, 84] |
/// | dense | logits, [N, classes] |
struct JudgeNetwork {
    let graph: Graph
    /// Images, [N, 784] in 0...1.
    let images: Tensor
    /// [N, ``featureCount``]
    let features: Tensor
    /// The logarithms of odds, [N, classes].
    let logits: Tensor
    /// The weights, in the order of the layers.
    let variables: [Variable]

    static let featureCount = 84

    /// The graph.
    ///
    /// - Parameter seed: of the initial weights; `nil` where they are set.
    init(classCount: Int, seed: UInt64?) {
        let tf = Graph(seed: seed)
        images = tf.placeholder([nil, 784], name: "images")
        var x = tf.reshape(images, [-1, 28, 28, 1])
        x = Self.convolution(x, 6, padding: .same, scope: "conv1")
        x = Self.convolution(x, 16, padding: .valid, scope: "conv2")
        x = tf.reshape(x, [-1, 5 * 5 * 16])
        x = tf.relu(Self.dense(x, 5 * 5 * 16, 120, scope: "dense1"))
        features = tf.relu(Self.dense(x, 120, Self.featureCount, scope: "dense2"))
        logits = Self.dense(features, Self.featureCount, classCount, scope: "output")
        variables = tf.variables
        graph = tf
    }

    private static func convolution(
        _ x: Tensor, _ outputs: Int, padding: Padding, scope: String
    ) -> Tensor {
        let tf = x.graph
        let inputs = x.shape.dimensions?.last.flatMap { $0 } ?? 1
        return tf.variableScope(scope) {
            let weights = tf.getVariable(
                "weights", [5, 5, inputs, outputs], initializer: .heNormal(25 * inputs))
            let biases = tf.getVariable("biases", [outputs], initializer: .zeros)
            let sum = tf.biasAdd(
                tf.conv2d(x, weights, strides: [1, 1, 1, 1], padding: padding), biases)
            return tf.maxPool(
                tf.relu(sum), ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .valid)
        }
    }

    private static func dense(
        _ x: Tensor, _ inputs: Int, _ outputs: Int, scope: String
    ) -> Tensor {
        let tf = x.graph
        return tf.variableScope(scope) {
            let weights = tf.getVariable(
                "weights", [inputs, outputs], initializer: .heNormal(inputs))
            let biases = tf.getVariable("biases", [outputs], initializer: .zeros)
            return tf.biasAdd(tf.matMul(x, weights), biases)
        }
    }
}
