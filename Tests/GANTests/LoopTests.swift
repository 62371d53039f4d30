import Testing

@testable import GAN

/// The article's loop, run by a trainer that makes the losses up.
@Suite struct LoopTests {
    /// Gives losses in their order, notes the steps, and stops before the step of a given number.
    private final class FakeTrainer: Trainer {
        private var losses: [Float]
        private let last: Int
        private(set) var steps = ""
        private(set) var searches: [LoopSearch?] = []
        private(set) var passes: [Int] = []

        struct Stopped: Error {}

        init(_ losses: [Float], stoppingBefore last: Int = .max) {
            self.losses = losses.reversed()
            self.last = last
        }

        func step(_ network: Player, of loop: ArticleLoop) throws -> Float {
            guard steps.count < last else { throw Stopped() }
            steps += network == .discriminator ? "D" : "G"
            searches.append(loop.search)
            return losses.popLast() ?? 0.5
        }

        func passEnded(_ loop: ArticleLoop) { passes.append(loop.passes) }
    }

    @Test func takesTheArticlesSteps() throws {
        // A warm-up of three steps; a pass whose loss falls; one whose loss rises ten times.
        let falling: [Float] = [0.1] + [5, 5, 5, 5, 5, 5, 4] + [3, 2, 1]
        let rising: [Float] = [0.1] + [5, 5, 5, 5, 5, 5, 5] + (1...10).map { 5 + Float($0) } + [99]
        let trainer = FakeTrainer([0.7, 0.002, 0.001] + falling + rising)
        var loop = ArticleLoop()
        try loop.run(trainer, passes: 2)
        // The first comparison is with 99, so eleven steps make ten rises.
        #expect(
            trainer.steps == "DDD" + "DGGGGGGG" + "GGG" + "DGGGGGGG"
                + String(repeating: "G", count: 11))
        #expect(trainer.passes == [1, 2])
        #expect(
            loop
                == {
                    var end = ArticleLoop(); (end.passes, end.isWarmedUp) = (2, true); return end
                }())
        #expect(trainer.searches.prefix(3).allSatisfy { $0?.part == .warmUp })
        #expect(trainer.searches[3..<11].allSatisfy { $0 == nil })
        #expect(trainer.searches[11..<14].allSatisfy { $0?.part == .pass(1) })
        #expect(trainer.searches.suffix(11).allSatisfy { $0?.part == .pass(2) })
    }

    /// Left between any two steps, it goes on as if it had not been.
    @Test func goesOnFromAnyStep() throws {
        var losses: [Float] = [0.5, 0.001]
        for pass in 0..<4 {
            losses.append(0.1)
            losses += (0..<7 + 3 * pass).map { 3 + Float(($0 * 7 + pass) % 5) }
            losses += pass == 3 ? (0..<30).map { Float($0 % 3) + 2 } : [0.9]
        }
        let whole = FakeTrainer(losses)
        var expected = ArticleLoop()
        try expected.run(whole, passes: 4)
        #expect(whole.steps.count > 50)
        for place in 0...whole.steps.count {
            let first = FakeTrainer(losses, stoppingBefore: place)
            var loop = ArticleLoop()
            try? loop.run(first, passes: 4)
            #expect(first.steps.count == place)
            let second = FakeTrainer(Array(losses.dropFirst(place)))
            try loop.run(second, passes: 4)
            #expect(first.steps + second.steps == whole.steps, "\(place)")
            #expect(first.passes + second.passes == [1, 2, 3, 4])
            #expect(loop == expected)
        }
    }

    @Test func passesGrow() {
        #expect(
            [0, 499, 500, 999, 1000].map({ ArticleLoop.certainSteps(inPass: $0) }) == [
                7, 7, 12, 12, 17,
            ])
    }
}

/// Losses that stand still, and such that do not.
@Suite struct StallTests {
    private static func pass(_ number: Int) -> LoopSearch {
        LoopSearch(.pass(number), until: "which ends")
    }

    private func stall(
        _ losses: some Sequence<Float>, in search: LoopSearch? = pass(3)
    ) -> Stall? {
        var watch = StallWatch()
        for loss in losses {
            watch.note(loss, of: .generator, in: search)
            if let stall = watch.stall { return stall }
        }
        return nil
    }

    @Test func standingStill() throws {
        let flat = try #require(stall((0..<2000).map { _ in 27.631021 }))
        #expect(flat.steps == StallWatch.patience && flat.lowest == 27.631021)
        #expect(flat.search == Self.pass(3) && flat.network == .generator)
        // It falls first; and it moves, without getting lower than by a hair.
        #expect(stall((0..<3000).map { max(5, 100 - Float($0)) }) != nil)
        #expect(stall((0..<3000).map { 5 + Float($0 % 7) }) != nil)
        #expect(stall((0..<3000).map { 5 - Float($0) * 1e-7 }) != nil)
    }

    @Test func falling() {
        #expect(stall((0..<100_000).map { 5 - Float($0) * 1e-5 }) == nil)
        // One step in a thousand that falls enough is enough.
        #expect(stall((0..<20_000).map { $0 % 990 == 0 ? 5 - Float($0) * 1e-4 : 9 }) == nil)
        #expect(stall((0..<StallWatch.patience).map { _ in Float(5) }) == nil)
    }

    @Test func otherSearches() {
        #expect(stall((0..<5000).map { _ in 5 }, in: nil) == nil)
        // Each pass begins anew.
        var watch = StallWatch()
        for step in 0..<10_000 { watch.note(5, of: .generator, in: Self.pass(step / 900)) }
        #expect(watch.stall == nil)
    }
}
