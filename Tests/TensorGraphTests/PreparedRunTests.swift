import CAllocationCounter
import GAN
import Testing

@testable import TensorGraph

/// Runs that are prepared once.
@Suite(.serialized) struct PreparedRunTests {
    /// The counter would notice one allocation, of any kind.
    @Test(.enabled(if: allocation_counter_works()))
    func theCounterCounts() {
        allocation_counter_start()
        let block = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 64)
        let count = allocation_counter_stop()
        block.deallocate()
        #expect(count == 1)
    }

    /// A training step and the fetch of its loss, as the article's loop takes them: nothing is
    /// allocated.
    @Test(.enabled(if: allocation_counter_works()), arguments: [1, 2], [10, 64])
    func stepsAllocateNothing(threads: Int, batch: Int) throws {
        var hyperparameters = Hyperparameters()
        hyperparameters.batchSize = batch
        let program = GAN.Program(hyperparameters, seed: 0)
        let session = Session(graph: program.network.tf, threads: threads)
        try session.run(program.initializer)
        let feed = [
            program.inputX: Doubles.random([batch, 784]).value,
            program.inputZ: Doubles.random([batch, 20]).value,
        ]
        let runs = try [
            session.prepare(targets: [program.discriminatorTrain], feed: feed),
            session.prepare([program.discriminatorLoss], feed: feed),
            session.prepare(targets: [program.generatorTrain], feed: feed),
            session.prepare([program.generatorLoss], feed: feed),
        ]
        for _ in 0..<3 { for run in runs { try run.run() } }
        var sum: Float = 0
        for (index, run) in runs.enumerated() {
            allocation_counter_start()
            for _ in 0..<3 {
                try run.run()
                if index % 2 == 1 { sum += run.scalar }
            }
            let count = allocation_counter_stop()
            #expect(count == 0, "run \(index)")
        }
        #expect(sum.isFinite)
    }

    /// Prepared runs give what the session's own give, whoever else runs and feeds in between.
    @Test func agreeWithTheSession() throws {
        let tf = Graph()
        let x = tf.placeholder([nil, 3], name: "x")
        let w = tf.variable(Value([1, 2, 3], shape: [3]), name: "w")
        let product = x * w
        let total = tf.reduceSum(tf.softplus(product))
        let update = tf.assignAdd(w, tf.constant(Value([1, 1, 1], shape: [3])))
        let session = Session(graph: tf)
        #expect(throws: SessionError.uninitialized(["w"])) {
            try session.prepare([total], feed: [x: Value([1, 2, 3], shape: [1, 3])]).run()
        }
        try session.run(w.initializer)

        let (a, b) = (Value([1, -2, 3], shape: [1, 3]), Value([0.5, 0.25, 2], shape: [1, 3]))
        let prepared = try session.prepare([total, product], feed: [x: a])
        let other = try session.prepare([total], feed: [x: b])
        let step = try session.prepare(targets: [update])
        for index in 0..<4 {
            try prepared.run()
            #expect(prepared.scalar == (try session.run(total, feed: [x: a]).scalar))
            try other.run()
            #expect(other.scalar == (try session.run(total, feed: [x: b]).scalar))
            try prepared.run()
            let expected = try session.run([total, product], feed: [x: a])
            #expect(prepared.scalar == expected[0].scalar)
            #expect(prepared.value(1) == expected[1])
            #expect(prepared.withFloats(1) { Array($0) } == expected[1].floats)
            if index == 2 {
                prepared.feed(x, b)
                try prepared.run()
                #expect(prepared.scalar == other.scalar)
                prepared.feed(x, a)
            }
            try step.run()
        }
        #expect(try session.value(of: w).floats == [5, 6, 7])
    }

    /// A later plan may change what earlier ones share with it.
    @Test func plansThatChange() throws {
        let tf = Graph()
        let x = tf.placeholder([2], name: "x")
        let y = tf.exp(x)
        let fed = Value([1, 2], shape: [2])
        let session = Session(graph: tf)
        let first = try session.prepare([tf.reduceSum(y)], feed: [x: fed])
        try first.run()
        let before = first.scalar
        let second = try session.prepare([tf.reduceSum(y * y), y], feed: [x: fed])
        try second.run()
        try first.run()
        #expect(first.scalar == before)
        #expect(second.value(1).floats == (try session.run(y, feed: [x: fed]).floats))
    }
}
