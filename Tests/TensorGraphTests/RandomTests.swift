import GAN
import Testing

@testable import TensorGraph

/// Random numbers against TensorFlow's: the same seed gives the same ones.
@Suite struct RandomTests {
    /// The known answers that come with the generator's paper (Random123 1.09, `kat_vectors`).
    @Test(arguments: [
        KnownAnswer(
            counter: [0, 0, 0, 0], key: [0, 0],
            result: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
        KnownAnswer(
            counter: [.max, .max, .max, .max], key: [.max, .max],
            result: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
        KnownAnswer(
            counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
            key: [0xA409_3822, 0x299F_31D0],
            result: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
    ])
    func philox(_ known: KnownAnswer) {
        func pair(_ words: [UInt32], _ index: Int) -> UInt64 {
            UInt64(words[index]) | UInt64(words[index + 1]) << 32
        }
        var generator = Philox(seed: pair(known.key, 0), seed2: pair(known.counter, 2))
        generator.skip(pair(known.counter, 0))
        let (a, b, c, d) = generator.next()
        #expect([a, b, c, d] == known.result)
    }

    struct KnownAnswer: Sendable {
        let counter: [UInt32]
        let key: [UInt32]
        let result: [UInt32]
    }

    /// Skipping is the same as drawing, across the carry from the counter's low half into its high
    /// one.
    @Test func skipping() {
        var (drawn, skipped) = (Philox(seed: 3, seed2: 4), Philox(seed: 3, seed2: 4))
        drawn.skip(.max - 2)
        skipped.skip(.max - 2)
        for _ in 0..<5 { _ = drawn.next() }
        skipped.skip(5)
        #expect(drawn.next() == skipped.next())
    }

    // Each first five numbers of a run: two ops of one graph, in two runs one after the other.

    @Test func normal() throws {
        let tf = Graph(seed: 5)
        let ops = [tf.randomNormal([5]), tf.randomNormal([5])]
        let session = Session(graph: tf)
        try expect(
            session, ops, [-1.7138785, -0.6787023, 0.2630475, -0.8497988, -0.19355202],
            [-1.3768897, -0.01258316, -0.169515, 1.0824056, -0.3118337])
        try expect(
            session, ops, [0.9616119, -0.7195347, -0.2083606, -0.8589453, 0.8278168],
            [0.3993931, -0.10469896, -0.6884266, -0.9656309, 0.5244251])
    }

    @Test func uniform() throws {
        let tf = Graph(seed: 5)
        let ops = [tf.randomUniform([5]), tf.randomUniform([5])]
        let session = Session(graph: tf)
        try expect(
            session, ops, [0.18286479, 0.68998957, 0.67322481, 0.45222378, 0.77721405],
            [0.38751841, 0.74854553, 0.54871905, 0.97527564, 0.91013908])
        try expect(
            session, ops, [0.48616183, 0.35223889, 0.67665040, 0.53787577, 0.70955837],
            [0.91829336, 0.29080355, 0.49500513, 0.59857273, 0.84802425])
    }

    /// With a mean and a deviation, or between two bounds.
    @Test func scaled() throws {
        let tf = Graph(seed: 3)
        let ops = [
            tf.randomNormal([6], mean: 2, standardDeviation: 0.5),
            tf.randomUniform([6], minimum: -1, maximum: 3),
        ]
        try expect(
            Session(graph: tf), ops,
            [1.0676410, 2.4013226, 1.7783914, 2.0690835, 2.4919407, 1.4420981],
            [2.1122766, 1.0211539, 1.5001464, -0.3928561, -0.6287861, 1.4711852])
    }

    /// An op that draws nothing, or fewer than the four numbers that come together.
    @Test func fewNumbers() throws {
        let tf = Graph(seed: 4)
        let ops = [tf.randomNormal([0]), tf.randomNormal([1]), tf.randomNormal([2, 2])]
        let session = Session(graph: tf)
        try expect(
            session, ops, [], [0.5251813], [-0.67189533, -0.7247708, 0.5128220, 0.4332234])
        try expect(
            session, ops, [], [-0.3342528], [-0.9220325, -0.5016907, -0.5028939, -0.9367666])
    }

    private static let bySeed: [(UInt64, [Double])] = [
        (0, [0.12391895, 2.7987740, -1.7961729, 0.31075957, -1.3194942]),
        (1 << 31 - 1, [0.12391895, 2.7987740, -1.7961729, 0.31075957, -1.3194942]),
        (1 << 31, [0.30520469, 0.56713778, 0.41852272, 0.23264210, -0.66022128]),
        (1 << 32 + 5, [0.35369110, 0.66358769, -0.97749937, 0.77636147, 1.3067580]),
        (1 << 40 + 123_456_789, [1.3150609, 1.7442299, 0.27767318, 0.73098165, -1.3869046]),
    ]

    /// Seeds count by their remainder by 2³¹ - 1, and a pair of zeros is replaced.
    @Test(arguments: bySeed)
    func seeds(_ seed: UInt64, _ expected: [Double]) throws {
        let tf = Graph(seed: seed)
        let numbers = tf.randomNormal([5])
        try expect(Session(graph: tf), [numbers], expected)
    }

    /// Ops that are made before there is a seed take no number of those with one, and differ from
    /// session to session.
    @Test func withoutSeed() throws {
        let tf = Graph()
        let unseeded = tf.randomNormal([5])
        tf.seed = 5
        let seeded = tf.randomNormal([5])
        let session = Session(graph: tf)
        try expect(session, [seeded], [-1.7138785, -0.6787023, 0.2630475, -0.8497988, -0.19355202])
        #expect(try session.run(unseeded) != Session(graph: tf).run(unseeded))
    }

    /// Ten thousand numbers and more, by their sum and norm; twice from each op.
    @Test func manyNumbers() throws {
        let tf = Graph(seed: 1)
        let (normal, uniform) = (tf.randomNormal([100, 101]), tf.randomUniform([99, 77]))
        let session = Session(graph: tf, threads: 3)
        let expected: [(Tensor, Digest)] = [
            (normal, Digest(45.8698008, 100.642907, 0.30520469, 0.07827486)),
            (uniform, Digest(3821.71041, 50.3619334, 0.05554414, 0.29639280)),
            (normal, Digest(-60.3137081, 100.702757, 0.31211582, 1.28399086)),
            (uniform, Digest(3818.78086, 50.5249150, 0.41704655, 0.80342364)),
        ]
        for (tensor, digest) in expected {
            let numbers = try session.run(tensor).floats
            #expect(digest.describes(numbers), "\(tensor): \(Digest(numbers))")
        }
    }

    private func expect(
        _ session: Session, _ tensors: [Tensor], _ expected: [Double]...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        for (tensor, expected) in zip(tensors, expected) {
            let numbers = try session.run(tensor).floats
            let isClose = zip(numbers, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 }
            #expect(
                numbers.count == expected.count && isClose, "\(tensor): \(numbers)",
                sourceLocation: sourceLocation)
        }
    }
}

/// What tells many random numbers from others.
struct Digest: Sendable {
    let sum: Double
    let norm: Double
    let first: Double
    let last: Double

    init(_ sum: Double, _ norm: Double, _ first: Double, _ last: Double) {
        (self.sum, self.norm, self.first, self.last) = (sum, norm, first, last)
    }

    init(_ floats: [Float]) {
        let doubles = floats.map(Double.init)
        self.init(
            doubles.reduce(0, +), doubles.reduce(0) { $0 + $1 * $1 }.squareRoot(),
            doubles.first ?? 0, doubles.last ?? 0)
    }

    /// Whether these are the numbers, but for a last bit that another system's logarithm or sine
    /// may round differently.
    func describes(_ floats: [Float]) -> Bool {
        let other = Digest(floats)
        let largest = max(norm, 1)
        return abs(other.sum - sum) < 1e-4 * largest && abs(other.norm - norm) < 1e-6 * largest
            && abs(other.first - first) < 1e-6 && abs(other.last - last) < 1e-6
    }
}
