import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct HistogramTests {
    struct Row: Decodable {
        let name: String
        let type: String
        let values: Data
        let summary: Data
    }

    /// The same numbers give the same bytes as TensorFlow's operation does.
    @Test func equalsTensorFlow() throws {
        for row in try Fixtures.rows("histograms.json", Row.self) {
            let source: Summary.HistogramSource =
                row.type == "float32"
                ? .floats(row.values.numbers()) : .doubles(row.values.numbers())
            let summary = Summary([.init(tag: "tag", content: .histogram(source))])
            #expect(summary.serialized() == [UInt8](row.summary), "\(row.name) of \(row.type)")
        }
    }

    /// The bucket by definition: the first limit above the number.
    @Test func findsTheBucketThatBinarySearchFinds() {
        var limits = [0.0]
        var limit = 1e-12
        while limit < 1e20 {
            limits += [limit, -limit]
            limit *= 1.1
        }
        limits += [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]
        limits.sort()
        var generator = SeededGenerator(seed: 1)
        var numbers = limits.flatMap { [$0, $0.nextUp, $0.nextDown] }.filter(\.isFinite)
        for _ in 0..<500 {
            let exponent = Double.random(in: -45...70, using: &generator)
            let number = exp2(exponent)
            numbers += [number, -number]
        }
        numbers += [-0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude]
        var expected: [Double: Double] = [:]
        for number in numbers {
            let limit = limits.first { $0 > number } ?? .greatestFiniteMagnitude
            expected[limit, default: 0] += 1
        }
        let counted = Histogram(counting: numbers).buckets.filter { $0.count > 0 }
        #expect(counted.map(\.limit) == expected.keys.sorted())
        for bucket in counted {
            #expect(bucket.count == expected[bucket.limit], "below \(bucket.limit)")
        }
    }

    /// Numbers of four bytes have a way of their own; it leads to the same buckets.
    @Test func floatsFallIntoTheSameBucketsAsDoubles() {
        var floats: [Float] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        var limit = 1e-12
        while limit < 1e20 {
            floats += [Float(limit), Float(limit).nextUp, Float(limit).nextDown]
            limit *= 1.1
        }
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<10_000 {
            let number = Float(bitPattern: UInt32.random(in: 0..<0x7f80_0000, using: &generator))
            floats.append(number)
        }
        floats += floats.map { -$0 }
        #expect(
            Histogram(counting: floats).buckets
                == Histogram(counting: floats.map(Double.init)).buckets)
    }

    @Test func leavesOutWhatIsNotFinite() {
        let histogram = Histogram(counting: [1, .nan, 2, .infinity, -.infinity] as [Float])
        #expect(histogram.dropped == 3)
        #expect(histogram.count == 2)
        #expect((histogram.minimum, histogram.maximum, histogram.sum) == (1, 2, 3))
        #expect(histogram.sumOfSquares == 5)
    }

    @Test(arguments: [[], [.nan], [.infinity, -.infinity]] as [[Double]])
    func emptyIsFiniteAndHasNoBuckets(numbers: [Double]) {
        let histogram = Histogram(counting: numbers)
        #expect((histogram.minimum, histogram.maximum, histogram.count) == (0, 0, 0))
        #expect(histogram.buckets == [])
    }

    /// TensorBoard's fast reader would draw the second bucket from the lowest number there is.
    @Test func emptyBucketAtTheLowestNumberIsLeftOut() {
        let histogram = Histogram(counting: [-1e300])
        #expect(histogram.buckets.map(\.count) == [1, 0])
        #expect(histogram.buckets[0].limit > -1e20 && histogram.buckets[0].limit < -9e19)
    }

    @Test func readyBucketsKeepTheirLimits() {
        let limits = [-Double.greatestFiniteMagnitude, 0, 1, 2, 3, 4, .infinity]
        let counts = [0, 0, 0, 5, 0, 0, 0.0]
        var histogram = Histogram(
            minimum: 1, maximum: 2, count: 5, sum: 7, sumOfSquares: 11,
            buckets: zip(limits, counts).map { .init(limit: $0, count: $1) })
        let written = Summary([.init(tag: "", content: .histogram(.counted(histogram)))])
        histogram.buckets = [
            .init(limit: 1, count: 0), .init(limit: 2, count: 5),
            .init(limit: .greatestFiniteMagnitude, count: 0),
        ]
        let collapsed = Summary([.init(tag: "", content: .histogram(.counted(histogram)))])
        #expect(written.serialized() == collapsed.serialized())
    }
}
