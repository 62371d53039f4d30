/// The limits of TensorFlow 1's buckets, and a fast way to find the bucket of a number.
///
/// The limits are 0, ±1e-12 · 1.1ⁿ below 1e20, and ± the greatest number there is
/// (`tensorflow/core/lib/histogram/histogram.cc`): ascending,
///
///     -DBL_MAX  …  -1.1e-12  -1e-12  0  1e-12  1.1e-12  …  DBL_MAX
///
/// A number belongs to the first bucket whose limit is above it. Binary search takes eleven
/// unpredictable branches for that. But a sixteenth of an octave holds one limit at the most, so
/// the exponent and the upper four bits of the fraction tell the bucket but for two comparisons.
struct BucketLimits: Sendable {
    /// The one set of limits.
    static let standard = BucketLimits()

    /// All limits, ascending.
    let all: [Double]
    /// The positive limits, ascending, and infinity after them.
    private let positive: [Double]
    /// How many positive limits lie below each cell, a sixteenth of an octave.
    private let countBelowCell: [Int32]
    /// The first cell that `countBelowCell` knows; none of the limits is below it.
    private let firstCell: Int

    private init() {
        var limits: [Double] = []
        var limit = 1.0e-12
        while limit < 1.0e20 {
            limits.append(limit)
            limit *= 1.1
        }
        let firstCell = Self.cell(limits[0])
        let lastCell = Self.cell(limits[limits.count - 1]) + 1
        limits.append(Double.greatestFiniteMagnitude)
        countBelowCell = (firstCell...lastCell).map { cell in
            let start = Double(bitPattern: UInt64(cell) << Self.cellShift)
            return Int32(limits.prefix { $0 < start }.count)
        }
        self.firstCell = firstCell
        positive = limits + [.infinity]
        all = limits.reversed().map { -$0 } + [0] + limits
    }

    /// The index of the bucket that a finite number belongs to: of the first limit above it, or of
    /// the last limit, for the greatest number there is.
    func bucket(of number: Double) -> Int {
        let zeroIndex = all.count / 2
        let magnitude = number.magnitude
        let cell = min(max(Self.cell(magnitude) - firstCell, 0), countBelowCell.count - 1)
        var below = Int(countBelowCell[cell])
        if number >= 0 {
            while positive[below] <= magnitude { below += 1 }
            return min(zeroIndex + 1 + below, all.count - 1)
        } else {
            while positive[below] < magnitude { below += 1 }
            return zeroIndex - below
        }
    }

    /// Bits of a number's pattern below its cell: a fraction's, less four.
    private static let cellShift = UInt64(Double.significandBitCount - 4)

    private static func cell(_ magnitude: Double) -> Int {
        Int(magnitude.bitPattern >> cellShift)
    }
}
