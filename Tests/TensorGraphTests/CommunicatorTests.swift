import Foundation
import TensorGraph
import Testing

/// Sums, broadcasts and gathered bytes over messages between threads.
@Suite struct CommunicatorTests {
    /// Numbers of which no two orders of summing give the same bits.
    private static func numbers(_ rank: Int, _ count: Int) -> [Float] {
        (0..<count).map { index in
            let bits = UInt32(truncatingIfNeeded: (rank + 1) &* 2_654_435_761 &* (index &+ 17))
            return Float(bits % 10_007)
                * Float(sign: .plus, exponent: Int(bits % 23) - 11, significand: 1)
        }
    }

    private static func tree(_ parts: [[Float]]) -> [Float] {
        guard parts.count > 1 else { return parts[0] }
        let half = parts.count / 2
        return zip(tree(Array(parts[..<half])), tree(Array(parts[half...]))).map { $0 + $1 }
    }

    /// Sums of any length are those of the tree, to the bit, in all processes.
    @Test(arguments: [1, 2, 4, 8], [1, 2, 3, 7, 1024, 1025, 1031, 40_000, 131_073])
    func sums(processes: Int, count: Int) throws {
        let results = try Processes.run(processes, wantsThread: count % 2 == 1) { communicator in
            var numbers = Self.numbers(communicator.rank, count)
            var others = Self.numbers(communicator.rank + 100, 2 * count)
            try numbers.withUnsafeMutableBufferPointer { numbers in
                try others.withUnsafeMutableBufferPointer { others in
                    try communicator.beginSum(numbers)
                    try communicator.beginSum(others)
                    try communicator.finishSums()
                }
            }
            return [numbers, others]
        }
        let expected = Self.tree((0..<processes).map { Self.numbers($0, count) })
        let others = Self.tree((0..<processes).map { Self.numbers($0 + 100, 2 * count) })
        for result in results { #expect(result == [expected, others]) }
    }

    /// A sum's halves, with something changed in between: each process has its part of the sums, and then
    /// all have what was made of them.
    @Test(arguments: [1, 2, 4, 8], [0, 1, 5, 8, 1000, 4099])
    func sumsInParts(processes: Int, count: Int) throws {
        let results = try Processes.run(processes, wantsThread: count % 2 == 1) { communicator in
            var numbers = Self.numbers(communicator.rank, count)
            let own = communicator.own(of: .ofSums(count))
            try numbers.withUnsafeMutableBufferPointer { numbers in
                try communicator.beginReduceScatter(numbers)
                try communicator.finishSums()
                for index in own { numbers[index] = -numbers[index] }
                try communicator.beginAllGather(numbers, .ofSums(count))
                try communicator.finish()
            }
            return (own, numbers)
        }
        let expected = Self.tree((0..<processes).map { Self.numbers($0, count) }).map(-)
        for result in results { #expect(result.1 == expected) }
        #expect(results.flatMap { Array($0.0) }.sorted() == Array(0..<count))
    }

    /// Rows are gathered in the order of the processes, however many each has.
    @Test(arguments: [1, 2, 4, 8], [(0, 3), (1, 2), (8, 1), (13, 5), (700, 3)])
    func gathersRows(processes: Int, shape: (rows: Int, size: Int)) throws {
        let parts = Parts(rows: shape.rows, of: shape.size)
        let isEven = shape.rows.isMultiple(of: 2)
        let results = try Processes.run(processes, wantsThread: isEven) { communicator in
            let own = communicator.own(of: parts)
            var numbers = [Float](repeating: .nan, count: shape.rows * shape.size)
            for index in own { numbers[index] = Float(index) }
            return try numbers.withUnsafeMutableBufferPointer { numbers in
                let number = try communicator.beginAllGather(numbers, parts)
                try communicator.finish(through: number)
                let gathered = Array(numbers)
                try communicator.finish()
                return (own, gathered)
            }
        }
        for result in results { #expect(result.1 == (0..<shape.rows * shape.size).map(Float.init)) }
        // As shards of a batch have it.
        for (rank, result) in results.enumerated() where shape.rows >= processes {
            let shards = Shards(
                count: processes, batchSize: shape.rows, rank: rank, of: processes)
            let rows = shards.ownRows
            #expect(
                result.0 == rows.lowerBound * shape.size..<rows.upperBound * shape.size)
        }
    }

    /// What was begun goes on while other things are said; then it is there.
    @Test func bytesWaitForNumbers() throws {
        let results = try Processes.run(4) { communicator in
            var numbers = Self.numbers(communicator.rank, 5000)
            return try numbers.withUnsafeMutableBufferPointer { numbers in
                try communicator.beginSum(numbers)
                try communicator.beginAllGather(numbers, .ofSums(5000))
                let told = try communicator.gather([UInt8(communicator.rank)])
                return (told, communicator.traffic.messages)
            }
        }
        for result in results {
            #expect(result.0 == [[0], [1], [2], [3]])
            #expect(result.1 == 4 + 2)
        }
    }

    /// A process goes on with what has come, though another one computes and takes nothing; only what it
    /// has sent of its own stays as it is until then.
    @Test func nobodyWaitsForWhoComputes() throws {
        let group = LocalMessenger.Group(count: 2)
        let (early, late) = (
            MessageCommunicator(Impatient(LocalMessenger(rank: 0, group, wantsThread: false))),
            MessageCommunicator(Impatient(LocalMessenger(rank: 1, group, wantsThread: false)))
        )
        var (own, other) = (Self.numbers(0, 5000), Self.numbers(1, 5000))
        let sums = Self.tree([own, other])
        try own.withUnsafeMutableBufferPointer { own in
            try other.withUnsafeMutableBufferPointer { other in
                try late.beginSum(other)
                try early.beginSum(own)
                try early.finishSums()
                #expect(Array(own) == sums)
                for index in own.indices { own[index] = -1 }

                try late.finishSums()
                #expect(Array(other) == sums)
                for index in other.indices { other[index] = -2 }

                let parts = Parts(rows: 5, of: 1000)
                let expected = [Float](repeating: -1, count: 2000) + Array(other[2000...])
                try late.beginAllGather(other, parts)
                let number = try early.beginAllGather(own, parts)
                try early.finish(number)
                #expect(Array(own) == expected)

                try late.finish()
                try early.finishSending(number)
                own[0] = 7
                #expect(Array(other) == expected)
                try early.finish()

                try late.beginAllGather(other, parts)
                let last = try early.beginAllGather(own, parts)
                try early.finish(last)
                #expect(throws: CommunicationError.toldElsewhere) {
                    try early.finishSending(last)
                }
            }
        }
    }

    /// A messenger that nobody waits for long with.
    private final class Impatient: Messenger {
        private let base: LocalMessenger

        init(_ base: LocalMessenger) { self.base = base }

        var rank: Int { base.rank }
        var count: Int { base.count }
        var wantsThread: Bool { base.wantsThread }

        func send(
            _ bytes: UnsafeRawBufferPointer, to peer: Int, tag: Int
        ) -> any PendingMessage {
            base.send(bytes, to: peer, tag: tag)
        }

        func receive(
            _ bytes: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
        ) -> any PendingMessage {
            base.receive(bytes, from: peer, tag: tag)
        }

        func rest(vain: Int) throws {
            if vain == 1000 { throw CommunicationError.toldElsewhere }
        }
    }

    /// A process sends what a ring would have it send, but for few numbers.
    @Test(arguments: [100_000, 200_000]) func sendsLittle(count: Int) throws {
        for processes in [2, 4, 8] {
            let sent = try Processes.run(processes) { communicator in
                var numbers = [Float](repeating: 1, count: count)
                try numbers.withUnsafeMutableBufferPointer {
                    try communicator.beginSum($0)
                    try communicator.finishSums()
                }
                return communicator.traffic.bytes
            }
            let ring = 2 * 4 * count * (processes - 1) / processes
            #expect(sent == Array(repeating: ring, count: processes))
        }
    }

    /// What sums cost is counted: of 10 numbers one message a round, of 200,000 two.
    @Test(arguments: [(2, 1 + 2), (4, 2 + 4), (8, 3 + 6)])
    func countsMessages(processes: Int, messages: Int) throws {
        let found = try Processes.run(processes) { communicator in
            let (before, start) = (communicator.traffic, ContinuousClock.now)
            for _ in 0..<5 {
                var (few, many) = (
                    [Float](repeating: 1, count: 10), [Float](repeating: 1, count: 200_000)
                )
                try few.withUnsafeMutableBufferPointer { few in
                    try many.withUnsafeMutableBufferPointer { many in
                        let first = try communicator.beginSum(few)
                        let second = try communicator.beginSum(many)
                        try communicator.finish(through: first)
                        // The first one can be read, while the second is under way.
                        #expect(few[9] == Float(communicator.count))
                        try communicator.finish(second)
                        #expect(many[199_999] == Float(communicator.count))
                        try communicator.finishSums()
                    }
                }
            }
            let traffic = communicator.traffic - before
            let time = start.duration(to: .now)
            #expect(traffic.underWay <= time && traffic.waiting <= time)
            return traffic
        }
        for traffic in found {
            #expect(traffic.rounds == 5 && traffic.messages == 5 * messages)
            let bytes =
                40 * processes.trailingZeroBitCount + 1_600_000 * (processes - 1) / processes
            #expect(traffic.bytes == 5 * bytes)
            #expect(traffic.underWay > .zero && traffic.waiting > .zero)
            #expect((0...1).contains(traffic.hidden))
        }
    }

    /// Sums arrive while nobody waits for them, as if their processes were computing.
    @Test(arguments: [2, 4]) func sumsGoOnByThemselves(processes: Int) throws {
        let found = try Processes.run(processes) { communicator in
            var numbers = Self.numbers(communicator.rank, 40_000)
            try numbers.withUnsafeMutableBufferPointer {
                try communicator.beginSum($0)
                for _ in 0..<3000 where communicator.traffic.underWay == .zero {
                    Thread.sleep(forTimeInterval: 0.01)
                }
                #expect(communicator.traffic.underWay > .zero)
                try communicator.finishSums()
            }
            #expect(communicator.traffic.waiting == .zero)
            return numbers
        }
        let expected = Self.tree((0..<processes).map { Self.numbers($0, 40_000) })
        #expect(found == Array(repeating: expected, count: processes))
    }

    /// Large gradients are summed where they were computed, but for those that others depend on: here
    /// the one of p is a factor of those of r and s, and p and t have the same one.
    @Test func gradientsThatOthersReadStay() throws {
        let size = 400
        let find: @Sendable (any Communicator) throws -> [[UInt32]] = { communicator in
            let tf = Graph(seed: 1)
            let x = tf.placeholder([nil, size], name: "x")
            let variables = ["p", "r", "s", "t"].map {
                tf.getVariable(
                    $0, [size, size], initializer: .randomNormal(standardDeviation: 0.1))
            }
            let factors = variables[0] + variables[1] * variables[2] + variables[3]
            let loss = tf.reduceMean(tf.square(tf.matMul(x, factors)))
            let train = AdamOptimizer(learningRate: 0.01).minimize(
                loss, globalStep: tf.variable(Value(Int32(0)), name: "step"), variables: variables)
            let session = Session(graph: tf)
            try session.run(tf.globalVariablesInitializer())
            let rows = 8
            let numbers = Self.numbers(3, rows * size).map { $0 / 1e6 }
            let run = try ShardedRun(
                session, [loss], targets: [train], feed: [x: Value(numbers, shape: [rows, size])],
                Shards(count: 4, batchSize: rows, rank: communicator.rank, of: communicator.count),
                communicator)
            var found: [[UInt32]] = []
            for _ in 0..<3 {
                try run.run()
                found.append([run.scalar.bitPattern])
            }
            return try found
                + variables.map {
                    try session.value(of: $0).floats.map(\.bitPattern)
                }
        }
        let alone = try Processes.run(1, find)[0]
        #expect(Set(alone.flatMap(\.self)).count > size * size)
        for processes in [2, 4] {
            let isTheSame = try Processes.run(processes, find).allSatisfy { $0 == alone }
            #expect(isTheSame, "\(processes) processes")
        }
    }

    /// Of a single process nothing is sent, and its numbers stay.
    @Test func aloneNothingIsSent() throws {
        let found = try Processes.run(1) { communicator in
            var numbers: [Float] = [1, 2, 3]
            try numbers.withUnsafeMutableBufferPointer {
                try communicator.beginSum($0)
                try communicator.beginReduceScatter($0)
                try communicator.beginAllGather($0, .ofSums(3))
                try communicator.finish(through: 0)
                try communicator.finishSums()
                try communicator.finish()
            }
            #expect(numbers == [1, 2, 3])
            return communicator.traffic
        }
        #expect(found == [Traffic()])
    }

    /// What is hidden is the part of the time that is neither waited nor worked for.
    @Test(arguments: [(0, 0, 0, 0.0), (10, 0, 0, 1), (10, 2, 1, 0.7), (10, 12, 3, 0)])
    func hiddenPart(underWay: Int, waiting: Int, moving: Int, hidden: Double) {
        var traffic = Traffic()
        (traffic.underWay, traffic.waiting, traffic.moving) = (
            .seconds(underWay), .seconds(waiting), .seconds(moving)
        )
        #expect(abs(traffic.hidden - hidden) < 1e-9)
    }

    @Test(arguments: [1, 2, 4, 8])
    func broadcastsAndGathers(processes: Int) throws {
        let results = try Processes.run(processes) { communicator in
            let told = try communicator.broadcast(
                communicator.isFirst ? Array("the first one's".utf8) : [9])
            let own = [UInt8](repeating: UInt8(communicator.rank), count: communicator.rank * 3)
            return [told] + (try communicator.gather(own))
        }
        let expected =
            [Array("the first one's".utf8)]
            + (0..<processes).map { [UInt8](repeating: UInt8($0), count: $0 * 3) }
        for result in results { #expect(result == expected) }
    }
}
