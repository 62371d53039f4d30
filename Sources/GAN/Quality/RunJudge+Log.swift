internal import TensorBoard
internal import TensorGraph

/// The tags of what a run's judge says.
enum QualityTag {
    static func measure(_ measure: QualityMeasure) -> String { "quality/\(measure.rawValue)" }
    static func floor(_ measure: QualityMeasure) -> String {
        "quality/\(measure.rawValue)_of_real_images"
    }
    static let digits = "quality/class_histogram"
    static let warnings = "warnings"
    static let nearest = "samples/nearest"
    /// The lowest distance of the run until then.
    static let lowestDistance = "quality/lowest_frechet_distance"
    /// What a log of few tags has.
    static let few = [measure(.frechetDistance), lowestDistance, warnings]

    /// The charts of all that is judged.
    static let charts = CustomScalars.Category(
        title: "quality",
        charts: [
            .lines(
                "Fréchet distance, and that of real images",
                tags: [measure(.frechetDistance), floor(.frechetDistance)]),
            .lines(
                "kernel distance, and that of real images",
                tags: [measure(.kernelDistance), floor(.kernelDistance)]),
            .lines(
                "density and coverage",
                tags: [
                    measure(.density), measure(.coverage), floor(.density), floor(.coverage),
                ]),
            .lines(
                "the discriminator's accuracy", tags: ["accuracy/real", "accuracy/generated"]),
        ])

    /// What a card says of a measure.
    static func words(_ measure: QualityMeasure, _ judge: Judge, count: Int) -> String {
        let meaning =
            switch measure {
            case .frechetDistance:
                "How far the samples are from real images: 0 would be the same. Of few samples it is "
                    + "greater, so compare it with that of as many real images."
            case .kernelDistance:
                "How far the samples are from real images, however few they are: about 0 would be "
                    + "the same."
            case .classifierScore:
                "How certain the classes are and how many, from 1 to \(judge.classCount)."
            case .classes: "The classes that make at least 2 % of the samples."
            case .density: "How densely samples lie among real images: about 1 for real ones."
            case .coverage: "The share of real images with samples near them."
            }
        return meaning + " Of \(count) samples, by the judge \(judge.version); numbers of other "
            + "classifiers are not comparable."
    }
}

extension RunJudge {
    /// The measures, each with that of real images.
    func add(
        _ report: QualityReport, _ standard: QualityStandard, _ features: Features,
        to summary: inout Summary
    ) {
        for measure in QualityMeasure.allCases {
            let needsClasses = measure == .classes || measure == .classifierScore
            guard standard.knowsClasses || !needsClasses else { continue }
            let words = QualityTag.words(
                measure, options.judge, count: report.judgement.sampleCount)
            summary.values.append(
                .init(
                    tag: QualityTag.measure(measure),
                    content: .scalar(Float(report.judgement[measure])),
                    metadata: .init(description: words)))
            guard let floor = standard.floor[measure], !needsClasses else { continue }
            summary.values.append(.scalar(Float(floor), tag: QualityTag.floor(measure)))
        }
        guard standard.knowsClasses else { return }
        summary.values.append(
            .histogram(features.classes.map { Float($0) }, tag: QualityTag.digits))
    }

    /// What the discriminator says, the norms of both networks, and what has gone wrong.
    func add(
        _ figures: DiscriminatorFigures?, _ warnings: [CollapseWarning], to summary: inout Summary
    ) throws {
        func add(_ number: Double?, _ tag: String, _ words: String) {
            guard let number else { return }
            summary.values.append(
                .init(
                    tag: tag, content: .scalar(Float(number)), metadata: .init(description: words)))
        }
        let images =
            feed.showsOtherImages
            ? " Of images that are not trained on."
            : " Of images that are trained on: there are no others."
        add(
            figures?.jsDivergence, "js_divergence",
            "log 2 minus half of the discriminator's loss: at most the divergence of Jensen and "
                + "Shannon between real and generated images, 0 to 0.693 nats." + images)
        add(
            figures?.wassersteinDistance, "wasserstein_distance",
            "The critic's mean of real images minus that of generated ones." + images)
        add(figures?.accuracy?.real, "accuracy/real", "Real images held for real." + images)
        add(
            figures?.accuracy?.fake, "accuracy/generated",
            "Generated images held for generated.")
        for (tag, norm) in try norms.values(session, feed: feed.shown) {
            summary.values.append(.scalar(Float(norm), tag: tag))
        }
        for warning in warnings {
            summary.values.append(
                .text("**\(warning.finding)**: \(warning.advice).", tag: QualityTag.warnings))
        }
    }
}
