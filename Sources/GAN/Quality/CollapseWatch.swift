/// What of a run has gone wrong, so that going on as it is will hardly help.
public struct CollapseWarning: Sendable, Equatable {
    /// What it is.
    public let kind: Kind
    /// What was seen, in a sentence without its full stop.
    public let finding: String

    /// What can go wrong.
    public enum Kind: String, Sendable, CaseIterable {
        /// The discriminator is certain of every image, so that its gradient tells the generator
        /// nothing.
        case saturated
        /// All samples are alike.
        case alike
        /// Classes that were there are lost.
        case lostClasses
        /// The Fréchet distance has been rising for long.
        case rising
    }

    /// What to try, in a sentence without its full stop.
    public var advice: String {
        switch kind {
        case .saturated:
            "try a smaller --discriminator-learning-rate, or --loss non-saturating or hinge"
        case .alike:
            "try another --seed, a smaller --generator-learning-rate, or --recipe dcgan"
        case .lostClasses:
            "try a smaller --generator-learning-rate, a larger --batch-size, or another --seed"
        case .rising:
            "the best checkpoint is kept as best: stop here, or try a smaller learning rate"
        }
    }
}

extension CollapseWarning: CustomStringConvertible {
    /// What was seen and what to try.
    public var description: String { "\(finding); \(advice)" }
}

/// Recognises that a generator has collapsed, from one judgement after the other.
///
/// A generator that has just begun makes samples that are all alike: nothing is said of that before it
/// has had steps enough. Each warning is given once, and again only after it was over.
struct CollapseWatch: Sendable {
    /// What a judgement tells of.
    struct Sight: Sendable {
        var frechetDistance: Double
        /// The total variance of the samples' features, as a share of that of real images'.
        var spread: Double
        /// The classes of at least 2 % of the samples; `nil` where the judge knows none.
        var classes: Int?
        /// The probability that the discriminator gives to what is right, at least, of all the real and
        /// the generated images that it was shown; `nil` where it tells no probabilities.
        var leastCertainty: Double?
        /// The generator's steps done.
        var generatorSteps = Int.max
    }

    /// Fewer steps of the generator are a beginning.
    static let leastSteps = 1000
    /// How many judgements in a row have to say the same.
    static let patience = 3
    /// A distance is high that is above so many times the lowest one.
    static let riseFactor = 1.5
    /// How many judgements may pass without a lower distance.
    static let risePatience = 8
    /// Samples are alike whose variance is below this share of real images'.
    static let leastSpread = 0.05
    /// A discriminator is saturated that gives what is right at least this probability for each image.
    static let greatestCertainty = 0.9999

    private var counts: [CollapseWarning.Kind: Int] = [:]
    private var mostClasses = 0
    private var lowest = Double.infinity
    private var sinceLowest = 0

    /// Notes a judgement.
    ///
    /// - Returns: what has gone wrong since the last one.
    mutating func note(_ sight: Sight) -> [CollapseWarning] {
        if sight.frechetDistance < lowest {
            (lowest, sinceLowest) = (sight.frechetDistance, 0)
        } else {
            sinceLowest += 1
        }
        let classes = sight.classes ?? 0
        mostClasses = max(mostClasses, classes)
        let isHigh = !(sight.frechetDistance <= Self.riseFactor * lowest)
        return [
            note(.saturated, (sight.leastCertainty ?? 0) >= Self.greatestCertainty) {
                "the discriminator is certain of every image, real or generated"
            },
            note(
                .alike,
                !(sight.spread >= Self.leastSpread) && sight.generatorSteps >= Self.leastSteps
            ) {
                "the samples are all alike"
            },
            note(.lostClasses, sight.classes != nil && classes <= mostClasses - 2) {
                [mostClasses] in
                "\(classes) classes are left of \(mostClasses)"
            },
            note(.rising, isHigh && sinceLowest >= Self.risePatience) { [lowest] in
                "the Fréchet distance has risen from \(QualityReport.rounded(lowest)) to "
                    + QualityReport.rounded(sight.frechetDistance)
            },
        ].compactMap(\.self)
    }

    /// Counts how long something has been so; the warning when that is long enough.
    private mutating func note(
        _ kind: CollapseWarning.Kind, _ isSo: Bool, _ finding: () -> String
    ) -> CollapseWarning? {
        counts[kind] = isSo ? counts[kind, default: 0] + 1 : 0
        guard counts[kind] == Self.patience else { return nil }
        return CollapseWarning(kind: kind, finding: finding())
    }
}
