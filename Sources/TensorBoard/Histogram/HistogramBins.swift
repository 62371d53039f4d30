import Platform

/// How a distribution's numbers are sorted into buckets.
///
/// The rules are those of NumPy's `histogram_bin_edges`, whose names torch's writer takes. They need
/// all numbers at once; TensorFlow's limits are faster and the same for all, so that the steps of a
/// series can be compared.
public enum HistogramBins: Sendable, Equatable {
    /// TensorFlow 1's limits, which grow by a tenth from 1e-12 to 1e20 on both sides of zero.
    case tensorFlow
    /// So many buckets of one width from the smallest number to the greatest.
    case count(Int)
    /// Between these limits, ascending: the first is where the first bucket begins. The last bucket
    /// has its upper limit too. Numbers outside of them are left out.
    case limits([Double])
    /// As many buckets of one width as a rule says, and no more than a number if there is one.
    case rule(Rule, atMost: Int? = nil)

    /// How many buckets there are, by the numbers' count *n* and their spread.
    public enum Rule: String, Sendable, CaseIterable {
        /// The greater number of those by `sturges` and `freedmanDiaconis`; what NumPy calls `auto`.
        case automatic
        /// log₂ *n* + 1.
        case sturges
        /// A width of twice the quartiles' distance over the cube root of *n*; what NumPy calls `fd`.
        case freedmanDiaconis
        /// A width of the standard deviation times the cube root of 24 √π / *n*.
        case scott
        /// As by `sturges`, and more where the numbers lie to one side.
        case doane
        /// Twice the cube root of *n*.
        case rice
        /// The square root of *n*.
        case squareRoot
    }

    /// More buckets than this are not made, whatever a rule says.
    static let greatestCount = 10_000
}

extension Histogram {
    /// Counts numbers into buckets; those that are infinite or not a number are left out.
    ///
    /// - Complexity: O(*n*) for TensorFlow's limits and for buckets of one width, O(*n* log *n*) for
    ///   others.
    public init(counting numbers: [Double], bins: HistogramBins) {
        switch bins {
        case .tensorFlow: self.init(counting: numbers)
        case .count(let count): self.init(numbers.filter(\.isFinite), count, of: numbers.count)
        case .limits(let limits): self.init(numbers, between: limits)
        case .rule(let rule, let limit):
            let finite = numbers.filter(\.isFinite)
            let count = min(rule.count(for: finite), limit ?? .max)
            self.init(finite, count, of: numbers.count)
        }
    }

    /// Counts into buckets of one width.
    private init(_ numbers: [Double], _ count: Int, of givenCount: Int) {
        guard let lowest = numbers.min(), let highest = numbers.max() else {
            self.init(counting: [] as [Double])
            dropped = givenCount
            return
        }
        // As NumPy does it, a single number has a range of 1 around it.
        let (start, end) = lowest == highest ? (lowest - 0.5, highest + 0.5) : (lowest, highest)
        let count = max(1, min(count, HistogramBins.greatestCount))
        // Halves, for the difference of two great numbers may be none.
        let half = end / 2 - start / 2
        let limits = (0...count).map { index in
            index == count ? end : start + 2 * (half * (Double(index) / Double(count)))
        }
        self.init(numbers, limits.isAscending ? limits : [start, end], of: givenCount)
    }

    private init(_ numbers: [Double], between limits: [Double]) {
        precondition(
            limits.count >= 2 && limits.isAscending && limits.allSatisfy(\.isFinite),
            "limits of buckets are finite and ascend, and are two at least: \(limits)")
        let inside = numbers.filter { $0 >= limits[0] && $0 <= limits[limits.count - 1] }
        self.init(inside, limits, of: numbers.count)
    }

    /// Counts numbers all of which lie between limits.
    private init(_ numbers: [Double], _ limits: [Double], of givenCount: Int) {
        var counts = [Double](repeating: 0, count: limits.count - 1)
        var (sum, sumOfSquares) = (0.0, 0.0)
        for number in numbers {
            var (low, high) = (0, limits.count - 1)
            while high - low > 1 {
                let middle = (low + high) / 2
                if limits[middle] <= number { low = middle } else { high = middle }
            }
            counts[low] += 1
            sum += number
            sumOfSquares += number * number
        }
        // A bucket's lower limit is the upper one of the bucket before it: an empty one begins.
        let first = Bucket(limit: limits[0], count: 0)
        self.init(
            minimum: numbers.min() ?? 0, maximum: numbers.max() ?? 0, count: Double(numbers.count),
            sum: sum, sumOfSquares: sumOfSquares,
            buckets: [first] + zip(limits.dropFirst(), counts).map { Bucket(limit: $0, count: $1) },
            dropped: givenCount - numbers.count)
    }
}

extension HistogramBins.Rule {
    /// How many buckets there are for some finite numbers.
    func count(for numbers: [Double]) -> Int {
        guard let lowest = numbers.min(), let highest = numbers.max(), lowest < highest else {
            return 1
        }
        let count = Double(numbers.count)
        let range = highest - lowest
        func buckets(ofWidth width: Double) -> Double {
            width > 0 && width.isFinite ? (range / width).rounded(.up) : 1
        }
        let found: Double =
            switch self {
            case .squareRoot: buckets(ofWidth: range / count.squareRoot())
            case .sturges: buckets(ofWidth: range / (log2(count) + 1))
            case .rice: buckets(ofWidth: range / (2 * cbrt(count)))
            case .scott:
                buckets(
                    ofWidth: cbrt(24 * Double.pi.squareRoot() / count)
                        * numbers.standardDeviation)
            case .freedmanDiaconis:
                buckets(ofWidth: 2 * numbers.quartileDistance / cbrt(count))
            case .doane: buckets(ofWidth: Self.doaneWidth(numbers, range))
            case .automatic:
                // Where half of the numbers are one, their quartiles say nothing.
                max(
                    numbers.quartileDistance > 0
                        ? buckets(ofWidth: 2 * numbers.quartileDistance / cbrt(count)) : 1,
                    buckets(ofWidth: range / (log2(count) + 1)))
            }
        return max(1, Int(min(found, Double(HistogramBins.greatestCount))))
    }

    private static func doaneWidth(_ numbers: [Double], _ range: Double) -> Double {
        let count = Double(numbers.count)
        let deviation = numbers.standardDeviation
        guard count > 2, deviation > 0 else { return 0 }
        let error = (6 * (count - 2) / ((count + 1) * (count + 3))).squareRoot()
        let mean = numbers.reduce(0, +) / count
        let skew =
            numbers.reduce(0) { sum, number in
                let distance = (number - mean) / deviation
                return sum + distance * distance * distance
            } / count
        return range / (1 + log2(count) + log2(1 + skew.magnitude / error))
    }
}

extension [Double] {
    fileprivate var isAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }

    fileprivate var standardDeviation: Double {
        let mean = reduce(0, +) / Double(count)
        return (reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
    }

    /// The distance of the quarter of the numbers to that of three quarters, between which lies the
    /// middle half.
    fileprivate var quartileDistance: Double {
        let sorted = self.sorted()
        func quantile(_ part: Double) -> Double {
            let place = part * Double(count - 1)
            let index = Int(place)
            let next = Swift.min(index + 1, count - 1)
            return sorted[index] + (sorted[next] - sorted[index]) * (place - Double(index))
        }
        return quantile(0.75) - quantile(0.25)
    }
}
