internal import TensorGraph

extension AdversarialLoss {
    /// What each network makes small, of what the discriminator says of real and of generated
    /// images: scalars.
    ///
    /// | loss | discriminator | generator |
    /// |---|---|---|
    /// | article | -mean(log(D + 1e-12) + log(1 - D(G) + 1e-12)) | -mean(log(D(G) + 1e-12)) |
    /// | non-saturating | mean(softplus(-d) + softplus(d(G))) | mean(softplus(-d(G))) |
    /// | hinge | mean(relu(1 - d) + relu(1 + d(G))) | -mean(d(G)) |
    /// | wasserstein-gp | mean(d(G) - d), and the penalty | -mean(d(G)) |
    ///
    /// with d the logit and D its sigmoid (Goodfellow et al., NIPS 2014; Lim and Ye, "Geometric
    /// GAN", 2017; Gulrajani et al., "Improved training of Wasserstein GANs", NIPS 2017).
    ///
    /// - Parameters:
    ///   - real: d(x), [N, 1].
    ///   - fake: d(G(z)), [N, 1].
    func losses(real: Tensor, fake: Tensor) -> (discriminator: Tensor, generator: Tensor) {
        let tf = real.graph
        switch self {
        case .article:
            let (real, fake) = (tf.sigmoid(real), tf.sigmoid(fake))
            return (
                -tf.reduceMean(tf.log(real + 1e-12) + tf.log(1 - fake + 1e-12)),
                -tf.reduceMean(tf.log(fake + 1e-12))
            )
        case .nonSaturating:
            return (
                tf.reduceMean(tf.softplus(-real) + tf.softplus(fake)),
                tf.reduceMean(tf.softplus(-fake))
            )
        case .hinge:
            return (
                tf.reduceMean(tf.relu(1 - real) + tf.relu(1 + fake)), -tf.reduceMean(fake)
            )
        case .wassersteinGP:
            return (tf.reduceMean(fake - real), -tf.reduceMean(fake))
        }
    }
}

extension Graph {
    /// mean((|∂d/∂x| - 1)²), a scalar: how far a critic is from changing by 1 for each unit of
    /// distance (Gulrajani et al., NIPS 2017, equation 3).
    ///
    /// - Parameters:
    ///   - logits: d(x), [N, 1], each of its own row of x alone.
    ///   - x: [N, 784].
    func gradientPenalty(_ logits: Tensor, at x: Tensor) -> Tensor {
        guard let gradient = gradients(of: logits, withRespectTo: [x], name: "penalty")[0] else {
            preconditionFailure("\(logits) does not depend on \(x)")
        }
        // The root's slope at 0 is infinite.
        let norm = sqrt(reduceSum(square(gradient), axes: [1]) + 1e-12)
        return reduceMean(square(norm - 1))
    }
}
