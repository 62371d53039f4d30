import TensorFlowTypes
import Testing

@testable import TensorGraph

/// How many threads are chosen, for machines on which runs take so long with each.
@Suite struct ThreadTrialTests {
    /// Runs a trial; returns what it chose, and after how many runs.
    private func choose(
        _ trial: inout ThreadTrial, _ time: (Int) -> Int64
    ) -> (threads: Int, runs: [Int]) {
        var runs: [Int] = []
        for _ in 0..<100 {
            runs.append(trial.threads)
            trial.ended(after: time(trial.threads))
        }
        return (trial.threads, runs)
    }

    @Test(arguments: [
        (2, 2, [1.0, 0.52]), (2, 1, [1.0, 0.99]), (2, 1, [1.0, 1.4]), (1, 1, [1.0]),
        (4, 4, [1, 0.52, 0.3]), (4, 2, [1, 0.52, 0.51]), (16, 4, [1, 0.6, 0.4, 0.6, 0.9]),
        (6, 6, [1, 0.5, 0.25, 0.2]), (64, 1, [1, 2, 4, 8, 16, 32, 64]),
    ])
    func theFewestOfTheFastest(most: Int, best: Int, times: [Double]) {
        var trial = ThreadTrial(most: most)
        let candidates = sequence(first: 1) { $0 == most ? nil : min($0 * 2, most) }.map(\.self)
        #expect(candidates.count == times.count)
        let (threads, runs) = choose(&trial) { threads in
            Int64(1e6 * times[candidates.firstIndex(of: threads) ?? 0])
        }
        #expect(threads == best)
        #expect(Set(runs) == Set(candidates))
        #expect(Set(runs.dropFirst(4 * candidates.count)) == [best])
        // What is hopeless is tried twice.
        for (candidate, time) in zip(candidates, times)
        where time > 1.5 * (times.min() ?? 0) && candidate != best {
            #expect(runs.filter { $0 == candidate }.count == 2)
        }
    }

    /// The first run of a number finds the caches as another one left them.
    @Test func theFirstRoundDoesNotCount() {
        var trial = ThreadTrial(most: 2)
        var count = 0
        let (threads, _) = choose(&trial) { threads in
            count += 1
            return count <= 2 ? 1 : threads == 2 ? 100 : 200
        }
        #expect(threads == 2)
    }

    /// It is tried again, and then another number may be best.
    @Test func itIsTriedAgain() {
        var trial = ThreadTrial(most: 2)
        #expect(choose(&trial) { $0 == 2 ? 300 : 200 }.threads == 1)
        var runs = 0
        while trial.threads == 1, runs < 10_000 {
            trial.ended(after: trial.threads == 2 ? 100 : 200)
            runs += 1
        }
        #expect(runs < 10_000)
        #expect(choose(&trial) { $0 == 2 ? 100 : 200 }.threads == 2)
    }

    /// Numbers do not depend on it.
    @Test func aSessionThatChoosesComputesTheSame() throws {
        func losses(threads: Int?) throws -> [Float] {
            let tf = Graph(seed: 3)
            let x = tf.placeholder([nil, 50], name: "x")
            let w = tf.getVariable("w", [50, 40], initializer: .randomNormal(standardDeviation: 1))
            let loss = tf.reduceMean(tf.square(tf.matMul(x, w) - 1))
            let index = tf.variable(Value(Int32(0)), name: "index")
            let train = AdamOptimizer().minimize(loss, globalStep: index, variables: [w])
            let session = Session(graph: tf, threads: threads)
            try session.run(tf.globalVariablesInitializer())
            let feed = [x: Value((0..<64 * 50).map { Float($0 % 7) - 3 }, shape: [64, 50])]
            let step = try session.prepare([loss], targets: [train], feed: feed)
            return try (0..<20).map { _ in
                try step.run()
                return step.scalar
            }
        }
        #expect(try losses(threads: nil) == losses(threads: 1))
    }
}
