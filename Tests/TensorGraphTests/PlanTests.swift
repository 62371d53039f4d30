import Testing

@testable import TensorGraph

/// What a session compiles, and when.
@Suite struct PlanTests {
    /// Σ over a batch of normalized rows, whose gradient needs the batch's size in many places.
    private struct Network {
        let tf = Graph()
        let x: Tensor
        let loss: Tensor
        let gradient: Tensor

        init() throws {
            x = tf.placeholder([nil, 3], name: "x")
            let (mean, variance) = tf.moments(x, axes: [0])
            let centered = (x - mean) * tf.rsqrt(variance + 1e-3)
            loss = tf.reduceMean(tf.softplus(tf.reshape(centered * x, [-1, 1, 3])))
            gradient = try #require(tf.gradients(of: loss, withRespectTo: [x])[0])
        }

        func feed(_ rows: Int) -> [Tensor: Value] { [x: Doubles.random([rows, 3]).value] }
    }

    /// One for each batch size, made once.
    @Test func plansAreKept() throws {
        let network = try Network()
        let session = Session(graph: network.tf)
        var first: [Int: [Value]] = [:]
        for rows in [4, 9, 4, 9, 4] {
            let values = try session.run(
                [network.loss, network.gradient], feed: network.feed(rows))
            if let before = first[rows] { #expect(values == before) }
            first[rows] = values
            #expect(values[1].shape == [rows, 3])
        }
        #expect(session.plans.count == 2)
        _ = try session.run(network.loss, feed: network.feed(4))
        #expect(session.plans.count == 3)
    }

    /// Shapes, and what is computed from them, are known once a batch size is: nothing of it is
    /// left to run.
    @Test func shapesAreFolded() throws {
        let network = try Network()
        let arithmetic: Set = [
            "Shape", "ShapeN", "Prod", "FloorMod", "GatherV2", "BroadcastGradientArgs",
        ]
        let before = Set(network.tf.nodes.map(\.op.name))
        #expect(arithmetic.subtracting(["ShapeN"]).isSubset(of: before))
        let specialization = try Specialization(
            graph: network.tf, fetches: [network.gradient], targets: [],
            feeds: [network.x: .init(Value([Float](repeating: 0, count: 12), shape: [4, 3]))])
        let left = specialization.nodes.filter { !specialization.isFolded($0) }
        #expect(arithmetic.intersection(left.map(\.op.name)) == [])
        #expect(left.allSatisfy { $0.outputs.allSatisfy { $0.type == .float } })
        #expect(left.count < network.tf.nodes.count / 2)
    }

    /// A conditional with a known predicate leaves one branch, and nothing of the choice.
    @Test func branchesAreFolded() throws {
        let tf = Graph()
        let x = tf.placeholder([2], name: "x")
        let result = tf.cond(tf.constant(Value(true)), { [x * 2] }, { [tf.exp(x)] })[0]
        let specialization = try Specialization(
            graph: tf, fetches: [result], targets: [],
            feeds: [x: .init(Value([0, 0], shape: [2]))])
        let names = specialization.nodes.filter { !specialization.isFolded($0) }.map(\.name)
        #expect(names == ["cond/mul/Switch", "cond/mul", "cond/Merge"])
    }

    /// A run computes only what its fetches need.
    @Test func unneededNodesAreLeftOut() throws {
        let tf = Graph()
        let (x, y) = (tf.placeholder([2], name: "x"), tf.placeholder([2], name: "y"))
        let (doubled, _) = (x * 2, y * 2)
        let fed = Value([1, 2], shape: [2])
        #expect(try Session(graph: tf).run(doubled, feed: [x: fed]).floats == [2, 4])
        // What is fed hides what it would be computed from.
        let sum = tf.exp(doubled) + doubled
        #expect(
            try Session(graph: tf).run(sum - tf.exp(doubled), feed: [doubled: fed]).floats == [
                1, 2,
            ])
    }

    /// The graph may grow between two runs; what was compiled stays.
    @Test func growingGraph() throws {
        let tf = Graph()
        let x = tf.placeholder([nil], name: "x")
        let doubled = x * 2
        let session = Session(graph: tf)
        let feed = [x: Value([1, 2], shape: [2])]
        #expect(try session.run(doubled, feed: feed).floats == [2, 4])
        let more = doubled + 1
        #expect(try session.run(more, feed: feed).floats == [3, 5])
        #expect(try session.run(doubled, feed: feed).floats == [2, 4])
        #expect(session.plans.count == 2)
    }

    /// A tensor may be fetched twice, with the feeds themselves, constants and names for the same
    /// memory among the rest.
    @Test func fetches() throws {
        let tf = Graph()
        let x = tf.placeholder([2, 3], name: "x")
        let c = tf.constant(Value([1, 2, 3], shape: [3]))
        let sum = x + c
        let flat = tf.reshape(sum, [-1])
        let fed = Value([1, 2, 3, 4, 5, 6], shape: [2, 3])
        let values = try Session(graph: tf).run(
            [sum, x, c, flat, sum, tf.shape(of: x), tf.identity(x)], feed: [x: fed])
        let sums: [Float] = [2, 4, 6, 5, 7, 9]
        #expect(values[0] == Value(sums, shape: [2, 3]))
        #expect(values[1] == fed)
        #expect(values[2].floats == [1, 2, 3])
        #expect(values[3] == Value(sums, shape: [6]))
        #expect(values[4] == values[0])
        #expect(values[5].ints == [2, 3])
        #expect(values[6] == fed)
    }

    /// A batch of nothing runs too, and sums to nothing.
    @Test func emptyBatch() throws {
        let tf = Graph()
        let x = tf.placeholder([nil, 4, 4, 1], name: "x")
        let w = tf.constant(Doubles.random([3, 3, 1, 2]).value)
        let images = tf.relu(tf.conv2d(x, w, strides: [1, 1, 1, 1], padding: .same))
        let pooled = tf.maxPool(
            images, ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .same)
        let flat = tf.reshape(pooled, [-1, 8])
        let loss = tf.reduceSum(tf.matMul(flat, tf.constant(Doubles.random([8, 2]).value)))
        let gradients = tf.gradients(of: loss, withRespectTo: [x, w]).compactMap(\.self)
        let values = try Session(graph: tf, threads: 2).run(
            [loss] + gradients, feed: [x: Value([], shape: [0, 4, 4, 1])])
        #expect(values[0].scalar == 0)
        #expect(values[1].shape == [0, 4, 4, 1])
        #expect(values[2].floats == [Float](repeating: 0, count: 18))
    }
}
