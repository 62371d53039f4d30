/// A recipe by its name: a bundle of network, loss, optimizer and loop, of which ``RecipeSettings``
/// can change each part.
public enum NamedRecipe: String, CaseIterable, Sendable {
    case articleFull = "article-full"
    case dcgan
    case nonSaturating = "non-saturating"
    case hinge
    case wassersteinGP = "wasserstein-gp"

    /// What it is for, in a sentence.
    public var purpose: String {
        switch self {
        case .articleFull:
            "The article's networks and loss on all images, shuffled, with fresh noise: what its "
                + "author tried."
        case .dcgan:
            "A DCGAN with hidden layers: ten digits within a minute, good ones within four."
        case .nonSaturating:
            "The article's networks with a loss that does not overflow, on all images."
        case .hinge:
            "The DCGAN with hinge losses."
        case .wassersteinGP:
            "The DCGAN as a Wasserstein GAN with a gradient penalty: a loss that tells of progress."
        }
    }

    /// What a run of it is started with, unless other values are given.
    public var settings: RecipeSettings {
        var settings = RecipeSettings()
        settings.recipe = self
        switch self {
        case .articleFull, .nonSaturating:
            settings.network = .article
            settings.noiseSize = Sizes.generatorInput
            settings.loss = self == .articleFull ? .article : .nonSaturating
            settings.generatorLearningRate = 1e-3
            settings.discriminatorLearningRate = 2e-4
        case .dcgan, .hinge:
            if self == .hinge { settings.loss = .hinge }
            settings.generatorLearningRate = 2e-3
            settings.discriminatorLearningRate = 4e-4
            // With rates that stay, the distance still falls until here, and later stands.
            settings.decayAfter = 2000
        case .wassersteinGP:
            settings.loss = .wassersteinGP
            settings.discriminatorSteps = 2
            settings.discriminatorLearningRate = 1e-3
            settings.beta2 = 0.9
        }
        return settings
    }
}
