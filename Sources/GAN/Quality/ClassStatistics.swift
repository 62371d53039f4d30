internal import Platform

/// What follows from the classes that a judge sees in samples, in groups of samples, so that it can be
/// told for all of them and for all but one group.
struct ClassStatistics: Sendable {
    private let classCount: Int
    /// The samples of each group.
    private let counts: [Int]
    /// The sums of each class's probability: [groups, classes].
    private let sums: [Double]
    /// The sums of Σ p log p.
    private let logSums: [Double]
    /// How many samples of a group are of a class: [groups, classes].
    private let members: [Int]

    /// A class makes at least this share of the samples, or it counts as lost.
    static let leastShare = 0.02

    init(_ features: Features, groups: Int) {
        let (count, classCount) = (features.count, features.classCount)
        self.classCount = classCount
        let starts = (0...groups).map { $0 * count / groups }
        counts = (0..<groups).map { starts[$0 + 1] - starts[$0] }
        var sums = [Double](repeating: 0, count: groups * classCount)
        var logSums = [Double](repeating: 0, count: groups)
        var members = [Int](repeating: 0, count: groups * classCount)
        let classes = features.classes
        features.probabilities.withUnsafeBufferPointer { probabilities in
            for group in 0..<groups {
                for image in starts[group]..<starts[group + 1] {
                    for number in 0..<classCount {
                        let p = probabilities[image * classCount + number]
                        sums[group * classCount + number] += p
                        if p > 0 { logSums[group] += p * log(p) }
                    }
                    members[group * classCount + classes[image]] += 1
                }
            }
        }
        (self.sums, self.logSums, self.members) = (sums, logSums, members)
    }

    private func total<Number: AdditiveArithmetic>(
        _ numbers: [Number], _ number: Int, of size: Int, without group: Int?
    ) -> Number {
        counts.indices.reduce(.zero) {
            $1 == group ? $0 : $0 + numbers[$1 * size + number]
        }
    }

    /// exp of the mean of KL(p(y|x) ‖ p(y)): from 1 to the number of classes (Salimans et al., "Improved
    /// techniques for training GANs", NIPS 2016).
    func score(without group: Int? = nil) -> Double {
        let count = Double(total(counts, 0, of: 1, without: group))
        let conditional = total(logSums, 0, of: 1, without: group) / count
        let marginal = (0..<classCount).reduce(0.0) { sum, number in
            let p = total(sums, number, of: classCount, without: group) / count
            return p > 0 ? sum + p * log(p) : sum
        }
        return exp(conditional - marginal)
    }

    /// The share of the samples that are of each class.
    func shares(without group: Int? = nil) -> [Double] {
        let count = Double(total(counts, 0, of: 1, without: group))
        return (0..<classCount).map {
            Double(total(members, $0, of: classCount, without: group)) / count
        }
    }

    /// The classes of at least ``leastShare`` of the samples.
    func classes(without group: Int? = nil) -> Int {
        shares(without: group).count { $0 >= Self.leastShare }
    }
}
