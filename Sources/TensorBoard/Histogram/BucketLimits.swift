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
    /// For each sign, exponent and upper four bits of the fraction that a `Float` may have, the bucket
    /// of the lowest such number.
    private let bucketOfFloatCell: [Int16]

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
        let all = limits.reversed().map { -$0 } + [0] + limits
        self.all = all
        bucketOfFloatCell = (0..<1 << (32 - Self.floatCellShift)).map { cell in
            let start = UInt32(cell) << UInt32(Self.floatCellShift)
            let isNegative = start >> 31 == 1
            let end = start + ((1 << UInt32(Self.floatCellShift)) - 1)
            let lowest = Double(Float(bitPattern: isNegative ? end : start))
            return lowest.isFinite ? Int16(Self.firstIndex(in: all, above: lowest)) : 0
        }
    }

    private static func firstIndex(in limits: [Double], above number: Double) -> Int {
        var (low, high) = (0, limits.count)
        while low < high {
            let middle = (low + high) / 2
            if limits[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Gives a closure what it needs to find the buckets of many numbers.
    func withFinder<Result>(_ body: (Finder) -> Result) -> Result {
        positive.withUnsafeBufferPointer { positive in
            countBelow.withUnsafeBufferPointer { countBelow in
                all.withUnsafeBufferPointer { all in
                    bucketOfFloatCell.withUnsafeBufferPointer { bucketOfFloatCell in
                        body(
                            Finder(
                                positive: positive, countBelow: countBelow, firstCell: firstCell,
                                all: all, bucketOfFloatCell: bucketOfFloatCell))
                    }
                }
            }
        }
    }

    /// Finds the buckets of numbers.
    struct Finder {
        fileprivate let positive: UnsafeBufferPointer<Double>
        fileprivate let countBelow: UnsafeBufferPointer<Int32>
        fileprivate let firstCell: Int
        fileprivate let all: UnsafeBufferPointer<Double>
        fileprivate let bucketOfFloatCell: UnsafeBufferPointer<Int16>

        /// The index of the bucket that a finite number belongs to.
        @inline(__always)
        func bucket(of number: Float) -> Int {
            let cell = Int(number.bitPattern &>> UInt32(BucketLimits.floatCellShift))
            let bucket = Int(bucketOfFloatCell[cell])
            return bucket &+ (all[bucket] <= Double(number) ? 1 : 0)
        }

        /// The index of the bucket that a finite number belongs to: of the first limit above it, or
        /// of the last limit, for the greatest number there is.
        @inline(__always)
        func bucket(of number: Double) -> Int {
            // Positive limits up to the number are below it; of the mirrored ones, those that are
            // smaller than its magnitude are above: which is those up to the next smaller
            // magnitude.
            // Without a branch on the sign, which nobody can foretell.
            let sign = number < 0 ? 1 : 0
            let probe = Double(bitPattern: number.magnitude.bitPattern &- UInt64(sign))
            let cell = min(max(BucketLimits.cell(probe) &- firstCell, 0), countBelow.count &- 1)
            var below = Int(countBelow[cell])
            below &+= positive[below] <= probe ? 1 : 0
            let zero = positive.count &- 1
            let fromZero = (below ^ (0 &- sign)) &+ 1  // below + 1, or -below.
            return min(zero &+ fromZero, 2 &* zero)
        }
    }

    /// Bits of a `Float`'s pattern below its cell: a fraction's, less four.
    private static let floatCellShift = 19
    /// Bits of a number's pattern below its cell: a fraction's, less four.
    private static let cellShift = UInt64(Double.significandBitCount - 4)

    private static func cell(_ magnitude: Double) -> Int {
        Int(truncatingIfNeeded: magnitude.bitPattern &>> cellShift)
    }
}
