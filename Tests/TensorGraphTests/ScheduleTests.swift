import Testing

@testable import TensorGraph

/// In one run every variable is read before it is written, unless control dependencies say
/// otherwise.
@Suite struct ScheduleTests {
    let tf = Graph()
    let v: Variable
    let session: Session

    init() throws {
        v = tf.variable(Value([1, 2], shape: [2]), name: "v")
        session = Session(graph: tf)
        try session.run(tf.globalVariablesInitializer())
    }

    private func constant(_ a: Float, _ b: Float) -> Tensor {
        tf.constant(Value([a, b], shape: [2]))
    }

    private var value: [Float] {
        get throws { try session.value(of: v).floats }
    }

    // MARK: Reads first

    /// Whatever the order in which reader and writer were made.
    @Test func readersComeFirst() throws {
        let before = v * 10
        let update = tf.assign(v, constant(7, 8))
        let after = v * 100
        let values = try session.run([after, before], targets: [update])
        #expect(values.map(\.floats) == [[100, 200], [10, 20]])
        #expect(try value == [7, 8])
    }

    /// What reads sums over shards goes as they arrive, whatever their sizes.
    @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
    func sumsAreReadAsTheyArrive(arrivals: [Int]) throws {
        let sizes = [3, 5000, 40]
        var feeds: [Tensor: Specialization.Feed] = [:]
        var updates: [Node] = []
        for (size, arrival) in zip(sizes, arrivals) {
            let sum = tf.placeholder([size], name: "sum")
            feeds[sum] = .init(TensorType([size]), arrivals: [arrival])
            let zeros = Value([Float](repeating: 0, count: size), shape: [size])
            updates.append(tf.assign(tf.variable(zeros, name: "w"), tf.square(sum) * 2))
        }
        let specialization = try Specialization(
            graph: tf, fetches: [], targets: updates, feeds: feeds)
        var program = Program(specialization, fetches: [])
        program.run(Facts(feeds: feeds))
        let order = program.order.compactMap { id -> Int? in
            guard case .assign = program[id].primitive else { return nil }
            return sizes.firstIndex(of: program[program[id].inputs[0]].count)
        }
        #expect(order.map { arrivals[$0] } == [0, 1, 2])
    }

    /// A step that does the work of two reads where the first one did.
    @Test func aConvolutionIsOfTheFilterBeforeItsUpdate() throws {
        let x = tf.placeholder([1, 2, 2, 1], name: "x")
        let w = tf.variable(Value([1], shape: [1, 1, 1, 1]), name: "w")
        let sums = tf.conv2d(x, w.tensor, strides: [1, 1, 1, 1], padding: .same)
        let update = tf.assign(w, tf.constant(Value([100], shape: [1, 1, 1, 1])))
        let bias = tf.controlDependencies([update]) { tf.reshape(tf.identity(w), [1]) }
        try session.run(w.initializer)
        let feed = [x: Value([1, 2, 3, 4], shape: [1, 2, 2, 1])]
        #expect(try session.run(tf.biasAdd(sums, bias), feed: feed).floats == [101, 102, 103, 104])
    }

    /// The gradients of Σ (u · v)ᵢⱼ tᵢⱼ are t · vᵀ and uᵀ · t, of both as they were, whichever is
    /// updated first.
    @Test(arguments: [false, true])
    func gradientsAreOfTheValuesBeforeTheStep(isReversed: Bool) throws {
        let (left, right) = (Doubles.random([6, 3], seed: 1), Doubles.random([3, 40], seed: 2))
        let factors = Doubles.random([6, 40], seed: 3)
        let u = tf.variable(left.value, name: "u")
        let w = tf.variable(right.value, name: "w")
        let loss = tf.reduceSum(tf.matMul(u.tensor, w.tensor) * tf.constant(factors.value))
        let count = tf.variable(Value(Int32(0)), name: "count")
        let train = AdamOptimizer(learningRate: 10, beta1: 0.5, beta2: 0.5, epsilon: 1e-8)
            .minimize(loss, globalStep: count, variables: isReversed ? [w, u] : [u, w])
        try session.run(tf.globalVariablesInitializer())
        try session.run(train)
        // A first moment is half the gradient after one step.
        let moment = try #require(tf.variables.first { $0.name == "w/Adam" })
        let half = try session.value(of: moment).floats
        for (index, value) in half.enumerated() {
            let (row, column) = (index / 40, index % 40)
            let gradient = (0..<6).reduce(0) {
                $0 + left.values[$1 * 3 + row] * factors.values[$1 * 40 + column]
            }
            #expect(abs(Double(value) - gradient / 2) < 1e-5)
        }
    }

    /// A variable that is fetched is set aside before it is written.
    @Test func fetchedVariables() throws {
        let update = tf.assign(v, constant(7, 8))
        let values = try session.run([v, v.tensor, tf.identity(v)], targets: [update])
        #expect(values.map(\.floats) == [[1, 2], [1, 2], [1, 2]])
        #expect(try session.run(v).floats == [7, 8])
    }

    /// What a write gives is the variable after it, which a later write must not spoil.
    @Test func fetchedUpdates() throws {
        let first = tf.assignAdd(v, constant(10, 10))
        let second = tf.assignAdd(v, constant(100, 100))
        let values = try session.run([first.output(), second.output(), v.tensor])
        #expect(values.map(\.floats) == [[11, 12], [111, 112], [1, 2]])
        #expect(try value == [111, 112])
    }

    /// A training op and the loss in one run: the loss is the one before the step.
    @Test func lossAndTrainingTogether() throws {
        let loss = tf.reduceSum(tf.square(v - constant(3, 3)))
        let step = tf.variable(Value(Int32(0)), name: "step")
        let train = AdamOptimizer(learningRate: 0.5).minimize(
            loss, globalStep: step, variables: [v])
        try session.run(tf.globalVariablesInitializer())
        let fetched = try session.run([loss, v, step], targets: [train])
        #expect(fetched[0].scalar == 5)
        #expect(fetched[1].floats == [1, 2])
        #expect(fetched[2].int == 0)
        #expect(try session.value(of: step).int == 1)
        #expect(try session.run(loss).scalar < 5)
    }

    /// The new value is made from the old one, and from another variable that is written too.
    @Test func variablesThatDependOnEachOther() throws {
        let w = tf.variable(Value([5, 6], shape: [2]), name: "w")
        try session.run(w.initializer)
        let sum = tf.assign(v, v + w)
        let difference = tf.assign(w, v - w)
        try session.run(difference, sum)
        #expect(try value == [6, 8])
        #expect(try session.value(of: w).floats == [-4, -4])
    }

    /// Two variables that are assigned to each other leave no order in which both are read first.
    @Test func circle() async {
        await #expect(processExitsWith: .failure) {
            let tf = Graph()
            let (v, w) = (tf.variable(Value(1.0), name: "v"), tf.variable(Value(2.0), name: "w"))
            let swap = tf.group([tf.assign(v, w), tf.assign(w, v)])
            let session = Session(graph: tf)
            try session.run(tf.globalVariablesInitializer())
            try session.run(swap)
        }
    }

    // MARK: Several writers

    /// Writers of one variable run in the order of their making, whatever the order in which they
    /// are asked for.
    @Test func writersOfOneVariable() throws {
        let set = tf.assign(v, constant(5, 5))
        let add = tf.assignAdd(v, constant(1, 2))
        let subtract = tf.assignSub(v, constant(10, 10))
        try session.run(subtract, add, set)
        #expect(try value == [-4, -3])
    }

    @Test func integers() throws {
        let counter = tf.variable(Value(Int32(40)), name: "counter")
        try session.run(counter.initializer)
        let one = tf.constant(Value(Int32(1)))
        let (up, down) = (
            tf.assignAdd(counter, one * tf.constant(Value(Int32(3)))), tf.assignSub(counter, one)
        )
        try session.run(up)
        try session.run(up, down)
        #expect(try session.value(of: counter).int == 45)
    }

    // MARK: Control dependencies

    /// A reader that waits for a write sees it, and the readers that do not wait still do not.
    @Test func controlDependenciesWin() throws {
        let update = tf.assign(v, constant(7, 8))
        let (after, again) = tf.controlDependencies([update]) { (v * 10, tf.identity(v)) }
        let values = try session.run([after, v * 10, again, v.tensor])
        #expect(values.map(\.floats) == [[70, 80], [10, 20], [7, 8], [1, 2]])
    }

    /// A write that waits for another one of the same variable follows it, though it was made
    /// first.
    @Test func orderOfWriters() throws {
        let x = tf.placeholder([2], name: "x")
        let early = tf.assign(v, x)
        let late = tf.controlDependencies([early]) { tf.assign(v, v * 2) }
        try session.run(late, feed: [x: Value([3, 4], shape: [2])])
        #expect(try value == [6, 8])
    }

    /// What depends on a write by its inputs sees it too.
    @Test func readersOfAWrite() throws {
        let update = tf.assignAdd(v, constant(1, 1))
        let values = try session.run([update.output() * 10, v * 10])
        #expect(values.map(\.floats) == [[20, 30], [10, 20]])
    }

    @Test func groups() throws {
        let w = tf.variable(Value([5, 6], shape: [2]), name: "w")
        let both = tf.group([
            w.initializer, tf.assign(v, constant(7, 8)), tf.assignAdd(v, constant(1, 1)),
        ])
        try session.run(both)
        #expect(try value == [8, 9])
        #expect(try session.value(of: w).floats == [5, 6])
    }

    // MARK: Variables of a session

    @Test func settingValues() throws {
        session.set(v, to: Value([-1, -2], shape: [2]))
        #expect(try session.run(v * 2).floats == [-2, -4])
        let other = Session(graph: tf)
        try other.run(v.initializer)
        #expect(try other.run(v).floats == [1, 2])
        #expect(try session.run(v).floats == [-1, -2])
    }

    /// A variable may be fed like any tensor; its value stays.
    @Test func fedVariable() throws {
        let doubled = v * 2
        let fed = try session.run(doubled, feed: [v.tensor: Value([5, 5], shape: [2])])
        #expect(fed.floats == [10, 10])
        #expect(try session.run(doubled).floats == [2, 4])
    }
}
