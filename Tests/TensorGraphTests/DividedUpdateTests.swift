import CKernels
import Testing

@testable import TensorGraph

/// Steps of Adam that processes divide, and what they are made of: sums of gradients, or rows of all shards.
@Suite struct DividedUpdateTests {
    /// A layer whose weights have a gradient of many numbers.
    private struct Model {
        let tf = Graph(seed: 1)
        let x, loss: Tensor
        let weights: Variable
        let train: Node
        let rows: Int

        init(_ rows: Int = 400, _ columns: Int = 400) {
            self.rows = rows
            x = tf.placeholder([nil, rows], name: "x")
            weights = tf.getVariable(
                "weights", [rows, columns], initializer: .randomNormal(standardDeviation: 0.1))
            let biases = tf.getVariable("biases", [columns], initializer: .zeros)
            let made = tf.matMul(x, weights) + biases
            // Twice, as with real and made images: the gradient is the sum of two products.
            let other = tf.matMul(x * 0.5, weights)
            loss = tf.reduceMean(tf.square(made) + tf.square(other - 1))
            train = AdamOptimizer(learningRate: 0.01).minimize(
                loss, globalStep: tf.variable(Value(Int32(0)), name: "step"),
                variables: [weights, weights, biases])
        }

        func run(
            _ session: Session, batchSize: Int, _ communicator: any Communicator
        ) throws -> ShardedRun {
            return try ShardedRun(
                session, [loss], targets: [train], feed: [x: batch(batchSize)],
                Shards(
                    count: 4, batchSize: batchSize, rank: communicator.rank,
                    of: communicator.count), communicator)
        }

        func batch(_ size: Int, step: Int = 0) -> Value {
            Value(
                (0..<size * rows).map { Float(($0 * 7919 + step * 31) % 1013) / 1013 - 0.4 },
                shape: [size, rows])
        }
    }

    /// What a process has seen.
    private struct Trace: Equatable, Sendable {
        var losses: [UInt32] = []
        var variables: [String: [UInt8]] = [:]
        var bytes = 0
    }

    /// Six steps, what a session says of the moments between them, and all variables at the end.
    ///
    /// - Parameter wantsThread: whether messages move while processes compute.
    private func trace(
        processes: Int, batchSize: Int, _ rows: Int = 400, _ columns: Int = 400,
        wantsThread: Bool = true
    ) throws -> [Trace] {
        try Processes.run(processes, wantsThread: wantsThread) { communicator in
            let model = Model(rows, columns)
            let session = Session(graph: model.tf)
            try session.run(model.tf.globalVariablesInitializer())
            let run = try model.run(session, batchSize: batchSize, communicator)
            let moment = try #require(model.tf.variables.first { $0.name == "weights/Adam" })
            var trace = Trace()
            for step in 0..<6 {
                run.feed(model.x, model.batch(batchSize, step: step))
                try run.run()
                trace.losses.append(run.scalar.bitPattern)
                // Weights are there as soon as somebody asks.
                if step % 2 == 0 { _ = try session.value(of: model.weights) }
                if processes > 1 {
                    #expect(throws: SessionError.divided([moment.name])) {
                        try session.value(of: moment)
                    }
                }
                if step == 1 {
                    try run.gatherVariables()
                    _ = try session.value(of: moment)
                }
            }
            try communicator.finish()
            trace.bytes = communicator.traffic.bytes
            try run.gatherVariables()
            for variable in model.tf.variables where variable.type == .float {
                trace.variables[variable.name] = try session.value(of: variable).bytes
            }
            return trace
        }
    }

    /// Many rows are more numbers than the gradient, which is summed; few are gathered. Either way weights
    /// and moments are the same to the last bit.
    @Test(arguments: [8, 13, 150], [(2, true), (2, false), (4, true), (4, false)])
    func isTheSame(batchSize: Int, processes: (count: Int, wantThread: Bool)) throws {
        let alone = try trace(processes: 1, batchSize: batchSize)[0]
        #expect(Set(alone.losses).count == 6)
        #expect(alone.variables.count == 8)
        let (processes, wantThread) = processes
        for var other in try trace(
            processes: processes, batchSize: batchSize, wantsThread: wantThread)
        {
            let ring = 6 * 2 * (processes - 1) * 160_000 * 4 / processes
            if batchSize == 150 {
                #expect(other.bytes > ring && other.bytes < ring * 5 / 2)
            } else {
                // Half of it for the weights, and a sixth of it for the moments in the middle.
                #expect(other.bytes < ring * 5 / 4)
            }
            other.bytes = alone.bytes
            #expect(other == alone)
        }
    }

    /// Parts of weights whose numbers, or rows, are one or a few more than some parts have: nothing is left
    /// over that would be too small to be divided, or for a kernel to update.
    @Test(arguments: [
        (513, 512, 64, 2), (519, 512, 64, 4), (481, 545, 300, 2), (481, 545, 300, 4),
        (599, 875, 300, 4),
    ])
    func isTheSameForOddSizes(rows: Int, columns: Int, batchSize: Int, processes: Int) throws {
        func trace(_ processes: Int) throws -> [Trace] {
            try self.trace(processes: processes, batchSize: batchSize, rows, columns)
        }
        let alone = try trace(1)[0]
        for var other in try trace(processes) {
            other.bytes = alone.bytes
            #expect(other == alone)
        }
    }

    /// What the effects of few rows, and of many, are made of.
    @Test(arguments: [(8, true), (99, true), (100, false), (150, false)])
    func fewRowsAreGathered(batchSize: Int, isOfRows: Bool) throws {
        let model = Model()
        let specialization = try Specialization(
            graph: model.tf, fetches: [], targets: [model.train],
            feeds: [model.x: .init(model.batch(batchSize))])
        let products = specialization.fedOperands.map {
            specialization.rowProducts(of: $0, rows: batchSize, batchSize: batchSize)
        }
        // Of more rows than a processor without wide vectors makes an update of, a gradient is stored.
        let terms = [kernel_product](
            repeating: .init(a: nil, b: nil, k: batchSize, a_row: 0), count: 2)
        let isFused =
            kernel_matmul_adam_choose(400, 400, terms, 2) != KERNEL_MATMUL_ADAM_STORED
        #expect(
            products.map { $0?.count ?? 0 }.sorted() == (isOfRows && isFused ? [0, 2] : [0, 0]))
    }

    /// One process makes the update of all rows without storing the gradient.
    @Test func oneKernelMakesTheUpdate() throws {
        let model = Model()
        let session = Session(graph: model.tf)
        try session.run(model.tf.globalVariablesInitializer())
        let alone = MessageCommunicator(LocalMessenger(rank: 0, .init(count: 1)))
        try model.run(session, batchSize: 8, alone).run()
        let steps = session.plans.flatMap { plan in
            plan.program.order.compactMap { id -> [Int]? in
                guard case .adamOfProducts(let products) = plan.program[id].primitive else {
                    return nil
                }
                return products.rows + [products.times]
            }
        }
        #expect(steps == [[8, 8, 2]])
    }

    /// A run that would divide it otherwise says so, too; and after an initializer all is there again.
    @Test func anotherDivisionIsRefused() throws {
        _ = try Processes.run(2) { communicator in
            let model = Model()
            let moment = try #require(model.tf.variables.first { $0.name == "weights/Adam" })
            let session = Session(graph: model.tf)
            try session.run(model.tf.globalVariablesInitializer())
            // By rows, and by sums.
            let few = try model.run(session, batchSize: 8, communicator)
            let many = try model.run(session, batchSize: 150, communicator)
            try few.run()
            try few.run()
            #expect(throws: SessionError.divided(["weights/Adam", "weights/Adam_1"])) {
                try many.run()
            }
            try few.gatherVariables()
            try many.run()
            #expect(throws: SessionError.divided([moment.name])) {
                try session.value(of: moment)
            }
            try session.run(model.tf.globalVariablesInitializer())
            #expect(try session.value(of: moment).floats.allSatisfy { $0 == 0 })
            try few.run()
            try few.gatherVariables()
            #expect(try session.value(of: moment).floats.contains { $0 != 0 })
        }
    }

    /// Where the session's run reads a moment of which this process has only a part, it says so.
    @Test func aDividedMomentIsNotRead() throws {
        let found = try Processes.run(2) { communicator in
            let model = Model()
            let moment = try #require(model.tf.variables.first { $0.name == "weights/Adam" })
            let sum = model.tf.reduceSum(moment.tensor)
            let session = Session(graph: model.tf)
            try session.run(model.tf.globalVariablesInitializer())
            let run = try model.run(session, batchSize: 8, communicator)
            try run.run()
            #expect(throws: SessionError.divided(["weights/Adam"])) { try session.run(sum) }
            try run.gatherVariables()
            return try session.run(sum).scalar
        }
        #expect(found[0] == found[1] && found[0] != 0)
    }
}
