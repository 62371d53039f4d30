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
    /// The images below `tag`.
    func images(of tag: String) -> [Image] {
        values.compactMap { value in
            guard value.tag.hasPrefix("\(tag)/image"), case .image(let image) = value.content
            else { return nil }
            return image
        }
    }
}

extension SummaryWriter {
    /// Logs what is known of a run before it starts: its hyperparameters, a chart with both losses,
    /// and some words.
    func addRun(_ options: TrainingOptions, step: Int) throws {
        let hyperparameters = options.hyperparameters
        try addHParams([
            // 0.0001 as it was written, not as the nearest Float is in Double.
            "learning_rate": .number(Double("\(hyperparameters.learningRate)") ?? 0),
            "batch_size": .number(Double(hyperparameters.batchSize)),
            "train_times": .number(Double(hyperparameters.trainTimes)),
            "train_step": .number(Double(hyperparameters.trainStep)),
            "seed": .number(Double(options.seed)),
        ])
        try addCustomScalars(
            CustomScalars([
                .init(
                    title: "losses",
                    charts: [
                        .lines("both losses", tags: ["discriminator_loss", "generator_loss"])
                    ])
            ]))
        if !options.about.isEmpty { try addText(options.about, tag: "about", step: Int64(step)) }
    }
}
