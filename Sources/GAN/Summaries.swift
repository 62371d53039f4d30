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
        tf.nameScope("accuracy") { _ in
            let realRight = tf.reduceMean(tf.cast(tf.greater(real, 0.5), .float))
            let fakeRight = tf.reduceMean(tf.cast(tf.less(fake, 0.5), .float))
            return (realRight + fakeRight) / 2
        }
    }
}

extension Summary {
    /// This summary with one value more: all images below `tag` tiled to one, so that a step's
    /// images are one card in TensorBoard.
    func addingGrid(of tag: String, as gridTag: String) -> Summary {
        let images = values.compactMap { value in
            if value.tag.hasPrefix("\(tag)/image"), case .floatImage(let image) = value.content {
                image.scaled()
            } else {
                nil as Image?
            }
        }
        guard !images.isEmpty else { return self }
        return Summary(values + [.image(.grid(of: images, gap: 2, background: 48), tag: gridTag)])
    }
}
