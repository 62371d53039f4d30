import ArgumentParser
import GAN

/// The numbers and names of a recipe, as far as the command line gives other ones.
struct HyperparameterFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The bundle of network, loss, optimizer and loop to begin with; gan recipes lists them. "
                + "(default: article)",
            valueName: "name"),
        transform: RecipeName.init(argument:))
    var recipe: RecipeName?

    @Option(.of("train_times")) var trainTimes: FlagValue?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Times that all images are gone through, in place of --train-times.", valueName: "n"),
        transform: NumberFlag.count)
    var epochs: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Seconds after which training ends; without --train-times and --epochs nothing else "
                + "ends it.",
            valueName: "x"),
        transform: NumberFlag.positiveSeconds)
    var timeLimit: Double?

    @Option(.of("train_step")) var trainStep: FlagValue?
    @Option(.of("batch_size")) var batchSize: FlagValue?
    @Option(.of("learning_rate")) var learningRate: FlagValue?
    @Option(.of("generator_learning_rate")) var generatorLearningRate: FlagValue?
    @Option(.of("discriminator_learning_rate")) var discriminatorLearningRate: FlagValue?
    @Option(.of("decay_after")) var decayAfter: FlagValue?
    @Option(.of("beta1")) var beta1: FlagValue?
    @Option(.of("beta2")) var beta2: FlagValue?
    @Option(.of("network")) var network: FlagValue?
    @Option(.of("loss")) var loss: FlagValue?
    @Option(.of("penalty")) var penalty: FlagValue?
    @Option(.of("discriminator_steps")) var discriminatorSteps: FlagValue?
    @Option(.of("width")) var width: FlagValue?
    @Option(.of("hidden")) var hidden: FlagValue?
    @Option(.of("noise_size")) var noiseSize: FlagValue?
    @Option(.of("ema")) var averageDecay: FlagValue?

    @Flag(help: "Train with the images' labels, so that a class can be asked for.")
    var conditional = false

    @Option(.of("seed")) var seed: FlagValue?

    func validate() throws {
        if epochs != nil, trainTimes != nil {
            throw ValidationError("--epochs and --train-times say the same: give one of them")
        }
    }

    private var values: [FlagValue] {
        [
            trainTimes, trainStep, batchSize, learningRate, generatorLearningRate,
            discriminatorLearningRate, decayAfter, beta1, beta2, network, loss, penalty,
            discriminatorSteps,
            width, hidden, noiseSize, averageDecay, seed,
        ].compactMap(\.self)
    }

    /// The article's numbers, or those of a resumed run, with those of the command line.
    func applied(to saved: Hyperparameters?) throws -> Hyperparameters {
        var result = saved ?? Hyperparameters()
        if conditional || epochs != nil {
            throw Self.isNotTheArticles(conditional ? "--conditional" : "--epochs")
        }
        for value in values {
            guard let article = value.article else { throw Self.isNotTheArticles(value.flag) }
            try value.setting(article)(&result)
        }
        if timeLimit != nil, trainTimes == nil, saved == nil { result.trainTimes = Self.unlimited }
        return result
    }

    /// The settings of a recipe, or those of a resumed run, with those of the command line.
    ///
    /// - Parameter classNames: the classes that the images have; none where they have no labels.
    func applied(
        to start: RecipeSettings, isResumed: Bool, imageCount: Int, classNames: [String]
    ) throws -> RecipeSettings {
        var result = start
        for value in values { try value.setting(value.recipe)(&result) }
        if conditional { result.classNames = classNames }
        if let epochs {
            let passes = epochs.multipliedReportingOverflow(
                by: max(1, imageCount / (result.batchSize * result.discriminatorSteps)))
            guard !passes.overflow, passes.partialValue <= Self.unlimited else {
                throw ValidationError("--epochs \(epochs) are more than \(Self.unlimited) passes")
            }
            result.trainTimes = passes.partialValue
        } else if timeLimit != nil, trainTimes == nil {
            result.trainTimes = Self.unlimited
        }
        // Nothing but the article's networks takes another number of the article's noise.
        if result.network == .article, noiseSize == nil, !isResumed {
            result.noiseSize = NamedRecipe.articleFull.settings.noiseSize
        }
        return result
    }

    private static let unlimited = TrainingLimit.passes

    private static func isNotTheArticles(_ flag: String) -> ValidationError {
        ValidationError(
            "\(flag) means nothing to the article's recipe, which trains on ten images as the article "
                + "does: give --recipe article-full for its networks on all images, or --recipe "
                + "dcgan")
    }
}

/// A recipe that can be named: the article's, or one of those that train on all images.
enum RecipeName: Equatable {
    case article
    case named(NamedRecipe)

    /// All names, in the order in which they are listed.
    static let all: [RecipeName] = [.article] + NamedRecipe.allCases.map { .named($0) }

    @Sendable init(argument: String) throws {
        guard let recipe = Self.all.first(where: { $0.name == argument }) else {
            let names = Self.all.map(\.name).joined(separator: ", ")
            throw ValidationError("it must be one of \(names)")
        }
        self = recipe
    }

    /// The name on the command line.
    var name: String {
        switch self {
        case .article: "article"
        case .named(let recipe): recipe.rawValue
        }
    }

    /// What it is for, in a sentence.
    var purpose: String {
        switch self {
        case .article:
            "The article's networks and loop, to the bit: ten images and ten vectors of noise."
        case .named(let recipe): recipe.purpose
        }
    }
}

/// The text of a flag, as the article's numbers and as a recipe's settings have it.
struct FlagValue {
    /// The flag, with its hyphens.
    let flag: String
    let text: String
    /// What it sets of the article's numbers, or why it is none; `nil` where the article has no such.
    let article: Result<Hyperparameter<Hyperparameters>.Setting, HyperparameterError>?
    /// What it sets of a recipe's settings, or why it cannot.
    let recipe: Result<Hyperparameter<RecipeSettings>.Setting, HyperparameterError>?

    /// What a text sets.
    ///
    /// - Throws: `ValidationError`.
    func setting<Setting>(_ result: Result<Setting, HyperparameterError>?) throws -> Setting {
        guard let result else { throw ValidationError("\(flag) means nothing to this recipe") }
        do {
            return try result.get()
        } catch {
            throw ValidationError(
                "The value '\(text)' is invalid for '\(flag)': \(error.description)")
        }
    }
}

/// All that a flag is made of, but its value.
struct HyperparameterFlag {
    let name: String
    let explanation: String
    let valueName: String
    let article: Hyperparameter<Hyperparameters>?
    let recipe: [Hyperparameter<RecipeSettings>]

    /// The flag of a hyperparameter's name; `learning_rate` is that of both networks.
    static func of(_ name: String) -> HyperparameterFlag {
        let article = Hyperparameters.all.first { $0.name == name }
        let names =
            name == "learning_rate"
            ? ["generator_learning_rate", "discriminator_learning_rate"] : [name]
        let recipe = RecipeSettings.all.filter { names.contains($0.name) }
        let standards = [
            article.map { $0.text(Hyperparameters()) },
            name == "seed" || name == "learning_rate"
                ? nil
                : recipe.first.map {
                    let text = $0.text(NamedRecipe.dcgan.settings)
                    return article == nil ? text : "\(text) for others"
                },
        ].compactMap(\.self)
        let explanation = article?.explanation ?? recipe.first?.explanation ?? ""
        return HyperparameterFlag(
            name: name,
            explanation: "\(explanation) (default: \(standards.joined(separator: "; ")))",
            valueName: article?.valueName ?? recipe.first?.valueName ?? "x", article: article,
            recipe: recipe)
    }

    /// What a text of it says.
    ///
    /// - Throws: `ValidationError` where no recipe takes it.
    @Sendable func value(_ text: String) throws -> FlagValue {
        func result<Setting>(_ parse: () throws -> Setting) -> Result<Setting, HyperparameterError>
        {
            Result(catching: parse).mapError {
                $0 as? HyperparameterError ?? HyperparameterError(description: "\($0)")
            }
        }
        let article = article.map { article in result { try article.parse(text) } }
        let settings = recipe.map { one in result { try one.parse(text) } }
        let recipe: Result<Hyperparameter<RecipeSettings>.Setting, HyperparameterError>? =
            settings.isEmpty
            ? nil
            : result {
                let all = try settings.map { try $0.get() }
                return { values in for set in all { set(&values) } }
            }
        let results: [HyperparameterError?] = [article?.failure, recipe?.failure]
        if (article == nil || results[0] != nil) && (recipe == nil || results[1] != nil),
            let error = results.compactMap(\.self).first
        {
            throw ValidationError(error.description)
        }
        return FlagValue(
            flag: "--\(name.replacing("_", with: "-"))", text: text, article: article,
            recipe: recipe)
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

extension Option where Value == FlagValue? {
    /// A flag for a hyperparameter: all that is told of it follows from its declaration.
    fileprivate init(_ flag: HyperparameterFlag) {
        self.init(
            name: .customLong(flag.name.replacing("_", with: "-")), parsing: .unconditional,
            help: ArgumentHelp("\(flag.explanation)", valueName: flag.valueName),
            transform: flag.value)
    }
}
