import ArgumentParser
import Datasets
import GAN

/// What `gan train` says of a recipe and asks of its data.
protocol TrainedRecipe: Recipe {
    /// What it is called between processes.
    static var kind: String { get }
    /// Whether the steps of a pass are not known beforehand.
    static var hasUncertainPasses: Bool { get }
    /// What is known of how long passes will be; `nil` where all are alike.
    static func forecast(
        _ hyperparameters: Hyperparameters, isTrainedBefore: Bool
    ) -> StepForecast?
    /// The generator's steps that passes take at least, counted from 0.
    static func certainSteps(inPasses passes: Range<Int>) -> Int
    /// The generator's learning rate.
    static func learningRate(_ hyperparameters: Hyperparameters) -> Float
    /// How many images are kept to validate with.
    static var validationCount: Int { get }
    /// Passes between two checkpoints, unless the command line says otherwise.
    static var checkpointEvery: Int { get }
    /// Seconds between two judgements of samples, unless the command line says otherwise; 0 for none.
    static var judgeEvery: Double { get }

    /// The hyperparameters that the command line gives, with those of a resumed run.
    ///
    /// - Throws: `ValidationError` for what cannot be trained on this data.
    static func hyperparameters(
        _ flags: HyperparameterFlags, saved: SavedRun<Self>?, _ data: MNIST, folder: String?
    ) throws -> Hyperparameters

    /// What to try next, said when all passes are done; `nil` for nothing.
    static var next: String? { get }

    /// Which images the run sees, in words.
    static func images(_ hyperparameters: Hyperparameters, _ data: MNIST, folder: String?) -> String
    /// What the log says of that, in Markdown.
    static func about(_ hyperparameters: Hyperparameters, images: String) -> String
}

extension TrainedRecipe {
    /// All images of the data, in words.
    static func source(_ data: MNIST, folder: String?) -> String {
        folder.map { "\(data.all.count) in \($0)" } ?? "\(data.all.count) built in"
    }
}

extension Article: TrainedRecipe {
    static var kind: String { "article" }
    static var hasUncertainPasses: Bool { true }
    static var next: String? {
        "to see ten digits grow, from all images: \(System.commandName) train --recipe dcgan"
    }
    static var checkpointEvery: Int { 100 }
    static var judgeEvery: Double { 0 }
    static var validationCount: Int { MNIST.validationCount }

    static func forecast(
        _ hyperparameters: Hyperparameters, isTrainedBefore: Bool
    ) -> StepForecast? {
        StepForecast(hyperparameters, isTrainedBefore: isTrainedBefore)
    }

    static func certainSteps(inPasses passes: Range<Int>) -> Int {
        ArticleLoop.certainSteps(inPasses: passes)
    }

    static func learningRate(_ hyperparameters: Hyperparameters) -> Float {
        hyperparameters.learningRate
    }

    static func hyperparameters(
        _ flags: HyperparameterFlags, saved: SavedRun<Article>?, _ data: MNIST, folder: String?
    ) throws -> Hyperparameters {
        let hyperparameters = try flags.applied(to: saved?.hyperparameters)
        let batchSize = hyperparameters.batchSize
        guard batchSize <= data.train.count else {
            throw ValidationError(
                "--batch-size \(batchSize) is more than the \(data.train.count) images to train "
                    + "on; make it smaller"
                    + (folder == nil ? ", or give more images by --data" : ""))
        }
        guard batchSize <= data.validation.count else {
            throw ValidationError(
                "--batch-size \(batchSize) is more than the \(data.validation.count) images of "
                    + "validation, which feed the summaries; make it smaller")
        }
        return hyperparameters
    }

    static func images(_ hyperparameters: Hyperparameters, _ data: MNIST, folder: String?) -> String
    {
        "the same \(hyperparameters.batchSize) of the \(source(data, folder: folder)), with the same "
            + "noise, in every step"
    }

    static func about(_ hyperparameters: Hyperparameters, images: String) -> String {
        """
        Images: \(images), as the article's \
        loop has it. So the generator ends with one shape for all vectors of noise, as the \
        article's does.

        `D_loss/training` is of those images; `D_loss/validation`, the article's \
        `discriminator_loss`, of \(hyperparameters.batchSize) others: how far they are apart is how \
        far the \
        discriminator knows its images by heart. `G_loss`, the article's `generator_loss`, depends \
        on no images.
        """
    }
}

extension DataRecipe: TrainedRecipe {
    static var kind: String { "data" }
    static var hasUncertainPasses: Bool { false }
    static var next: String? { nil }
    static var checkpointEvery: Int { 1000 }
    static var judgeEvery: Double { 10 }
    static var validationCount: Int { 0 }

    static func forecast(_ settings: RecipeSettings, isTrainedBefore: Bool) -> StepForecast? { nil }

    static func certainSteps(inPasses passes: Range<Int>) -> Int { passes.count }

    static func learningRate(_ settings: RecipeSettings) -> Float {
        settings.generatorLearningRate
    }

    static func hyperparameters(
        _ flags: HyperparameterFlags, saved: SavedRun<DataRecipe>?, _ data: MNIST, folder: String?
    ) throws -> RecipeSettings {
        var start = saved?.hyperparameters ?? NamedRecipe.dcgan.settings
        if saved == nil, case .named(let recipe)? = flags.recipe { start = recipe.settings }
        if flags.conditional {
            guard data.all.labels != nil else {
                throw ValidationError(
                    "--conditional needs labels, which the images in \(folder ?? "the program") have "
                        + "not; put them into a folder for each class, or leave it out")
            }
            try data.checkClasses(path: folder ?? "the embedded images")
        }
        let settings = try flags.applied(
            to: start, isResumed: saved != nil, imageCount: data.all.count,
            classNames: data.classNames)
        if let saved { try checkIsSame(settings, as: saved.hyperparameters) }
        let source = source(data, folder: folder)
        guard settings.batchSize <= data.all.count else {
            throw ValidationError(
                "--batch-size \(settings.batchSize) is more than the images there are, \(source); "
                    + "make it smaller, or give more images by --data")
        }
        if settings.network == .article {
            if settings.classCount > 0 {
                throw ValidationError(
                    "--conditional needs --network dcgan: the article's networks take no labels")
            }
            let noiseSize = NamedRecipe.articleFull.settings.noiseSize
            guard settings.noiseSize == noiseSize else {
                throw ValidationError(
                    "--noise-size \(settings.noiseSize) needs --network dcgan: the article's "
                        + "generator takes \(noiseSize) numbers")
            }
        }
        return settings
    }

    /// Refuses to go on with a run as another one.
    private static func checkIsSame(
        _ settings: RecipeSettings, as saved: RecipeSettings
    ) throws {
        let free = [
            "train_times", "train_step", "generator_learning_rate", "discriminator_learning_rate",
            "decay_after",
        ]
        for hyperparameter in RecipeSettings.all where !free.contains(hyperparameter.name) {
            let (now, then) = (hyperparameter.text(settings), hyperparameter.text(saved))
            guard now == then else {
                let flag =
                    hyperparameter.name == "classes"
                    ? "conditional" : hyperparameter.name.replacing("_", with: "-")
                throw ValidationError(
                    "the run was trained with \(hyperparameter.name.replacing("_", with: " ")) "
                        + "\(then.isEmpty ? "(none)" : then), not \(now): resume it without --\(flag), or begin a new run"
                )
            }
        }
    }

    static func images(
        _ settings: RecipeSettings, _ data: MNIST, folder: String?
    ) -> String {
        "all \(source(data, folder: folder)), shuffled, \(settings.batchSize) in a step, with fresh "
            + "noise"
    }

    static func about(_ settings: RecipeSettings, images: String) -> String {
        let values = settings.told.map {
            "| \($0.name.replacing("_", with: " ")) | \($0.text(settings)) |"
        }
        return """
            Recipe \(settings.recipe.rawValue): \(settings.recipe.purpose)

            Images: \(images). Samples are of the average of the generator's weights.

            `D_loss/training` and `G_loss` are of the last step's images and noise; \
            `D_loss/validation` of images that are not trained on, where there are such.

            | | |
            |---|---|
            \(values.joined(separator: "\n"))
            """
    }
}
