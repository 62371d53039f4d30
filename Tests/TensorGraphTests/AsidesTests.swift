import Testing

@testable import TensorGraph

/// What is collected while others compute.
@Suite struct AsidesTests {
    /// Layers, and what is logged of them.
    private struct Network {
        let tf = Graph()
        let x: Tensor
        let outputs: [Tensor]
        let images: SummaryTensor
        let merged: SummaryTensor

        init() {
            x = tf.placeholder([nil, 64], name: "x")
            var outputs: [Tensor] = []
            var last = x
            for layer in 0..<4 {
                last = tf.tanh(tf.matMul(last, tf.constant(Doubles.random([64, 64]).value)))
                tf.histogramSummary("layer\(layer)", last)
                tf.scalarSummary("mean\(layer)", tf.reduceMean(last))
                outputs.append(last)
            }
            self.outputs = outputs
            images = tf.imageSummary("x", tf.reshape(x, [-1, 8, 8, 1]), maxOutputs: 4)
            merged = tf.mergeAllSummaries()
        }

        func program(upTo pass: String) throws -> Program {
            try Program(
                tf, [merged.tensor], feed: [x: Doubles.random([4, 64]).value], upTo: pass)
        }
    }

    /// Nothing is lost, and what is put off stands right before what merges it.
    @Test func order() throws {
        let network = Network()
        let before = try network.program(upTo: "form-loops").running
        let program = try network.program(upTo: "put-aside")
        let (order, asides) = (program.running, program.running.filter(\.marks.isAside))
        #expect(asides.count == 9)
        let isAside = Set(asides.map(\.id))
        let others = order.map(\.id).filter { !isAside.contains($0) }
        #expect(others == before.map(\.id).filter { !isAside.contains($0) })
        #expect(Set(order.map(\.id)) == Set(before.map(\.id)) && order.count == before.count)
        #expect(order.last?.op == "MergeSummary")
        #expect(Set(order.dropLast().suffix(9).map(\.id)) == isAside)
    }

    /// The same is collected on any number of threads, in every run.
    @Test func results() throws {
        let network = Network()
        let feeds = (0..<3).map { [network.x: Doubles.random([200, 64], seed: UInt64($0)).value] }
        let alone = Session(graph: network.tf, threads: 1)
        let expected = try feeds.map { try alone.run(network.merged, feed: $0) }
        #expect(expected[0].values.count == 12)
        #expect(expected[0] != expected[1])
        for threads in [2, 3] {
            let session = Session(graph: network.tf, threads: threads)
            for _ in 0..<50 {
                for (feed, expected) in zip(feeds, expected) {
                    let summary = try session.run(network.merged, feed: feed)
                    #expect(summary == expected)
                }
            }
        }
    }

    /// A histogram of a variable is of its value before the run, and what waits for a summary runs
    /// after it.
    @Test func variablesAndOrder() throws {
        let tf = Graph()
        let v = tf.variable(Value([1, 2], shape: [2]), name: "v")
        let x = tf.placeholder([2], name: "x")
        tf.histogramSummary("before", v.tensor)
        let sum = tf.histogramSummary("sum", x + v.tensor)
        let assign = tf.controlDependencies([sum.tensor.node]) { tf.assign(v, x) }
        let merged = tf.mergeAllSummaries()
        let session = Session(graph: tf, threads: 2)
        try session.run(tf.globalVariablesInitializer())
        let run = try session.prepare(
            [merged.tensor], targets: [assign], feed: [x: Value([0, 0], shape: [2])])
        var value: [Float] = [1, 2]
        for step in 1...20 {
            let next = [Float(step), Float(-step)]
            run.feed(x, Value(next, shape: [2]))
            try run.run()
            #expect(
                run.summary(0).values == [
                    .histogram(value, tag: "before"),
                    .histogram(zip(value, next).map { $0 + $1 }, tag: "sum"),
                ])
            value = next
        }
    }
}
