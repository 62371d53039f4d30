public import TensorGraph

extension Network {
    /// -mean(log D(x) + log(1 - D(G(z)))), a scalar: how badly the discriminator tells images from
    /// fakes.
    ///
    /// 1 - D(G(z)) + 1e-12 has to be computed as it stands: taken together as (1 + 1e-12) - D(G(z))
    /// it is 0 in float32 once the discriminator is sure, and the loss infinite.
    public func discriminatorLoss(_ real: Tensor, _ fake: Tensor) -> Tensor {
        let loss = -tf.reduceMean(tf.log(real + 1e-12) + tf.log(1 - fake + 1e-12))
        tf.scalarSummary("discriminator_loss", loss)
        return loss
    }

    /// -mean(log D(G(z))), a scalar: how badly the generator deceives the discriminator.
    public func generatorLoss(_ fake: Tensor) -> Tensor {
        let loss = -tf.reduceMean(tf.log(fake + 1e-12))
        tf.scalarSummary("generator_loss", loss)
        return loss
    }
}
