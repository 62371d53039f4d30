/// The limits of TensorFlow 1's buckets, and a fast way to find the bucket of a number.
///
/// The limits are 0, ±1e-12 · 1.1ⁿ below 1e20, and ± the greatest number there is
/// (`tensorflow/core/lib/histogram/histogram.cc`): ascending,
///
///     -DBL_MAX  …  -1.1e-12  -1e-12  0  1e-12  1.1e-12  …  DBL_MAX
///
/// A number belongs to the first bucket whose limit is above it. Binary search takes eleven
/// unpredictable branches for that. But a sixteenth of an octave, a cell, holds one limit at the
/// most: a number's exponent and the upper four bits of its fraction tell the bucket but for one
/// comparison.
struct BucketLimits: Sendable {
    /// The one set of limits.
    static let standard = BucketLimits()

    /// All limits, ascending.
    let all: [Double]
    /// The positive limits, ascending, and infinity after them.
    private let positive: [Double]
    /// How many positive limits lie below each cell.
    private let countBelow: [Int32]
    /// The cell that `countBelow` begins with; none of the positive limits is below it.
    private let firstCell: Int

    private init() {
        var limits: [Double] = []
        var limit = 1.0e-12
        while limit < 1.0e20 {
            limits.append(limit)
            limit *= 1.1
        }
        firstCell = Self.cell(limits[0])
        let lastCell = Self.cell(limits[limits.count - 1]) + 1
        limits.append(.greatestFiniteMagnitude)
        countBelow = (firstCell...lastCell).map { cell in
            let start = Double(bitPattern: UInt64(cell) << Self.cellShift)
            return Int32(limits.prefix { $0 < start }.count)
        }
        positive = limits + [.infinity]
        all = limits.reversed().map { -$0 } + [0] + limits
    }

    /// Gives a closure what it needs to find the buckets of many numbers.
    func withFinder<Result>(_ body: (Finder) -> Result) -> Result {
        positive.withUnsafeBufferPointer { positive in
            countBelow.withUnsafeBufferPointer { countBelow in
                body(Finder(positive: positive, countBelow: countBelow, firstCell: firstCell))
            }
        }
    }

    /// Finds the buckets of numbers.
    struct Finder {
        fileprivate let positive: UnsafeBufferPointer<Double>
        fileprivate let countBelow: UnsafeBufferPointer<Int32>
        fileprivate let firstCell: Int

        /// The index of the bucket that a finite number belongs to: of the first limit above it, or
        /// of the last limit, for the greatest number there is.
        @inline(__always)
        func bucket(of number: Double) -> Int {
            // Positive limits up to the number are below it; of the mirrored ones, those that are
            // smaller than its magnitude are above: which is those up to the next smaller
            // magnitude.
            let isNegative = number < 0
            let probe = Double(bitPattern: number.magnitude.bitPattern &- (isNegative ? 1 : 0))
            let cell = min(max(BucketLimits.cell(probe) &- firstCell, 0), countBelow.count &- 1)
            var below = Int(countBelow[cell])
            below &+= positive[below] <= probe ? 1 : 0
            let zero = positive.count &- 1
            return isNegative ? zero &- below : min(zero &+ 1 &+ below, 2 &* zero)
        }
    }

    /// Bits of a number's pattern below its cell: a fraction's, less four.
    private static let cellShift = UInt64(Double.significandBitCount - 4)

    private static func cell(_ magnitude: Double) -> Int {
        Int(truncatingIfNeeded: magnitude.bitPattern &>> cellShift)
    }
}
