import GAN
import Testing

@testable import TensorGraph

/// Runs that change no variable.
@Suite struct EffectsTests {
    private let tf = Graph()
    private let x: Tensor
    private let average: Variable
    /// Its double, after the average has been brought up to date.
    private let doubled: Tensor
    private let update: Node
    private let session: Session
    private let feed: [Tensor: Value]

    init() throws {
        x = tf.placeholder([2], name: "x")
        let averages = ExponentialMovingAverage(decay: 0.75)
        let node = averages.apply([x])
        update = node
        average = averages.average(x)
        let x = x
        doubled = tf.controlDependencies([node]) { [tf] in tf.identity(x) } * 2
        session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        feed = [x: Value([4, 8], shape: [2])]
    }

    /// As TensorFlow does it, unless it is asked not to.
    @Test func controlDependenciesAreLeftOut() throws {
        for _ in 0..<2 {
            let value = try session.run(doubled, feed: feed, effects: .none)
            #expect(value.floats == [8, 16])
            #expect(try session.value(of: average).floats == [0, 0])
        }
        #expect(try session.run(doubled, feed: feed).floats == [8, 16])
        #expect(try session.value(of: average).floats == [1, 2])
    }

    /// What reads the variable after the change reads it as it was.
    @Test func readersOfTheVariable() throws {
        let after = tf.controlDependencies([update]) { tf.identity(average) }
        #expect(try session.run(after, feed: feed, effects: .none).floats == [0, 0])
        #expect(try session.run(after, feed: feed).floats == [1, 2])
        #expect(try session.run([after, doubled], feed: feed, effects: .none)[0].floats == [1, 2])
    }

    /// Prepared runs and summaries, too.
    @Test func otherRuns() throws {
        tf.histogramSummary("doubled", doubled)
        let merged = tf.mergeAllSummaries()
        let summary = try session.run(merged, feed: feed, effects: .none)
        #expect(summary.values == [.histogram([8, 16], tag: "doubled")])
        let run = try session.prepare([doubled], feed: feed, effects: .none)
        for _ in 0..<3 { try run.run() }
        #expect(run.value(0).floats == [8, 16])
        #expect(try session.value(of: average).floats == [0, 0])
    }

    /// A change that is asked for is not left out without a word.
    @Test func changesThatAreAskedFor() throws {
        let assign = tf.assign(average, x)
        let group = tf.group([assign])
        for targets in [[assign], [group]] {
            #expect(
                throws: SessionError.hasEffect(targets[0].name, node: assign.name)
            ) { try session.run([], targets: targets, feed: feed, effects: .none) }
        }
        let product = assign.output() * 2
        #expect(throws: SessionError.hasEffect(product.name, node: assign.name)) {
            try session.run(product, feed: feed, effects: .none)
        }
        #expect(try session.value(of: average).floats == [0, 0])
    }

    /// Samples of the article's generator, its losses and its summaries change nothing.
    @Test func article() throws {
        let article = GAN.Program(Hyperparameters(), seed: 2)
        let graph = article.network.tf
        let session = Session(graph: graph)
        try session.run(article.initializer)
        let feed = [
            article.inputX: Doubles.random([10, 784]).value,
            article.inputZ: Doubles.random([10, 20]).value,
        ]
        func variables() throws -> [Value] { try graph.variables.map { try session.value(of: $0) } }
        let before = try variables()
        let tensors = [article.generatorZ, article.discriminatorLoss, article.generatorLoss]
        let values = try session.run(tensors, feed: feed, effects: .none)
        _ = try session.run(article.summary, feed: feed, effects: .none)
        #expect(try variables() == before)
        #expect(try session.run(tensors, feed: feed) == values)
        #expect(try variables() != before)
    }
}
