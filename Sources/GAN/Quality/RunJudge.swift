internal import Datasets
internal import TensorBoard
internal import TensorGraph

/// Judges a run's samples from time to time.
final class RunJudge<R: Recipe> {
    let options: QualityOptions
    private let data: MNIST
    private let threads: Int?
    let program: R.Program
    let session: Session
    let feed: R.Feed
    let maker: SampleMaker<R>
    let norms: NetworkNorms

    /// The judge at work, and what it measures by: made when it is first needed.
    private var judging: (session: JudgeSession, standard: QualityStandard)?
    private var watch: CollapseWatch
    /// The lowest distance so far.
    private(set) var bestDistance = Double.infinity
    private(set) var last: QualityReport?
    private var lookCount = 0

    /// When the run began, when a judgement is due, and what judging has cost.
    private let began = ContinuousClock.now
    private var due: ContinuousClock.Instant
    private(set) var cost = Duration.zero

    /// Of the noise of samples that are judged: no other use has the same.
    private static var seed: UInt32 { 0x6a75_6467 }

    init(
        _ options: QualityOptions, _ data: MNIST, _ program: R.Program, _ session: Session,
        _ hyperparameters: R.Hyperparameters, feed: R.Feed, bestDistance: Double?, threads: Int?
    ) {
        (self.options, self.data, self.threads) = (options, data, threads)
        (self.program, self.session, self.feed) = (program, session, feed)
        watch = options.watch
        maker = SampleMaker(program, session, hyperparameters)
        norms = NetworkNorms(program.graph)
        if let bestDistance { self.bestDistance = bestDistance }
        due = .now.advanced(by: .seconds(options.every))
    }

    /// Whether samples should be judged now.
    var isDue: Bool { ContinuousClock.now >= due }

    /// What a look at the samples gives.
    struct Look {
        let report: QualityReport
        /// What the log shows of it.
        let summary: Summary
        /// Whether no samples of the run were better.
        let isBest: Bool
    }

    /// Judges samples of the weights as they are now.
    ///
    /// - Parameter isLast: whether training has ended: more samples are judged, if there was time
    ///   enough for them.
    func look(passes: Int, generatorSteps: Int, isLast: Bool) throws -> Look {
        let start = ContinuousClock.now
        defer {
            let now = ContinuousClock.now
            cost += start.duration(to: now)
            due = max(
                now.advanced(by: .seconds(options.every)),
                began.advanced(by: cost / options.greatestShare))
        }
        lookCount += 1
        let (judge, standard) = try ready()
        let samples = try samples(judge, count: options.sampleCount)
        let judgement = Judgement(
            samples.features, reference: standard.reference, pairLimit: Self.pairLimit,
            tellsDeviations: false)
        let distance = judgement[.frechetDistance]
        let figures = try discriminatorFigures()
        let spread =
            samples.features.totalVariance / max(standard.reference.moments.covariance.trace, 1e-12)
        let warnings = watch.note(
            CollapseWatch.Sight(
                frechetDistance: distance, spread: spread,
                classes: standard.knowsClasses ? Int(judgement[.classes]) : nil,
                leastCertainty: figures?.leastCertainty, generatorSteps: generatorSteps))
        let isBest = distance < bestDistance
        if isBest { bestDistance = distance }
        var report = QualityReport(
            passes: passes, generatorSteps: generatorSteps, judgement: judgement,
            floor: standard.floor, floorCount: standard.floorCount,
            knowsClasses: standard.knowsClasses, bestDistance: bestDistance, warnings: warnings)
        var summary = Summary()
        add(report, standard, samples.features, to: &summary)
        try add(figures, warnings, to: &summary)
        try addPictures(
            samples, judge.judge, isWithNearest: isLast || lookCount % 8 == 2, data,
            knowsClasses: standard.knowsClasses, to: &summary)
        if isLast, options.finalSampleCount > options.sampleCount {
            report = try final(report, judge, standard, spent: start.duration(to: .now))
        }
        last = report
        return Look(report: report, summary: summary, isBest: isBest)
    }

    /// At most so many samples are looked at in pairs while training goes on.
    private static var pairLimit: Int { 1000 }

    /// The report of more samples, if training took so long that they do not matter beside it.
    private func final(
        _ report: QualityReport, _ judge: JudgeSession, _ standard: QualityStandard,
        spent: Duration
    ) throws -> QualityReport {
        let count = options.finalSampleCount
        let factor = Double(count) / Double(options.sampleCount)
        guard began.duration(to: .now) * options.greatestShare * 2 > spent * factor else {
            return report
        }
        let samples = try samples(judge, count: count)
        var report = report
        report.judgement = Judgement(
            samples.features, reference: standard.reference, tellsDeviations: true)
        let standard =
            options.isBuiltInData
            ? try QualityStandard(builtIn: judge, count: count, sample: data)
            : try QualityStandard(data, judge, count: count)
        (report.floor, report.floorCount) = (standard.floor, standard.floorCount)
        return report
    }

    private func ready() throws -> (session: JudgeSession, standard: QualityStandard) {
        if let judging { return judging }
        let session = try JudgeSession(options.judge, threads: threads)
        let count = options.sampleCount
        let standard =
            options.isBuiltInData
            ? try QualityStandard(
                builtIn: session, count: count, pairLimit: Self.pairLimit, sample: data)
            : try QualityStandard(data, session, count: count, pairLimit: Self.pairLimit)
        judging = (session, standard)
        return (session, standard)
    }

    /// Samples, what the judge sees in them, and their pixels, [count, 784].
    func samples(
        _ judge: JudgeSession, count: Int
    ) throws -> (features: Features, pixels: [Float]) {
        let noise = maker.noise(count: count, seed: Self.seed)
        let size = maker.noiseSize
        let make = try maker.maker()
        var pixels: [Float] = []
        pixels.reserveCapacity(count * 784)
        let features = try judge.features(count: count) { part in
            let made = try make(
                noise[part.lowerBound * size..<part.upperBound * size], part.lowerBound)
            pixels += made
            return made
        }
        return (features, pixels)
    }

    /// What the discriminator says of images that it is not trained on, where there are such.
    private func discriminatorFigures() throws -> DiscriminatorFigures? {
        guard let view = program.discriminatorView else { return nil }
        let values = try session.run([view.real, view.fake], feed: feed.shown, effects: .none)
        return DiscriminatorFigures(
            real: values[0].floats, fake: values[1].floats, view.meaning)
    }
}

extension Features {
    /// The sum of the variances of all features.
    var totalVariance: Double {
        values.withUnsafeBufferPointer { values in
            (0..<size).reduce(0.0) { total, column in
                var (sum, squares) = (0.0, 0.0)
                for row in 0..<count {
                    let value = Double(values[row * size + column])
                    sum += value
                    squares += value * value
                }
                let mean = sum / Double(max(count, 1))
                return total + max(squares / Double(max(count, 1)) - mean * mean, 0)
            }
        }
    }
}
