/// How well a classifier does at each threshold: what TensorBoard draws as precision over recall.
public struct PrecisionRecallCurve: Sendable, Equatable {
    private enum Source: Equatable {
        case predictions([Float], labels: [Bool], weights: [Float]?, thresholds: Int)
        case counts(Counts)
    }

    private let source: Source

    /// What was counted at each of the thresholds, which rise in equal steps from 0 to 1.
    public struct Counts: Sendable, Equatable {
        /// Positives that were taken for such.
        public var truePositives: [Float]
        /// Negatives that were taken for positives.
        public var falsePositives: [Float]
        /// Negatives that were taken for such.
        public var trueNegatives: [Float]
        /// Positives that were taken for negatives.
        public var falseNegatives: [Float]
        /// What part of those taken for positives are.
        public var precision: [Float]
        /// What part of the positives was taken for such.
        public var recall: [Float]

        /// Makes a record of what was counted; precision and recall follow unless they are given.
        ///
        /// - Precondition: Two thresholds at least, and a number for each.
        public init(
            truePositives: [Float], falsePositives: [Float], trueNegatives: [Float],
            falseNegatives: [Float], precision: [Float]? = nil, recall: [Float]? = nil
        ) {
            func part(_ part: [Float], _ other: [Float]) -> [Float] {
                zip(part, other).map { $0 / max(PrecisionRecallCurve.leastCount, $0 + $1) }
            }
            self.truePositives = truePositives
            self.falsePositives = falsePositives
            self.trueNegatives = trueNegatives
            self.falseNegatives = falseNegatives
            self.precision = precision ?? part(truePositives, falsePositives)
            self.recall = recall ?? part(truePositives, falseNegatives)
            let count = truePositives.count
            precondition(
                count >= 2 && rows.allSatisfy { $0.count == count },
                "counts of \(rows.map(\.count)) thresholds")
        }

        var rows: [[Float]] {
            [truePositives, falsePositives, trueNegatives, falseNegatives, precision, recall]
        }
    }

    /// What precision and recall are divided by at least.
    private static let leastCount: Float = 1e-7

    /// Makes a curve of predictions, which are counted in the writer's thread.
    ///
    /// - Parameters:
    ///   - predictions: How probable it is, from 0 to 1, that an example is positive. Those outside
    ///     count as the nearer end; those that are not numbers are left out.
    ///   - labels: Whether it is.
    ///   - weights: What an example counts, a finite number; 1 each unless given. A writer refuses
    ///     others, for which TensorBoard answers with an error.
    ///   - thresholds: At how many thresholds to count, 2 or more.
    /// - Precondition: A label, and a weight if there are any, for each prediction.
    public init(
        predictions: [Float], labels: [Bool], weights: [Float]? = nil, thresholds: Int = 127
    ) {
        precondition(thresholds >= 2, "a curve of \(thresholds) thresholds")
        precondition(
            labels.count == predictions.count
                && (weights?.count ?? predictions.count) == predictions.count,
            "\(predictions.count) predictions, \(labels.count) labels"
                + (weights.map { ", \($0.count) weights" } ?? ""))
        source = .predictions(
            predictions, labels: labels, weights: weights, thresholds: thresholds)
    }

    /// Makes a curve of what was counted before.
    public init(_ counts: Counts) {
        source = .counts(counts)
    }

    /// What is counted at each threshold. An example is taken for positive where its prediction,
    /// times the number of thresholds less one and without its fraction, is not below the
    /// threshold's index, as TensorBoard's `pr_curve` summary has it.
    public var counts: Counts {
        switch source {
        case .counts(let counts): counts
        case .predictions(let predictions, let labels, let weights, let thresholds):
            Self.count(predictions, labels, weights, thresholds)
        }
    }

    /// At how many thresholds is counted.
    var thresholds: Int {
        switch source {
        case .counts(let counts): counts.precision.count
        case .predictions(_, _, _, let thresholds): thresholds
        }
    }

    /// About how many bytes of memory the curve holds.
    var cost: Int {
        switch source {
        case .counts(let counts): counts.precision.count * 24
        case .predictions(let predictions, _, let weights, let thresholds):
            predictions.count * (weights == nil ? 5 : 9) + thresholds * 24
        }
    }

    /// What TensorBoard would answer with an error for, if anything: a weight or a count that is not
    /// a finite number.
    var problem: String? {
        switch source {
        case .predictions(_, _, let weights, _):
            guard let weight = weights?.first(where: { !$0.isFinite }) else { return nil }
            return "a weight of \(weight) for a curve of precision over recall"
        case .counts(let counts):
            for row in counts.rows {
                guard let number = row.first(where: { !$0.isFinite }) else { continue }
                return "a count of \(number) in a curve of precision over recall"
            }
            return nil
        }
    }

    private static func count(
        _ predictions: [Float], _ labels: [Bool], _ weights: [Float]?, _ thresholds: Int
    ) -> Counts {
        var positives = [Double](repeating: 0, count: thresholds)
        var negatives = positives
        for index in predictions.indices {
            let prediction = predictions[index]
            if prediction.isNaN { continue }
            let bucket = Int(min(max(prediction, 0), 1) * Float(thresholds - 1))
            let weight = weights.map { Double($0[index]) } ?? 1
            if labels[index] { positives[bucket] += weight } else { negatives[bucket] += weight }
        }
        for bucket in (0..<thresholds - 1).reversed() {
            positives[bucket] += positives[bucket + 1]
            negatives[bucket] += negatives[bucket + 1]
        }
        let missed = positives.map { positives[0] - $0 }
        func part(_ part: [Double], _ other: [Double]) -> [Float] {
            zip(part, other).map { Float($0 / max(Double(leastCount), $0 + $1)) }
        }
        return Counts(
            truePositives: positives.map(Float.init), falsePositives: negatives.map(Float.init),
            trueNegatives: negatives.map { Float(negatives[0] - $0) },
            falseNegatives: missed.map(Float.init), precision: part(positives, negatives),
            recall: part(positives, missed))
    }
}
