import TensorGraph
import Testing

/// Runs whose batch is cut into shards.
@Suite struct ShardedRunTests {
    private struct Model {
        let tf = Graph(seed: 1)
        let x, y, loss: Tensor
        let weights: Variable
        let train: Node

        init(batchNorm: Bool = false) {
            x = tf.placeholder([nil, 3], name: "x")
            y = tf.placeholder([nil, 1], name: "y")
            weights = tf.getVariable("weights", [3, 1], initializer: .zeros)
            var made = tf.matMul(x, weights)
            if batchNorm {
                let (mean, variance) = tf.moments(made, axes: [0])
                made = (made - mean) / tf.sqrt(variance + 1)
            }
            loss = tf.reduceMean(tf.square(made - y))
            let step = tf.variable(Value(Int32(0)), name: "step")
            // The same variable twice: two updates by one gradient.
            train = AdamOptimizer(learningRate: 0.1)
                .minimize(loss, globalStep: step, variables: [weights, weights])
        }

        func session() throws -> Session {
            let session = Session(graph: tf)
            try session.run(tf.globalVariablesInitializer())
            return session
        }

        static let feedX = (0..<24).map { Float(($0 * 7) % 11) / 4 }
        static let feedY = (0..<8).map { Float(($0 * 5) % 7) / 3 }
        var feed: [Tensor: Value] {
            [x: Value(Self.feedX, shape: [8, 3]), y: Value(Self.feedY, shape: [8, 1])]
        }
    }

    /// Without statistics of a batch, shards are the whole batch but for rounding: losses, and weights
    /// that Adam has changed twice a step.
    @Test(arguments: [1, 2, 4, 8])
    func isTheWholeBatch(shards: Int) throws {
        let model = Model()
        let (whole, cut) = (try model.session(), try model.session())
        let run = try ShardedRun(
            cut, [model.loss], targets: [model.train], feed: model.feed,
            Shards(count: shards, batchSize: 8))
        for _ in 0..<20 {
            let loss = try whole.run([model.loss], targets: [model.train], feed: model.feed)[0]
            try run.run()
            #expect(abs(run.scalar - loss.scalar) <= 1e-5 * loss.scalar)
        }
        let (expected, found) = (
            try whole.value(of: model.weights).floats, try cut.value(of: model.weights).floats
        )
        #expect(expected[0] != 0)
        for (a, b) in zip(expected, found) { #expect(abs(a - b) < 1e-4) }
    }

    /// A shard is normalized by its own statistics: the loss is the mean of those of its parts.
    @Test func hasStatisticsOfItsOwn() throws {
        let model = Model(batchNorm: true)
        let session = try model.session()
        session.set(model.weights, to: Value([0.3, -0.2, 0.9], shape: [3, 1]))
        let run = try ShardedRun(
            session, [model.loss], feed: model.feed, Shards(count: 2, batchSize: 8))
        try run.run()
        let halves = try [0, 4].map { start in
            try session.run(
                model.loss,
                feed: [
                    model.x: Value(
                        Array(Model.feedX[start * 3..<start * 3 + 12]), shape: [4, 3]),
                    model.y: Value(Array(Model.feedY[start..<start + 4]), shape: [4, 1]),
                ]
            ).scalar
        }
        #expect(run.scalar == halves[0] * 0.5 + halves[1] * 0.5)
        let whole = try session.run(model.loss, feed: model.feed).scalar
        #expect(run.scalar != whole)
    }

    /// Three shards of 2 or 3 rows count by their rows.
    @Test func countsRows() throws {
        let shards = Shards(count: 4, batchSize: 10)
        #expect((0..<4).map { shards.rows(of: $0) } == [0..<2, 2..<5, 5..<7, 7..<10])
        let third = Shards(count: 4, batchSize: 10, rank: 1, of: 2)
        #expect(third.own == 2..<4 && third.ownRows == 5..<10)

        let tf = Graph(seed: 0)
        let x = tf.placeholder([nil, 1], name: "x")
        let run = try ShardedRun(
            Session(graph: tf), [tf.reduceMean(x)],
            feed: [x: Value([1, 2, 4, 8, 16, 32, 64, 128, 256, 512], shape: [10, 1])], shards)
        try run.run()
        #expect(abs(run.scalar - 102.3) < 1e-4)
    }

    /// What has no rows of the batch is fed to every shard whole: more rows than the batch, or as many as a
    /// process's shards or one of them have.
    @Test(arguments: [1, 2, 4]) func tablesAreNotCut(processes: Int) throws {
        let losses = try Processes.run(processes) { communicator in
            let tf = Graph(seed: 0)
            let x = tf.placeholder([nil, 5], name: "x")
            let table = tf.placeholder([5, 1], name: "table")
            let long = tf.placeholder([50, 1], name: "long")
            let short = tf.placeholder([3, 1], name: "short")
            let loss =
                tf.reduceMean(tf.matMul(x, table)) + tf.reduceSum(long) + tf.reduceSum(short)
            func column(_ count: Int) -> Value {
                Value((1...count).map { Float($0) }, shape: [count, 1])
            }
            let run = try ShardedRun(
                Session(graph: tf), [loss],
                feed: [
                    x: Value((0..<50).map { Float($0) }, shape: [10, 5]), table: column(5),
                    long: column(50), short: column(3),
                ],
                Shards(
                    count: 4, batchSize: 10, rank: communicator.rank, of: communicator.count),
                communicator)
            try run.run()
            let first = run.scalar
            run.feed(table, Value([Float](repeating: 0, count: 5), shape: [5, 1]))
            try run.run()
            return [first, run.scalar]
        }
        for found in losses {
            #expect(abs(found[0] - (377.5 + 1275 + 6)) < 1e-2)
            #expect(abs(found[1] - 1281) < 1e-2)
        }
    }
}
