internal import TensorGraph

extension Graph {
    /// The share of images that a discriminator judges rightly: a scalar in 0...1.
    ///
    /// - Parameters:
    ///   - real: what it says of real images.
    ///   - fake: what it says of generated ones.
    ///   - threshold: above it, it holds an image for real.
    func accuracy(_ real: Tensor, _ fake: Tensor, threshold: Float) -> Tensor {
        nameScope("accuracy") { _ in
            let realRight = reduceMean(cast(greater(real, threshold), .float))
            let fakeRight = reduceMean(cast(less(fake, threshold), .float))
            return (realRight + fakeRight) / 2
        }
    }
}
