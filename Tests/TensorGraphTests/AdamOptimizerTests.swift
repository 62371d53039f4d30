import Testing

@testable import TensorGraph

/// Adam against its formula in double precision.
@Suite struct AdamOptimizerTests {
    /// The formula of ``AdamOptimizer``, for one variable.
    private struct Reference {
        var values: [Double]
        var first: [Double]
        var second: [Double]
        var step = 0
        let optimizer: AdamOptimizer

        init(_ values: [Double], _ optimizer: AdamOptimizer) {
            self.values = values
            first = [Double](repeating: 0, count: values.count)
            second = first
            self.optimizer = optimizer
        }

        /// One step, which takes the same gradient so many times.
        mutating func take(_ gradient: [Double], times: Int) {
            step += 1
            func power(_ beta: Double) -> Double {
                (0..<step).reduce(1) { power, _ in power * beta }
            }
            let (beta1, beta2) = (Double(optimizer.beta1), Double(optimizer.beta2))
            let rate =
                Double(optimizer.learningRate) * (1 - power(beta2)).squareRoot()
                / (1 - power(beta1))
            for _ in 0..<times {
                for (i, g) in gradient.enumerated() {
                    first[i] += (g - first[i]) * (1 - beta1)
                    second[i] += (g * g - second[i]) * (1 - beta2)
                    values[i] -=
                        rate * first[i] / (second[i].squareRoot() + Double(optimizer.epsilon))
                }
            }
        }
    }

    /// Ten steps down Σ (v - target)⁴. A variable that is listed twice is updated twice a step with
    /// one gradient, while the powers of the betas advance once.
    ///
    /// Ten steps in float32, each off by a few 1e-7 of the step's size, stay within 1e-5 of the
    /// formula.
    @Test(arguments: [1, 2])
    func steps(_ times: Int) throws {
        let start = Doubles.random([7], seed: 3)
        let target = Doubles.random([7], seed: 4)
        let tf = Graph()
        let v = tf.variable(start.value, name: "v")
        let loss = tf.reduceSum(tf.square(tf.square(v - tf.constant(target.value))))
        let step = tf.variable(Value(Int32(0)), name: "step")
        let optimizer = AdamOptimizer(learningRate: 0.05, beta1: 0.8, beta2: 0.9, epsilon: 1e-4)
        let train = optimizer.minimize(
            loss, globalStep: step, variables: [Variable](repeating: v, count: times))
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())

        var reference = Reference(start.values, optimizer)
        for _ in 0..<10 {
            let gradient = zip(reference.values, target.values)
                .map { 4 * ($0 - $1) * ($0 - $1) * ($0 - $1) }
            reference.take(gradient, times: times)
            try session.run(train)
        }
        #expect(try session.value(of: step).int == 10)
        let values = try tf.variables.map { ($0.name, try session.value(of: $0)) }
        let byName = Dictionary(uniqueKeysWithValues: values)
        let expected = [
            "v": reference.values, "v/Adam": reference.first, "v/Adam_1": reference.second,
        ]
        for (name, expected) in expected {
            for (value, wanted) in zip(try #require(byName[name]).floats, expected) {
                #expect(abs(Double(value) - wanted) < 1e-5, "\(name)")
            }
        }
        // The powers of the betas that the next step takes.
        let powers = [("beta1_power", 0.8), ("beta2_power", 0.9)]
        for (name, beta) in powers {
            let wanted = (0..<11).reduce(1) { power, _ in power * beta }
            #expect(abs(Double(try #require(byName[name]).scalar) - wanted) < 1e-6, "\(name)")
        }
    }

    /// Two optimizers on one variable keep moments of their own.
    @Test func twoOptimizers() throws {
        let tf = Graph()
        let v = tf.variable(Value([4, 5], shape: [2]), name: "v")
        let losses = [tf.reduceSum(tf.square(v.tensor)), tf.reduceSum(v.tensor)]
        let steps = ["a", "b"].map { tf.variable(Value(Int32(0)), name: $0) }
        let trains = zip(losses, steps).map { loss, step in
            AdamOptimizer(learningRate: 0.1).minimize(loss, globalStep: step, variables: [v])
        }
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        try session.run(trains[0])
        try session.run(trains[1])
        try session.run(trains[1])
        #expect(try steps.map { try session.value(of: $0).int } == [1, 2])
        let moments = Dictionary(uniqueKeysWithValues: tf.variables.map { ($0.name, $0) })
        let (first, second) = (try #require(moments["v/Adam"]), try #require(moments["v/Adam_2"]))
        let values = [
            try session.value(of: first).floats[0], try session.value(of: second).floats[0],
        ]
        #expect(abs(values[0] - 0.8) < 1e-6)
        #expect(abs(values[1] - 0.19) < 1e-6)
    }

    /// Variables that the loss does not depend on are left alone.
    @Test func variablesWithoutGradient() throws {
        let tf = Graph()
        let (v, w) = (tf.variable(Value(1.0), name: "v"), tf.variable(Value(1.0), name: "w"))
        let step = tf.variable(Value(Int32(0)), name: "step")
        let train = AdamOptimizer().minimize(
            tf.square(v.tensor), globalStep: step, variables: [v, w])
        #expect(tf.variables.map(\.name).contains("v/Adam"))
        #expect(!tf.variables.map(\.name).contains("w/Adam"))
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        try session.run(train)
        #expect(try session.value(of: w).scalar == 1)
        #expect(try session.value(of: v).scalar < 1)
    }

    /// average -= (average - value)(1 - decay), from zero.
    @Test func movingAverage() throws {
        let tf = Graph()
        let x = tf.placeholder([2], name: "x")
        let averages = ExponentialMovingAverage(decay: 0.75)
        let update = averages.apply([x])
        let session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
        for value: [Float] in [[4, 8], [4, 0]] {
            try session.run(update, feed: [x: Value(value, shape: [2])])
        }
        #expect(averages.average(x).name == "x/ExponentialMovingAverage")
        #expect(try session.value(of: averages.average(x)).floats == [1.75, 1.5])
    }
}
