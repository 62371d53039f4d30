internal import Platform
public import TensorGraph

/// What a discriminator says of images, and how it is meant.
public struct DiscriminatorView {
    /// What it says of ``AdversarialProgram/inputX``, [N, 1].
    public let real: Tensor
    /// What it says of images made of ``AdversarialProgram/inputZ``, [N, 1].
    public let fake: Tensor
    /// How it is meant.
    public let meaning: Meaning

    /// How what a discriminator says is meant.
    public enum Meaning: Sendable {
        /// How probable it is that an image is real.
        case probability
        /// The logarithm of the odds.
        case logit
        /// Above 0 for real.
        case margin
        /// A function whose means differ by the distance of the images that it is of.
        case critic
    }

    /// - Parameters:
    ///   - real: of real images.
    ///   - fake: of generated ones.
    public init(real: Tensor, fake: Tensor, meaning: Meaning) {
        (self.real, self.fake, self.meaning) = (real, fake, meaning)
    }
}

extension AdversarialLoss {
    /// How it takes what a discriminator says.
    var meaning: DiscriminatorView.Meaning {
        switch self {
        case .article, .nonSaturating: .logit
        case .hinge: .margin
        case .wassersteinGP: .critic
        }
    }
}

/// What follows from what a discriminator says.
struct DiscriminatorFigures {
    /// log 2 minus half of the discriminator's loss: a lower bound of the divergence of Jensen and
    /// Shannon between real and generated images, in nats (Goodfellow et al., NIPS 2014, theorem 1);
    /// `nil` where it tells no probabilities.
    var jsDivergence: Double?
    /// The critic's estimate of the distance of Wasserstein; `nil` of what is no critic.
    var wassersteinDistance: Double?
    /// The share of real and of generated images that are held for what they are; `nil` of a critic.
    var accuracy: (real: Double, fake: Double)?
    /// The least probability that what is right was given; `nil` where it tells none.
    var leastCertainty: Double?

    init(real: [Float], fake: [Float], _ meaning: DiscriminatorView.Meaning) {
        let (real, fake) = (real.map(Double.init), fake.map(Double.init))
        func mean(_ values: [Double]) -> Double {
            values.reduce(0, +) / Double(max(values.count, 1))
        }
        func share(_ values: [Double], _ isRight: (Double) -> Bool) -> Double {
            Double(values.count(where: isRight)) / Double(max(values.count, 1))
        }
        switch meaning {
        case .probability:
            let loss = -mean(real.map { log($0 + 1e-12) }) - mean(fake.map { log(1 - $0 + 1e-12) })
            jsDivergence = log(2) - loss / 2
            accuracy = (share(real) { $0 > 0.5 }, share(fake) { $0 < 0.5 })
            leastCertainty = min(real.min() ?? 0, 1 - (fake.max() ?? 1))
        case .logit:
            let loss = mean(real.map { Self.softplus(-$0) }) + mean(fake.map(Self.softplus))
            jsDivergence = log(2) - loss / 2
            accuracy = (share(real) { $0 > 0 }, share(fake) { $0 < 0 })
            let least = min(real.min() ?? 0, -(fake.max() ?? 0))
            leastCertainty = exp(-Self.softplus(-least))
        case .margin:
            accuracy = (share(real) { $0 > 0 }, share(fake) { $0 < 0 })
        case .critic:
            wassersteinDistance = mean(real) - mean(fake)
        }
    }

    /// log(1 + eˣ) without overflow.
    private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-x.magnitude)) }
}
