import Foundation
import GAN
import TensorBoard
import TensorGraph
import TestSupport
import Testing

/// What the log shows of the reference's state after its seven steps, against what TensorFlow's own
/// summary op made of it.
@Suite struct SummaryTests {
    let expected: [WireMessage]
    let values: [CollectedSummary.Value]

    init() throws {
        let bytes = try Data(contentsOf: fixture("summary.pb"))
        expected = try WireMessage(bytes).messages(1)
        let run = try GoldenRun()
        for step in try Golden.load().losses {
            let isDiscriminator = step.kind == "D"
            try run.session.run(
                isDiscriminator ? run.program.discriminatorTrain : run.program.generatorTrain,
                feed: run.feed)
        }
        values = try run.session.run(run.program.summary, feed: run.validationFeed).values
    }

    @Test func tagsInOrder() {
        #expect(values.map(\.tag) == expected.map { $0.string(1) })
    }

    /// The seven losses are the reference's to 1e-3, and so are these.
    @Test func scalars() throws {
        for (value, expected) in zip(values, expected) {
            guard case .scalar(let scalar) = value.content else { continue }
            #expect(abs(scalar / expected.float(2) - 1) < 1e-3, "\(value.tag): \(scalar)")
        }
    }

    /// Numbers are the reference's to 1e-3. A mean also holds its convolution's bias, which rounding
    /// noise moves by up to 6e-4 in three D steps with two updates each, in the reference and here,
    /// each its own way. By so much may a number be on the other side of a limit.
    @Test func histograms() throws {
        for (value, expected) in zip(values, expected) {
            guard case .histogram(let floats) = value.content else { continue }
            let expected = try #require(try expected.messages(5).first)
            let isMean = value.tag.hasSuffix("meanHistogram")
            func slack(_ number: Double) -> Double { (isMean ? 1.2e-3 : 0) + 1e-3 * abs(number) }
            let histogram = Histogram(counting: floats)
            #expect(histogram.count == expected.double(3))
            for (ours, theirs) in [
                (histogram.minimum, expected.double(1)), (histogram.maximum, expected.double(2)),
            ] {
                #expect(abs(ours - theirs) <= slack(theirs), "\(value.tag): \(ours), not \(theirs)")
            }
            let limits = Self.doubles(expected.bytes(6))
            let counts = Self.doubles(expected.bytes(7))
            for (index, limit) in limits.enumerated() {
                let below = Int(counts[...index].reduce(0, +))
                let least = floats.count { Double($0) < limit - slack(limit) }
                let most = floats.count { Double($0) < limit + slack(limit) }
                #expect((least...most).contains(below), "\(value.tag): \(below) below \(limit)")
            }
        }
    }

    /// A pixel whose value lies beside a step of 1/255 may differ by that step.
    @Test func images() throws {
        var count = 0
        for (value, expected) in zip(values, expected) {
            guard case .image(let array) = value.content else { continue }
            let ours = Image(array)
            let decoded = try DecodedPNG(try #require(try expected.messages(4).first).bytes(4))
            #expect((ours.height, ours.width) == (decoded.height, decoded.width))
            let differences = zip(ours.pixels, decoded.pixels).map { abs(Int($0) - Int($1)) }
            #expect(differences.allSatisfy { $0 <= 1 }, "\(value.tag)")
            #expect(differences.count { $0 > 0 } <= 8, "\(value.tag)")
            count += 1
        }
        #expect(count == 10)
    }

    private static func doubles(_ bytes: [UInt8]) -> [Double] {
        bytes.withUnsafeBytes { raw in
            (0..<bytes.count / 8).map { raw.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
        }
    }
}
