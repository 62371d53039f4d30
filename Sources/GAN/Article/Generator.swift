public import TensorGraph

extension Network {
    /// Images made from noise: [N, 20] → [N, 784], in 0...1.
    public func generator(_ z: Tensor) -> Tensor {
        let noise = tf.reshape(z, [-1, Sizes.generatorInput, 1, 1])
        return tf.variableScope("generator", reuse: .auto) {
            let conv1Out = tf.variableScope("conv1", reuse: .auto) {
                conv2d(noise, Sizes.generatorConv1, kind: .generator)
            }
            let conv2Out = tf.variableScope("conv2", reuse: .auto) {
                conv2d(conv1Out, Sizes.generatorConv2, kind: .generator)
            }
            let hide3Out = tf.variableScope("hide3", reuse: .auto) {
                let conv2Flat = tf.reshape(conv2Out, [-1, Sizes.generatorHide3[0]])
                return layer(
                    conv2Flat, Sizes.generatorHide3, activation: .softplus, kind: .generator)
            }
            return tf.variableScope("output", reuse: .auto) {
                layer(
                    hide3Out, [Sizes.generatorHide3[1], Sizes.generatorOutput],
                    activation: .sigmoid, kind: .generator)
            }
        }
    }
}
