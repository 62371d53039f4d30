internal import TensorBoard
internal import TensorGraph

/// What training writes for TensorBoard: at its start what is known of the run, for each pass what
/// the summary has and more, and how it ended.
///
/// TensorBoard sorts cards by their tags, capitals first: so losses come before images.
final class TrainingLog<R: Recipe> {
    let writer: SummaryWriter
    private let hparams: HParams
    /// Whether losses and distances are all that is logged.
    private let logsFewTags: Bool
    /// How many images are side by side in the grid; `nil` for what makes it nearly square.
    private let gridColumns: Int?
    /// The folder of a run that is resumed, whose hyperparameters and end are to replace the old ones.
    private let resumedFolder: String?
    /// Whether the last strip of images that was logged has the last ones.
    private var isStripLogged = true

    /// The losses once more, beside the summary's own tags: in charts of their own, above the images.
    enum Tag {
        /// The discriminator's loss on the images that it is trained on.
        static var discriminatorTraining: String { "D_loss/training" }
        /// Its loss on other images, which the summary has, too.
        static var discriminatorValidation: String { "D_loss/validation" }
        /// The generator's loss, which depends on no images, and which the summary has, too.
        static var generator: String { "G_loss" }
    }

    /// Begins to log: the graph, and what is known of the run.
    ///
    /// - Parameter step: The generator's step, after which a resumed run's log goes on.
    init(_ options: TrainingOptions<R>, _ graph: Graph, step: Int) throws {
        var writing = SummaryWriter.Options()
        if options.start.resumed != nil { writing.purgeStep = Int64(step) + 1 }
        let shards: [(String, HParams.Value)] =
            options.shards == 1 ? [] : [("shards", .number(Double(options.shards)))]
        hparams = HParams(
            options.hyperparameters.told.map { ($0.name, $0.logged(options.hyperparameters)) }
                + shards)
        gridColumns = R.gridColumns(options.hyperparameters)
        logsFewTags = options.logsFewTags
        resumedFolder = options.start.resumed == nil ? nil : options.runFolder
        writer = try SummaryWriter(logdir: options.runFolder, options: writing)
        if !logsFewTags { try writer.addGraph(graph.definition) }
        try addRun(options, step: step)
    }

    /// Logs hyperparameters, charts of the losses, and some words.
    private func addRun(_ options: TrainingOptions<R>, step: Int) throws {
        try writer.addHParams(hparams, experiment: options.isInLogFolder ? experiment : nil)
        if let resumedFolder { try SummaryWriter.replaceHParams(hparams, ofRun: resumedFolder) }
        let both = [Tag.discriminatorTraining, Tag.discriminatorValidation]
        let losses = CustomScalars.Category(
            title: "losses",
            charts: [
                .lines("discriminator: training and validation images", tags: both),
                .lines("generator", tags: [Tag.generator]),
            ])
        try writer.addCustomScalars(
            CustomScalars([losses] + (options.quality == nil ? [] : [QualityTag.charts])))
        if !options.about.isEmpty {
            try writer.addText(options.about, tag: "about", step: Int64(step))
        }
    }

    /// What the HParams tab shows of a run in the log folder itself. Without it TensorBoard takes that
    /// run's curves for those of a run `./.`, and finds none
    /// (`plugins/hparams/backend_context.py`, `_compute_metric_names`).
    private var experiment: HParamsExperiment {
        HParamsExperiment(
            hparams: hparams.values.map { value in
                if case .string = value.value {
                    .init(value.name, .anyString)
                } else {
                    .init(value.name, .anyNumber)
                }
            },
            metrics: [
                Tag.discriminatorTraining, Tag.discriminatorValidation, Tag.generator,
                R.tags.discriminatorLoss, R.tags.generatorLoss,
            ].map { .init($0) })
    }

    /// Logs a pass, at the generator's step: what the summary has; both losses; and the images once
    /// more as a grid, and as a strip with those of earlier passes.
    ///
    /// - Parameters:
    ///   - summary: What the program's summary has, of validation images.
    ///   - images: What the generator makes of the noise that the run keeps.
    ///   - discriminatorLoss: of the images that are trained on.
    ///   - generatorLoss: of the noise.
    func add(
        _ summary: Summary, images: [Image], discriminatorLoss: Float, generatorLoss: Float,
        step: Int,
        _ film: inout Film
    ) throws {
        var summary = summary
        summary.values.append(.scalar(discriminatorLoss, tag: Tag.discriminatorTraining))
        if let loss = summary.scalar(R.tags.discriminatorLoss) {
            summary.values.append(.scalar(loss, tag: Tag.discriminatorValidation))
        }
        summary.values.append(.scalar(generatorLoss, tag: Tag.generator))
        if logsFewTags {
            let tags = [Tag.discriminatorTraining, Tag.discriminatorValidation, Tag.generator]
            summary.values.removeAll { !tags.contains($0.tag) }
            try writer.add(summary, step: Int64(step))
            return
        }
        summary.values.append(
            .image(
                .grid(of: images, columns: gridColumns, gap: 2, background: 48), tag: "G_z_grid"))
        isStripLogged = film.add(images)
        if isStripLogged, let strip = film.strip() {
            summary.values.append(.image(strip, tag: "G_z_film"))
        }
        try writer.add(summary, step: Int64(step))
    }

    /// Logs the losses of a pass whose summary is not logged.
    func addLosses(_ discriminator: Float, _ generator: Float, step: Int) throws {
        var summary = Summary()
        summary.values.append(.scalar(discriminator, tag: Tag.discriminatorTraining))
        summary.values.append(.scalar(generator, tag: Tag.generator))
        try writer.add(summary, step: Int64(step))
    }

    /// Logs what a look at the samples gives.
    func add(_ look: Summary, step: Int) throws {
        var summary = look
        if logsFewTags { summary.values.removeAll { !QualityTag.few.contains($0.tag) } }
        guard !summary.values.isEmpty else { return }
        try writer.add(summary, step: Int64(step))
    }

    /// Logs what there is to say at the end, and closes the file.
    func end(_ film: Film, step: Int, video: Bool, _ end: TrainingResult.End) throws {
        let step = Int64(step)
        if !isStripLogged, let strip = film.strip() {
            try writer.addImage(strip, tag: "G_z_film", step: step)
        }
        if video, let video = film.video() {
            try writer.addVideo(video, tag: "G_z_video", step: step)
        }
        let status: HParams.Status =
            switch end {
            case .done, .timeIsUp: .success
            case .stopped, .paused: .unknown
            case .stalled, .collapsed: .failure
            }
        try endRun(status)
    }

    private func endRun(_ status: HParams.Status) throws {
        try writer.endHParams(status: status)
        try writer.close()
        if let resumedFolder {
            try SummaryWriter.replaceHParams(hparams, status: status, ofRun: resumedFolder)
        }
    }

    /// Closes the file after an error, if it can still be written.
    func abandon() {
        try? endRun(.failure)
        try? writer.close()
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

    /// The number under `tag`.
    fileprivate func scalar(_ tag: String) -> Float? {
        for value in values where value.tag == tag {
            if case .scalar(let number) = value.content { return number }
        }
        return nil
    }
}
