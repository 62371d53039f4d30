extension Histogram {
    /// Counts numbers into TensorFlow 1's buckets.
    ///
    /// The result is what TensorFlow's `HistogramSummary` gives for the same numbers, to the last
    /// bit; numbers that are infinite or not a number, which stop TensorFlow, are left out here.
    ///
    /// - Complexity: O(*n*), some nanoseconds a number.
    public init(counting numbers: [Float]) {
        self.init(numbers) { $0.bucket(of: $1) }
    }

    /// Counts numbers into TensorFlow 1's buckets.
    ///
    /// - Complexity: O(*n*), some nanoseconds a number.
    public init(counting numbers: [Double]) {
        self.init(numbers) { $0.bucket(of: $1) }
    }

    @inline(__always)
    private init<Number: BinaryFloatingPoint>(
        _ numbers: [Number], _ bucket: (BucketLimits.Finder, Number) -> Int
    ) {
        let limits = BucketLimits.standard.all
        var counts = [Int](repeating: 0, count: limits.count)
        var minimum = Double.infinity
        var maximum = -Double.infinity
        var counted = 0
        var sum = 0.0
        var sumOfSquares = 0.0
        let filled = counts.withUnsafeMutableBufferPointer { counts in
            BucketLimits.standard.withFinder { finder in
                for number in numbers where number.isFinite {
                    counts[bucket(finder, number)] &+= 1
                    let number = Double(number)
                    if number < minimum { minimum = number }
                    if number > maximum { maximum = number }
                    sum += number
                    sumOfSquares += number * number
                    counted &+= 1
                }
                return counted == 0
                    ? 0..<0 : finder.bucket(of: minimum)..<finder.bucket(of: maximum) + 1
            }
        }
        // With the empty buckets next to the filled ones; the last one ends the run above them.
        let shown = max(filled.lowerBound - 1, 0)..<min(filled.upperBound + 1, limits.count)
        var buckets = shown.map { Bucket(limit: limits[$0], count: Double(counts[$0])) }
        if filled.upperBound < limits.count {
            buckets[buckets.count - 1].limit = .greatestFiniteMagnitude
        }
        let isEmpty = counted == 0
        self.init(
            minimum: isEmpty ? 0 : minimum, maximum: isEmpty ? 0 : maximum, count: Double(counted),
            sum: sum, sumOfSquares: sumOfSquares, buckets: Self.collapsed(buckets),
            dropped: numbers.count - counted)
    }

    /// The buckets as they are written.
    var writtenBuckets: [Bucket] {
        Self.collapsed(buckets)
    }

    /// Makes one bucket of each run of empty ones, as TensorFlow does; none where all are empty.
    ///
    /// TensorBoard's fast reader puts `minimum` in place of the lower limit of the first bucket,
    /// though it be empty. Below `minimum` that is harmless but for an empty bucket that ends at
    /// the lowest number there is: this one is left out, or TensorBoard would draw its neighbour
    /// from there.
    private static func collapsed(_ buckets: [Bucket]) -> [Bucket] {
        var collapsed: [Bucket] = []
        for bucket in buckets {
            let limit = min(bucket.limit, .greatestFiniteMagnitude)
            if bucket.count <= 0, let last = collapsed.last, last.count <= 0 {
                collapsed[collapsed.count - 1].limit = limit
            } else {
                collapsed.append(Bucket(limit: limit, count: bucket.count))
            }
        }
        if let first = collapsed.first, first.count <= 0,
            collapsed.count == 1 || first.limit <= -.greatestFiniteMagnitude
        {
            collapsed.removeFirst()
        }
        return collapsed
    }
}
