import GAN
import Testing

@testable import TensorGraph

/// Results that are written where an operand lies.
@Suite struct InPlaceTests {
    /// Two runs compute y, and one of them changes what y comes from: what it makes of y lies in y's
    /// memory from then on. Nobody spoils what is fetched, or what a later step reads.
    @Test func placeOfAValueThatIsSpoiled() throws {
        let tf = Graph()
        let v = tf.variable(Value([1, 2], shape: [2]), name: "v")
        let y = tf.exp(tf.sqrt(v.tensor))
        let update = tf.assign(v, tf.square(tf.neg(y)))
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        _ = try session.run(tf.rsqrt(y))
        let program = try session.program(targets: [update])
        let line = try #require(program.split(separator: "\n").first { $0.contains("square") })
        #expect(line.contains("f32[2] at %"), "\(program)")
        #expect(program.contains("exp"))
        let fetching = try session.program([y], targets: [update])
        #expect(!fetching.contains(" at %"))
        try session.run(update)
        let values = try session.value(of: v).floats
        // e² and e^(2√2).
        #expect(abs(values[0] - 7.389056) < 1e-4 && abs(values[1] - 16.918831) < 1e-3)
    }

    /// A step that finds what the loss before it has computed, and spoils it, does what a step does
    /// that computes all of it itself.
    @Test(arguments: [10, 64, 90])
    func training(batch: Int) throws {
        var hyperparameters = Hyperparameters()
        hyperparameters.batchSize = batch
        let program = GAN.Program(hyperparameters, seed: 3)
        let feed = [
            program.inputX: Doubles.random([batch, 784]).value,
            program.inputZ: Doubles.random([batch, 20]).value,
        ]
        func losses(fetchingEach: Bool) throws -> [Float] {
            let session = Session(graph: program.network.tf, threads: 2)
            try session.run(program.initializer)
            var result: [Float] = []
            for step in 1...4 {
                try session.run(program.discriminatorTrain, feed: feed)
                guard fetchingEach || step == 4 else { continue }
                for _ in 0..<2 {
                    result.append(try session.run(program.discriminatorLoss, feed: feed).scalar)
                }
            }
            return result
        }
        let each = try losses(fetchingEach: true)
        #expect(try losses(fetchingEach: false) == Array(each.suffix(2)))
        #expect(each[0] == each[1] && each[0] != each[2])
    }
}
