public import TensorGraph

extension Network {
    /// How sure the discriminator is that images are real: [N, 784] → [N, 1], in 0...1.
    ///
    /// Called twice, it has one set of variables, and nodes below `discriminator/` and
    /// `discriminator_1/`.
    ///
    /// - Parameter output: what follows the last sum; without, it is the logarithm of the odds.
    public func discriminator(_ x: Tensor, output: Activation = .sigmoid) -> Tensor {
        let images = tf.reshape(x, [-1, 28, 28, 1])
        return tf.variableScope("discriminator", reuse: .auto) {
            let pool1Out = tf.variableScope("conv1", reuse: .auto) {
                maxPool(conv2d(images, Sizes.discriminatorConv1))
            }
            let pool2Out = tf.variableScope("conv2", reuse: .auto) {
                maxPool(conv2d(pool1Out, Sizes.discriminatorConv2))
            }
            let hide3Out = tf.variableScope("hide3", reuse: .auto) {
                let pool2Flat = tf.reshape(pool2Out, [-1, Sizes.discriminatorHide3[0]])
                return layer(pool2Flat, Sizes.discriminatorHide3, activation: .softplus)
            }
            return tf.variableScope("output") {
                layer(
                    hide3Out, [Sizes.discriminatorHide3[1], Sizes.discriminatorOutput],
                    activation: output)
            }
        }
    }
}
