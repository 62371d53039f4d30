internal import GAN
internal import TensorGraph

/// Networks whose steps are measured.
public enum BenchmarkNetwork: String, CaseIterable, Sendable {
    /// The article's.
    case article
    /// A DCGAN with hidden layers: noise 64 → 512 → 7 × 7 × 64 → 14 × 14 × 32 → 28 × 28 × 1, and back.
    case dcgan
    /// One without: noise 64 → 7 × 7 × 128 → 14 × 14 × 64 → 28 × 28 × 1, and back.
    case wideDCGAN = "dcgan-wide"

    /// The graph.
    func program(batchSize: Int) -> any AdversarialProgram {
        guard let dcgan else {
            var hyperparameters = Hyperparameters()
            hyperparameters.batchSize = batchSize
            return Program(hyperparameters, seed: 0)
        }
        return DCGANProgram(dcgan, seed: 0)
    }

    /// The networks, if they are a DCGAN.
    private var dcgan: DCGAN? {
        var networks = DCGAN()
        switch self {
        case .article: return nil
        case .dcgan: break
        case .wideDCGAN:
            networks.width = 64
            networks.hidden = nil
        }
        return networks
    }

    /// Whether the loss is fetched by a run of its own, after the step, as the article has it, or
    /// by the step's run.
    var fetchesLossAfterStep: Bool { self == .article }

    /// The numbers in a vector of noise.
    var noiseSize: Int { dcgan?.noiseSize ?? Article.noiseSize(Hyperparameters()) }

    /// Floating-point operations of a DCGAN's step, a multiply-add being two: of its products and
    /// convolutions, padding counted. Nil for other networks.
    func operations(of step: StepRunner.Step, batchSize: Int) -> Double? {
        guard let dcgan else { return nil }
        let channels = (1, dcgan.width, 2 * dcgan.width), taps = 16
        let image = 14 * 14 * taps * channels.0 * channels.1
        let middle = 7 * 7 * taps * channels.1 * channels.2
        let flat = 7 * 7 * channels.2
        let noise = dcgan.noiseSize * (dcgan.hidden ?? flat)
        let generator = noise + (dcgan.hidden ?? 0) * flat + middle + image
        let discriminator = image + middle + flat * (dcgan.hidden ?? 1) + (dcgan.hidden ?? 0)
        // Forward, by the input and by the weights; but no gradient of images or noise is needed.
        let multiplications =
            switch step {
            case .discriminator: generator + 2 * (3 * discriminator - image)
            case .generator: 3 * generator - noise + 2 * discriminator
            }
        return 2 * Double(multiplications * batchSize)
    }
}
