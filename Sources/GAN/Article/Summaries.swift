internal import TensorBoard
public import TensorGraph

extension Network {
    /// A summary of images that lie in rows of 784 pixels, each as a card of its own.
    public func imageSummary(_ label: String, _ images: Tensor, count: Int) {
        tf.imageSummary(label, tf.reshape(images, [-1, 28, 28, 1]), maxOutputs: count)
    }

    /// The share of images, real and made, that the discriminator judges rightly: a scalar in
    /// 0...1.
    public func accuracy(_ real: Tensor, _ fake: Tensor) -> Tensor {
        tf.accuracy(real, fake, threshold: 0.5)
    }
}
