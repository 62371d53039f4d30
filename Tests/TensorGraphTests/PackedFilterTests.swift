import Testing

@testable import TensorGraph

/// Filters that are packed once for as long as they do not change.
///
/// Doubling a filter doubles what it makes, to the bit: so whoever goes by an old one is seen.
@Suite struct PackedFilterTests {
    private let tf = Graph()
    private let x: Tensor
    private let w: Variable
    private let session: Session

    init() throws {
        x = tf.placeholder([nil, 8, 8, 32], name: "x")
        w = tf.variable(Doubles.random([4, 4, 32, 48]).value, name: "w")
        session = Session(graph: tf, threads: 2)
        try session.run(tf.globalVariablesInitializer())
    }

    private func convolved() -> Tensor {
        tf.conv2d(x, w, strides: [1, 2, 2, 1], padding: .same)
    }

    private func images(_ count: Int) -> Value { Doubles.random([count, 8, 8, 32]).value }

    private func doubled(_ value: Value) -> [Float] { value.floats.map { 2 * $0 } }

    @Test func betweenRuns() throws {
        let y = convolved()
        let dx = try #require(tf.gradients(of: tf.reduceSum(tf.square(y)), withRespectTo: [x])[0])
        let double = tf.assign(w, w * 2)
        let feed = [x: images(8)]
        let before = try session.run([y, dx], feed: feed)
        #expect(try session.run([y, dx], feed: feed).map(\.floats) == before.map(\.floats))

        // By another plan, which packs nothing.
        try session.run(double)
        let after = try session.run([y, dx], feed: feed)
        #expect(after[0].floats == doubled(before[0]))
        #expect(after[1].floats == before[1].floats.map { 4 * $0 })

        // From outside.
        let value = try session.value(of: w)
        session.set(w, to: Value(value.floats.map { $0 / 2 }, shape: value.shape))
        #expect(try session.run([y, dx], feed: feed).map(\.floats) == before.map(\.floats))
    }

    /// Plans of other batches and fetches share a filter.
    @Test func betweenPlans() throws {
        let y = convolved()
        let images = images(8)
        let all = try session.run(y, feed: [x: images]).floats
        let few = Value(Array(images.floats.prefix(5 * 8 * 8 * 32)), shape: [5, 8, 8, 32])
        #expect(try session.run(y, feed: [x: few]).floats == Array(all.prefix(5 * 4 * 4 * 48)))
        try session.run(tf.assign(w, w * 2))
        #expect(
            try session.run(y, feed: [x: few]).floats == all.prefix(5 * 4 * 4 * 48).map { 2 * $0 })
        #expect(try session.run(y * 1, feed: [x: images]).floats == all.map { 2 * $0 })
    }

    /// A run that changes the filter between two convolutions by it.
    @Test func withinARun() throws {
        let before = convolved()
        let double = tf.controlDependencies([before.node]) { tf.assign(w, w * 2) }
        let after = tf.controlDependencies([double]) {
            tf.conv2d(x, tf.identity(w), strides: [1, 2, 2, 1], padding: .same)
        }
        let feed = [x: images(6)]
        for _ in 0..<3 {
            let both = try session.run([before, after], feed: feed)
            #expect(both[1].floats == doubled(both[0]))
        }
    }
}
