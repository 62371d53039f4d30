/// What follows from pairs of samples and real images, in groups of samples, so that it can be told
/// for all of them and for all but one group.
struct PairStatistics: Sendable {
    /// The samples of each group.
    private let counts: [Int]
    /// The sums of the kernel over pairs of different samples, of one group each: [groups, groups].
    private let kernelSums: [Double]
    /// Its sums over pairs of a sample of a group and a real image.
    private let crossSums: [Double]
    /// In how many real images' neighbourhoods the samples of a group lie, added up.
    private let hits: [Int]
    /// For each real image, in how many groups there are samples in its neighbourhood, and the group
    /// where it is one.
    private let covered: [(groups: Int, only: Int)]
    private let reference: ReferencePoints

    /// - Parameters:
    ///   - samples: features; at least two in each group.
    ///   - groups: in how many groups they are parted.
    init(_ samples: Rows, _ reference: ReferencePoints, groups: Int) {
        self.reference = reference
        let (count, size) = (samples.count, samples.size)
        let starts = (0...groups).map { $0 * count / groups }
        counts = (0..<groups).map { starts[$0 + 1] - starts[$0] }

        let own = samples.products(samples)
        kernelSums = own.withUnsafeBufferPointer { own in
            (0..<groups * groups).map { pair in
                let (one, other) = pair.quotientAndRemainder(dividingBy: groups)
                var sum = 0.0
                for row in starts[one]..<starts[one + 1] {
                    for column in starts[other]..<starts[other + 1] where column != row {
                        sum += PolynomialKernel.value(own[row * count + column], size: size)
                    }
                }
                return sum
            }
        }

        let cross = samples.products(reference.rows)
        let lengths = samples.squaredLengths
        let points = reference.rows.count
        var covered = [(groups: Int, only: Int)](repeating: (0, -1), count: points)
        var hits = [Int](repeating: 0, count: groups)
        var crossSums = [Double](repeating: 0, count: groups)
        cross.withUnsafeBufferPointer { cross in
            for group in 0..<groups {
                for row in starts[group]..<starts[group + 1] {
                    for point in 0..<points {
                        let product = cross[row * points + point]
                        crossSums[group] += PolynomialKernel.value(product, size: size)
                        let distance =
                            lengths[row] + reference.squaredLengths[point] - 2 * product
                        guard distance < reference.squaredRadii[point] else { continue }
                        hits[group] += 1
                        if covered[point].only != group {
                            covered[point] = (covered[point].groups + 1, group)
                        }
                    }
                }
            }
        }
        (self.covered, self.hits, self.crossSums) = (covered, hits, crossSums)
    }

    private func total(without group: Int?) -> Int {
        counts.reduce(0, +) - (group.map { counts[$0] } ?? 0)
    }

    /// The squared maximum mean discrepancy, without bias: it may be negative (Gretton et al., "A
    /// kernel two-sample test", JMLR 13, 2012, lemma 6).
    func kernelDistance(without group: Int? = nil) -> Double {
        let groups = counts.indices.filter { $0 != group }
        let own = groups.reduce(0.0) { sum, one in
            groups.reduce(sum) { $0 + kernelSums[one * counts.count + $1] }
        }
        let cross = groups.reduce(0) { $0 + crossSums[$1] }
        let count = Double(total(without: group))
        return own / (count * (count - 1)) + reference.kernelMean
            - 2 * cross / (count * Double(reference.rows.count))
    }

    /// How many real images' neighbourhoods a sample lies in, divided by how many real images do: about
    /// 1 where samples are as real images are, above where they crowd where these are dense (Naeem et
    /// al., "Reliable fidelity and diversity metrics for generative models", ICML 2020).
    func density(without group: Int? = nil) -> Double {
        let hits = counts.indices.reduce(0) { $0 + ($1 == group ? 0 : self.hits[$1]) }
        return Double(hits) / Double(ReferencePoints.neighbours * total(without: group))
    }

    /// The share of real images that have a sample in their neighbourhood, in 0...1 (Naeem et al.).
    func coverage(without group: Int? = nil) -> Double {
        let count = covered.count { point in
            point.groups > 1 || point.groups == 1 && point.only != group
        }
        return Double(count) / Double(covered.count)
    }
}
