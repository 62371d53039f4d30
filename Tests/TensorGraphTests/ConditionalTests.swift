import Testing

@testable import TensorGraph

/// Conditionals: the branch that is taken is what runs, forward and backward, and nothing of the
/// other one.
@Suite struct ConditionalTests {
    let tf = Graph()
    let x: Tensor
    let y: Tensor
    /// The predicate of most conditionals here, which is fed.
    let p: Tensor

    init() {
        x = tf.placeholder([nil], name: "x")
        y = tf.placeholder([nil], name: "y")
        p = tf.placeholder(.scalar, type: .bool, name: "p")
    }

    private func feed(_ predicate: Bool) -> [Tensor: Value] {
        [
            x: Value([3, 5], shape: [2]), y: Value([2, -4], shape: [2]), p: Value(predicate),
        ]
    }

    // MARK: Values

    @Test(arguments: [(true, [Float(6), -20]), (false, [1, 9])])
    func constantPredicate(_ isTrue: Bool, _ expected: [Float]) throws {
        let result = tf.cond(tf.constant(Value(isTrue)), { [x * y] }, { [x - y] })
        #expect(try Session(graph: tf).run(result[0], feed: feed(true)).floats == expected)
    }

    /// One session takes either branch, as often as it is told to.
    @Test func fedPredicate() throws {
        let results = tf.cond(p, { [x * y, x] }, { [x - y, tf.constant(Value(7.0))] })
        let session = Session(graph: tf)
        for _ in 0..<2 {
            let taken = try session.run(results, feed: feed(true))
            #expect(taken.map(\.floats) == [[6, -20], [3, 5]])
            let other = try session.run(results, feed: feed(false))
            #expect(other.map(\.floats) == [[1, 9], [7]])
        }
    }

    /// A branch may return what was there before, or a variable.
    @Test func branchesWithoutNodes() throws {
        let v = tf.variable(Value([9, 9], shape: [2]), name: "v")
        let result = tf.cond(p, { [x] }, { [v.tensor] })[0]
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        #expect(try session.run(result, feed: feed(true)).floats == [3, 5])
        #expect(try session.run(result, feed: feed(false)).floats == [9, 9])
    }

    /// A predicate may follow from shapes, and so from how much is fed.
    @Test func predicateFromShapes() throws {
        let size = tf.squeeze(tf.shape(of: x), axes: [0])
        let isTwo = tf.add(.equal, nil, [size, tf.constant(Value(Int32(2)))]).output()
        let result = tf.cond(isTwo, { [tf.constant(Value(2.0))] }, { [tf.reduceSum(x)] })[0]
        let session = Session(graph: tf)
        #expect(try session.run(result, feed: [x: Value([3, 5], shape: [2])]).scalar == 2)
        #expect(try session.run(result, feed: [x: Value([3, 5, 6], shape: [3])]).scalar == 14)
    }

    @Test func unknownPredicate() throws {
        let result = tf.cond(tf.greater(tf.reduceSum(x), 0), { [x] }, { [y] })[0]
        #expect(throws: SessionError.unknownPredicate("cond/pred_id:0")) {
            try Session(graph: tf).run(result, feed: feed(true))
        }
    }

    // MARK: What runs

    @Test func sideEffectsOfTheBranchTaken() throws {
        let v = tf.variable(Value(0.0), name: "v")
        let (one, ten) = (tf.constant(Value(1.0)), tf.constant(Value(10.0)))
        let result = tf.cond(
            p, { [tf.assignAdd(v, one).output() * 1] }, { [tf.assignAdd(v, ten).output() * 1] })[0]
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        #expect(try session.run(result, feed: [p: Value(true)]).scalar == 1)
        #expect(try session.run(result, feed: [p: Value(false)]).scalar == 11)
        #expect(try session.run(result, feed: [p: Value(true)]).scalar == 12)
        #expect(try session.value(of: v).scalar == 12)
    }

    /// What a branch waits for outside of itself runs in any case.
    @Test func outerNodesThatABranchWaitsFor() throws {
        let v = tf.variable(Value(0.0), name: "v")
        let update = tf.assignAdd(v, tf.constant(Value(1.0)))
        let result = tf.cond(
            p, { tf.controlDependencies([update]) { [tf.constant(Value(5.0))] } },
            { [tf.constant(Value(6.0))] })[0]
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        #expect(try session.run(result, feed: [p: Value(true)]).scalar == 5)
        #expect(try session.value(of: v).scalar == 1)
    }

    /// A tensor of the branch that is not taken cannot be fetched; a node of it may be asked to
    /// run, and does not.
    @Test func deadNodes() throws {
        let v = tf.variable(Value(0.0), name: "v")
        var product = x
        var update: Node?
        _ = tf.cond(
            p,
            {
                product = x * y
                update = tf.assignAdd(v, tf.constant(Value(1.0)))
                return [product]
            }, { [x - y] })
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        #expect(throws: SessionError.notComputed("cond/mul:0")) {
            try session.run(product, feed: feed(false))
        }
        #expect(try session.run(product, feed: feed(true)).floats == [6, -20])
        try session.run(try #require(update), feed: feed(false))
        #expect(try session.value(of: v).scalar == 0)
    }

    /// Whatever either branch takes from outside has to be fed, as under TensorFlow.
    @Test func feedsOfTheOtherBranch() throws {
        let result = tf.cond(tf.constant(Value(true)), { [x * 2] }, { [x - y] })[0]
        #expect(throws: SessionError.notFed("y")) {
            try Session(graph: tf).run(result, feed: [x: Value([3, 5], shape: [2])])
        }
    }

    // MARK: Gradients

    @Test func gradients() throws {
        let result = tf.cond(p, { [x * x * y] }, { [x - y] })[0]
        let gradients = tf.gradients(of: result, withRespectTo: [x, y]).compactMap(\.self)
        #expect(gradients.count == 2)
        let session = Session(graph: tf)
        let taken = try session.run(gradients, feed: feed(true))
        #expect(taken.map(\.floats) == [[12, -40], [9, 25]])
        let other = try session.run(gradients, feed: feed(false))
        #expect(other.map(\.floats) == [[1, 1], [-1, -1]])
    }

    /// Where only one branch depends on a tensor, the gradient is zero when the other one is taken;
    /// and where the tensor is used outside too, that is added.
    @Test func gradientsOfOneBranch() throws {
        let result = tf.cond(p, { [x * x] }, { [y] })[0] + x * 10
        let gradients = tf.gradients(of: result, withRespectTo: [x, y]).compactMap(\.self)
        let session = Session(graph: tf)
        let taken = try session.run(gradients, feed: feed(true))
        #expect(taken.map(\.floats) == [[16, 20], [0, 0]])
        let other = try session.run(gradients, feed: feed(false))
        #expect(other.map(\.floats) == [[10, 10], [1, 1]])
    }

    /// Of two results only one counts.
    @Test func gradientsOfOneResult() throws {
        let results = tf.cond(p, { [x * y, x * x] }, { [x - y, y * y] })
        let gradients = tf.gradients(of: results[1], withRespectTo: [x, y]).compactMap(\.self)
        let session = Session(graph: tf)
        #expect(try session.run(gradients, feed: feed(true)).map(\.floats) == [[6, 10], [0, 0]])
        #expect(try session.run(gradients, feed: feed(false)).map(\.floats) == [[0, 0], [4, -8]])
    }

    @Test func gradientsOfGradients() throws {
        let result = tf.cond(p, { [x * x * y] }, { [x - y * y * y] })[0]
        let slopes = tf.gradients(of: result, withRespectTo: [x, y]).compactMap(\.self)
        let norm = tf.addN(slopes.map { tf.reduceSum(tf.square($0)) })
        let gradients = tf.gradients(of: norm, withRespectTo: [x, y]).compactMap(\.self)
        let session = Session(graph: tf)
        // (2xy)² + x⁴ by x is 8xy² + 4x³, by y is 8x²y; 1 + 9y⁴ by y is 36y³.
        let taken = try session.run(gradients, feed: feed(true))
        #expect(taken.map(\.floats) == [[204, 1140], [144, -800]])
        let other = try session.run(gradients, feed: feed(false))
        #expect(other.map(\.floats) == [[0, 0], [288, -2304]])
    }
}
