import Datasets
import Foundation
import TestSupport
import Testing

@testable import GAN

@Suite struct QualityTests {
    private struct Case: Decodable {
        let name: String
        let size, classes: Int
        let real, fake: [Float]
        let logits: [Double]
        let values, deviations: [String: Double]

        func features(_ values: [Float]) -> Features {
            let count = values.count / size
            let isFake = count == logits.count / classes
            return Features(
                count: count, size: size, classCount: classes, values: values,
                probabilities: isFake
                    ? probabilities : [Double](repeating: 0, count: count * classes))
        }

        private var probabilities: [Double] {
            stride(from: 0, to: logits.count, by: classes).flatMap { start in
                let powers = logits[start..<start + classes].map { Foundation.exp($0) }
                let sum = powers.reduce(0, +)
                return powers.map { $0 / sum }
            }
        }
    }

    /// The same features measured by NumPy, SciPy and prdc, all in double precision.
    @Test func measuresAsNumPyDoes() throws {
        let cases = try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: fixture("quality.json")))
        #expect(cases.map(\.name) == ["apart", "near", "singular", "crowded"])
        for item in cases {
            let judgement = Judgement(
                item.features(item.fake), reference: QualityReference(item.features(item.real)))
            for measure in QualityMeasure.allCases {
                let expected = try #require(item.values[measure.rawValue])
                #expect(
                    abs(judgement[measure] - expected) <= 1e-6 * max(abs(expected), 1),
                    "\(item.name): \(measure)")
                let deviation = try #require(item.deviations[measure.rawValue])
                let found = try #require(judgement.deviations[measure])
                #expect(
                    abs(found - deviation) <= 1e-6 * max(deviation, 1), "\(item.name): \(measure) ±"
                )
            }
        }
    }

    @Test func asksForNoMorePairsThanAllowed() throws {
        let cases = try JSONDecoder().decode(
            [Case].self, from: Data(contentsOf: fixture("quality.json")))
        let reference = QualityReference(cases[1].features(cases[1].real))
        let few = Judgement(
            cases[1].features(cases[1].fake), reference: reference, pairLimit: 50,
            tellsDeviations: false)
        // The distance is of all of them, density of 50 of both: a multiple of 1 / (5 · 50).
        #expect(
            few[.frechetDistance]
                == Judgement(
                    cases[1].features(cases[1].fake), reference: reference, tellsDeviations: false)[
                    .frechetDistance])
        let steps = few[.density] * 250
        #expect(abs(steps - steps.rounded()) < 1e-9 && few.deviations.isEmpty)
    }

    // MARK: Matrices

    @Test(arguments: [1, 2, 3, 7, 40])
    func takesMatricesApart(size: Int) {
        var random = SeededGenerator(seed: UInt64(size))
        var values = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0...i {
                values[i * size + j] = .random(in: -2...2, using: &random)
                values[j * size + i] = values[i * size + j]
            }
        }
        let (eigenvalues, vectors) = SymmetricMatrix(values, size: size).eigensystem()
        for row in 0..<size {
            for number in 0..<size {
                let image = (0..<size).reduce(0.0) {
                    $0 + values[row * size + $1] * vectors[$1 * size + number]
                }
                #expect(
                    abs(image - eigenvalues[number] * vectors[row * size + number]) < 1e-12
                        * Double(size))
            }
        }
    }

    @Test func takesRoots() {
        for values in [
            [4.0, 0, 0, 9], [0, 0, 0, 0], [2, 1, 1, 2], [1, 1, 1, 1], [1e-300, 0, 0, 1e300],
        ] {
            let root = SymmetricMatrix(values, size: 2).squareRoot
            let square = Rows(root.values, count: 2, size: 2)
            for (found, wanted) in zip(square.products(square), values) {
                #expect(abs(found - wanted) <= 1e-12 * max(abs(wanted), values.max() ?? 0))
            }
        }
        #expect(SymmetricMatrix([.nan, 0, 0, 1], size: 2).squareRoot.values[0].isNaN)
    }

    /// Rows and sizes around the tiles of the kernel.
    @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 9], [1, 3, 4, 5, 11])
    func multipliesRows(count: Int, size: Int) {
        var random = SeededGenerator(seed: 3)
        func rows(_ count: Int) -> Rows {
            Rows(
                (0..<count * size).map { _ in .random(in: -1...1, using: &random) }, count: count,
                size: size)
        }
        for others in 1...9 {
            let (x, y) = (rows(count), rows(others))
            let found = x.products(y)
            for place in 0..<count * others {
                let (i, j) = place.quotientAndRemainder(dividingBy: others)
                let wanted = (0..<size).reduce(0.0) {
                    $0 + x.values[i * size + $1] * y.values[j * size + $1]
                }
                #expect(abs(found[place] - wanted) < 1e-14)
            }
        }
    }
}
