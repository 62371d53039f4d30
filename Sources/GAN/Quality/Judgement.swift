/// Something that says how good samples are.
public enum QualityMeasure: String, CaseIterable, Sendable, Hashable {
    /// The distance of normal distributions with the features' mean and covariance: 0 for the same,
    /// and above 0 for few samples of the same.
    case frechetDistance = "frechet_distance"
    /// The squared maximum mean discrepancy of the features, by a polynomial kernel and without bias:
    /// around 0 for samples of the same distribution, however few.
    case kernelDistance = "kernel_distance"
    /// How certain the classes are and how many: from 1 to their number (the Inception score, by
    /// another classifier).
    case classifierScore = "classifier_score"
    /// The classes that make at least 2 % of the samples.
    case classes
    /// How densely samples lie among real images: about 1.
    case density
    /// The share of real images with samples near them, in 0...1.
    case coverage

    /// Whether a smaller number is a better one.
    public var isBetterSmaller: Bool { self == .frechetDistance || self == .kernelDistance }
}

/// How good samples are.
public struct Judgement: Sendable, Equatable {
    /// How many samples.
    public let sampleCount: Int
    /// Each measure.
    public let values: [QualityMeasure: Double]
    /// The deviation of each measure, as far as the samples tell it: by how much it would differ for
    /// others of the same number. Empty where it was not asked for.
    public let deviations: [QualityMeasure: Double]
    /// The share of the samples that are of each class.
    public let classShares: [Double]

    /// One of the measures.
    public subscript(_ measure: QualityMeasure) -> Double { values[measure] ?? .nan }
}

extension Judgement {
    /// The fewest images that can be judged.
    public static let leastCount = 20

    /// Compares the features of samples with those of real images.
    ///
    /// The deviations are by the jackknife (Efron and Stein, Annals of Statistics 9, 1981): each measure
    /// once more without each tenth of the samples.
    ///
    /// - Parameters:
    ///   - samples: at least ``leastCount``.
    ///   - reference: the real images.
    ///   - pairLimit: the most samples for measures of pairs, of which there are the more.
    ///   - tellsDeviations: whether deviations are told.
    public init(
        _ samples: Features, reference: QualityReference, pairLimit: Int = 2000,
        tellsDeviations: Bool = true
    ) {
        precondition(samples.count >= Self.leastCount, "too few samples to judge")
        precondition(samples.size == reference.moments.mean.count, "another judge's features")
        let groups = tellsDeviations ? 10 : 1
        let starts = (0...groups).map { $0 * samples.count / groups }
        let rows = samples.rows(0..<samples.count)
        let center = reference.moments.mean
        let parts = (0..<groups).map {
            MomentSums(rows[starts[$0]..<starts[$0 + 1]], around: center)
        }
        let whole = parts.dropFirst().reduce(parts[0], +)
        let pairs = PairStatistics(
            rows[0..<min(samples.count, pairLimit)], reference.points(atMost: pairLimit),
            groups: groups)
        let classes = ClassStatistics(samples, groups: groups)

        func value(_ measure: QualityMeasure, without group: Int?) -> Double {
            switch measure {
            case .frechetDistance:
                Moments(group.map { whole - parts[$0] } ?? whole).frechetDistance(
                    to: reference.moments, root: reference.root)
            case .kernelDistance: pairs.kernelDistance(without: group)
            case .classifierScore: classes.score(without: group)
            case .classes: Double(classes.classes(without: group))
            case .density: pairs.density(without: group)
            case .coverage: pairs.coverage(without: group)
            }
        }
        var values: [QualityMeasure: Double] = [:]
        var deviations: [QualityMeasure: Double] = [:]
        for measure in QualityMeasure.allCases {
            values[measure] = value(measure, without: nil)
            guard tellsDeviations else { continue }
            let others = (0..<groups).map { value(measure, without: $0) }
            let mean = others.reduce(0, +) / Double(groups)
            let squares = others.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            deviations[measure] = (squares * Double(groups - 1) / Double(groups)).squareRoot()
        }
        sampleCount = samples.count
        (self.values, self.deviations) = (values, deviations)
        classShares = classes.shares()
    }
}
