import Testing

@testable import TensorGraph

/// What has a gradient, what has none by its nature, and what stops because nobody wrote the rule.
@Suite struct MissingGradientTests {
    /// TensorFlow's registry (`NotDifferentiable` in tensorflow/python/ops/*_grad.py, and
    /// logging_ops.py) and ours say the same of every op that either calls not differentiable.
    @Test func notDifferentiable() {
        let ops: [Op] = [
            .greater, .greaterEqual, .less, .lessEqual, .equal, .notEqual, .shape, .shapeN,
            .broadcastGradientArgs, .zerosLike, .stopGradient, .const, .assign, .assignAdd,
            .assignSub, .randomStandardNormal, .randomUniform, .scalarSummary, .histogramSummary,
            .imageSummary, .mergeSummary,
        ]
        for op in ops {
            guard case .notDifferentiable = op.gradient else {
                Issue.record("\(op.name)")
                continue
            }
        }
    }

    /// A leaky relu as a maximum, beside a variable with a plain gradient: both learn.
    @Test func leakyReluAsAMaximum() throws {
        let tf = Graph()
        let w = tf.variable(Value([-1, 2], shape: [2]), name: "w")
        let v = tf.variable(Value([1], shape: [1]), name: "v")
        let step = tf.variable(Value(Int32(0)), name: "step")
        let leaky = tf.maximum(w.tensor, 0.2 * w)
        let loss = tf.reduceSum(leaky) + tf.reduceSum(2 * v)
        let gradients = tf.gradients(of: loss, withRespectTo: [w, v])
        let train = AdamOptimizer(learningRate: 0.01).minimize(
            loss, globalStep: step, variables: [w, v]
        ) { left, _ in Issue.record("\(left.map(\.name))") }
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        #expect(try session.run(try #require(gradients[0])).floats == [0.2, 1])
        #expect(try session.run(try #require(gradients[1])).floats == [2])
        for _ in 0..<100 { try session.run(train) }
        let after = try session.value(of: w).floats
        // Each step of Adam goes 0.01 down a slope that stays.
        #expect(abs(after[0] + 2) < 1e-3 && abs(after[1] - 1) < 1e-3, "\(after)")
    }

    /// Of two equal numbers the first has the gradient, as in TensorFlow (2.21 gives these).
    @Test func equalNumbers() throws {
        let tf = Graph()
        let x = tf.placeholder([3], name: "x")
        let y = tf.placeholder([3], name: "y")
        let feed = [x: Value([1, 2, 3], shape: [3]), y: Value([2, 2, 2], shape: [3])]
        for (z, ofX, ofY): (Tensor, [Float], [Float]) in [
            (tf.maximum(x, y), [0, 1, 1], [1, 0, 0]), (tf.minimum(x, y), [1, 1, 0], [0, 0, 1]),
        ] {
            let gradients = try tf.gradients(of: z, withRespectTo: [x, y]).map { try #require($0) }
            let values = try Session(graph: tf).run(gradients, feed: feed)
            #expect(values.map(\.floats) == [ofX, ofY])
        }
    }

    /// What only a comparison depends on has no gradient, and that is no mistake.
    @Test func comparisons() {
        let tf = Graph()
        let x = tf.placeholder([3], name: "x")
        let y = tf.cast(tf.greater(x, 0), .float)
        #expect(tf.gradients(of: y, withRespectTo: [x])[0] == nil)
        #expect(tf.gradients(of: tf.stopGradient(x), withRespectTo: [x])[0] == nil)
        #expect(tf.gradients(of: tf.zerosLike(x), withRespectTo: [x])[0] == nil)
    }

    /// An op without a rule stops, and names itself and its node; also where another path has one.
    @Test(arguments: [false, true])
    func missingRule(besideAnotherPath: Bool) async {
        await #expect(processExitsWith: .failure) { [besideAnotherPath] in
            let tf = Graph()
            let x = tf.placeholder([2], name: "x")
            let curious = tf.add(.withoutRule, "curious", [x]).output()
            let y = besideAnotherPath ? curious + x : curious
            _ = tf.gradients(of: y, withRespectTo: [x])
        }
    }

    /// An op without a rule that no gradient has to pass is no mistake.
    @Test func missingRuleElsewhere() {
        let tf = Graph()
        let (x, z) = (tf.placeholder([2], name: "x"), tf.placeholder([2], name: "z"))
        let y = tf.add(.withoutRule, nil, [z]).output() * x
        #expect(tf.gradients(of: y, withRespectTo: [x])[0] != nil)
        let stopped = tf.stopGradient(tf.add(.withoutRule, nil, [x]).output()) * x
        #expect(tf.gradients(of: stopped, withRespectTo: [x])[0] != nil)
    }

    /// The variables that a loss does not reach are named, each as often as it is listed.
    @Test func unreachedVariables() {
        let tf = Graph()
        let (v, w) = (tf.variable(Value(1.0), name: "v"), tf.variable(Value(1.0), name: "w"))
        let u = tf.variable(Value(1.0), name: "u")
        let step = tf.variable(Value(Int32(0)), name: "step")
        var names: [[String]] = []
        let loss = tf.square(v.tensor) + tf.cast(tf.greater(u.tensor, 0), .float)
        _ = AdamOptimizer().minimize(loss, globalStep: step, variables: [w, v, u]) { left, tensor in
            names.append(left.map(\.name) + [tensor.name])
        }
        _ = AdamOptimizer().minimize(loss, globalStep: step, variables: [v]) { left, _ in
            names.append(left.map(\.name))
        }
        #expect(names == [["w", "u", loss.name]])
    }

    /// A loss that reaches none of them is a mistake.
    @Test func nothingReached() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            let (v, w) = (tf.variable(Value(1.0), name: "v"), tf.variable(Value(1.0), name: "w"))
            let step = tf.variable(Value(Int32(0)), name: "step")
            _ = AdamOptimizer().minimize(
                tf.square(v.tensor), globalStep: step, variables: [w])
        }
    }
}

extension Op {
    fileprivate static let withoutRule: Op = Op(
        "Curious", outputs: Infer.likeFirst, gradient: .missing)
}
