/// The mean and the covariance of vectors.
struct Moments: Sendable {
    /// How many vectors they are of.
    let count: Int
    /// [size]
    let mean: [Double]
    /// [size, size], the sum of squares divided by one less than the count, as `numpy.cov` has it.
    let covariance: SymmetricMatrix

    init(count: Int, mean: [Double], covariance: SymmetricMatrix) {
        (self.count, self.mean, self.covariance) = (count, mean, covariance)
    }

    /// The moments of rows.
    init(_ rows: Rows) { self.init(MomentSums(rows, around: nil)) }

    /// The moments that sums tell of.
    init(_ sums: MomentSums) {
        let count = Double(sums.count)
        let size = sums.center.count
        var squares = sums.squares
        for i in 0..<size {
            for j in 0..<size {
                squares[i * size + j] -= sums.sums[i] * (sums.sums[j] / count)
                squares[i * size + j] /= max(count - 1, 1)
            }
        }
        self.init(
            count: sums.count,
            mean: zip(sums.center, sums.sums).map { $0 + $1 / count },
            covariance: SymmetricMatrix(squares, size: size))
    }

    /// The Fréchet distance between normal distributions of these moments (Dowson and Landau, Journal
    /// of Multivariate Analysis 12, 1982; of features of images: Heusel et al., "GANs trained by a two
    /// time-scale update rule", NIPS 2017):
    ///
    ///     |μ₁ - μ₂|² + tr(C₁ + C₂ - 2 (C₁ C₂)^½)
    ///
    /// The root has the eigenvalues of the root of the symmetric C₂^½ C₁ C₂^½.
    ///
    /// - Parameter otherRoot: C₂^½, for those who have it.
    func frechetDistance(to other: Moments, root otherRoot: SymmetricMatrix? = nil) -> Double {
        let means = zip(mean, other.mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let root = otherRoot ?? other.covariance.squareRoot
        let shared = root.conjugating(covariance).eigensystem().values
            .reduce(0) { $0 + ($1 > 0 ? $1.squareRoot() : $1.isNaN ? $1 : 0) }
        let distance = means + covariance.trace + other.covariance.trace - 2 * shared
        // Of equal distributions rounding may leave a little less than nothing.
        return distance < 0 ? 0 : distance
    }
}

/// The sums from which moments follow, so that those of parts can be added and taken away.
struct MomentSums: Sendable {
    private(set) var count: Int
    /// What was taken from each vector first: near to the mean, so that nothing cancels.
    let center: [Double]
    private(set) var sums: [Double]
    private(set) var squares: [Double]

    /// The sums of rows.
    ///
    /// - Parameter center: What is taken from each; the rows' own mean unless it is told.
    init(_ rows: Rows, around center: [Double]?) {
        let columns = rows.transposed
        let center =
            center
            ?? columns.values.withUnsafeBufferPointer { values in
                (0..<columns.count).map { column in
                    var sum = 0.0
                    for row in 0..<columns.size { sum += values[column * columns.size + row] }
                    return sum / Double(max(columns.size, 1))
                }
            }
        let (count, size) = (columns.size, columns.count)
        var sums = [Double](repeating: 0, count: size)
        let centered = columns.values.withUnsafeBufferPointer { source in
            [Double](unsafeUninitializedCapacity: source.count) { memory, filled in
                for column in 0..<size {
                    let middle = center[column]
                    var sum = 0.0
                    for place in column * count..<(column + 1) * count {
                        let value = source[place] - middle
                        memory[place] = value
                        sum += value
                    }
                    sums[column] = sum
                }
                filled = source.count
            }
        }
        let turned = Rows(centered, count: size, size: count)
        self.init(count: count, center: center, sums: sums, squares: turned.products(turned))
    }

    private init(count: Int, center: [Double], sums: [Double], squares: [Double]) {
        (self.count, self.center, self.sums, self.squares) = (count, center, sums, squares)
    }

    /// The sums of both parts, which have one center.
    static func + (one: MomentSums, other: MomentSums) -> MomentSums {
        combined(one, other, +)
    }

    /// The sums without those of a part, which has the same center.
    static func - (one: MomentSums, part: MomentSums) -> MomentSums {
        combined(one, part, -)
    }

    private static func combined(
        _ one: MomentSums, _ other: MomentSums, _ combine: (Double, Double) -> Double
    ) -> MomentSums {
        MomentSums(
            count: Int(combine(Double(one.count), Double(other.count))), center: one.center,
            sums: zip(one.sums, other.sums).map { combine($0, $1) },
            squares: zip(one.squares, other.squares).map { combine($0, $1) })
    }
}
