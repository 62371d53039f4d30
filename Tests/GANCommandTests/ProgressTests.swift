@testable import GAN
import Testing

@testable import gan

@Suite struct ProgressTests {
    func pass(_ time: Int, generatorSteps: Int? = nil) -> TrainingEvent {
        .pass(
            PassReport(
                time: time, discriminatorLoss: 0.000123, generatorLoss: 0.75,
                discriminatorSteps: 300 + time, generatorSteps: generatorSteps ?? 7 * time))
    }

    @Test func printsTheArticlesLine() {
        guard case .pass(let report) = pass(12) else { return }
        #expect(
            PrintedLines.line(report)
                == "train times: 12  D_avg_loss: 0.000123  G_avg_loss: 0.75\n")
    }

    @Test func tellsOfAPass() {
        let line = LiveLine(passes: 500)
        for time in 1...100 { line.note(pass(time), after: .milliseconds(50)) }
        // 400 passes at 20 a second would take 20 s, but passes grow.
        #expect(
            line.fields(pass(100)) == [
                "pass 100/500", "training D loss 1.2e-04", "G loss 0.7500", "1 min 26 s left",
                "G step 700",
                "20.0 passes/s",
            ])
    }

    @Test func tellsOfSlowPasses() {
        let line = LiveLine(passes: 2)
        line.note(pass(1), after: .seconds(4))
        #expect(line.fields(pass(1)).suffix(3) == ["4 s left", "G step 7", "4.00 s/pass"])
    }

    @Test func tellsOfTheWarmUp() {
        let line = LiveLine(passes: 2)
        for steps in 1...20 {
            line.note(.warmUp(discriminatorSteps: steps, loss: 0.4), after: .milliseconds(10))
        }
        #expect(
            line.fields(.warmUp(discriminatorSteps: 20, loss: 0.4)) == [
                "warm-up", "training D loss 0.4000", "D step 20", "100 steps/s",
            ])
    }

    /// A pass of the second 500 takes 12 steps of the generator at least where one of the first
    /// takes 7.
    @Test func foreseesThatPassesGrow() {
        #expect(ArticleLoop.certainSteps(inPasses: 0..<500) == 3500)
        #expect(ArticleLoop.certainSteps(inPasses: 499..<501) == 19)
        #expect(ArticleLoop.certainSteps(inPasses: 500..<1500) == 500 * 12 + 500 * 17)
        #expect(ArticleLoop.certainSteps(inPasses: 1500..<1500) == 0)
        let forecast = StepForecast()
        // The first 400 passes of seeds 0 to 5 took 12248, 11934, 11226, 11823, 12571 and 11888
        // steps, and the first 1000 of seeds 0 and 3 46201 and 44580.
        #expect((11_300...12_300).contains(forecast.steps(in: 0..<400)))
        #expect((40_000...46_500).contains(forecast.steps(in: 0..<1000)))
        #expect(forecast.steps(in: 0..<20) < 150)
        #expect(abs(forecast.steps(in: 10_000..<10_001) - (107 + 38)) < 0.01)
        #expect(forecast.steps(in: 7..<7) == 0)
        // A sum over many passes is that of its parts.
        let parts = (0..<50).reduce(0) { $0 + forecast.steps(in: $1 * 100..<($1 + 1) * 100) }
        #expect(abs(forecast.steps(in: 0..<5000) / parts - 1) < 1e-4)
        #expect(forecast.steps(in: 999_000..<1_000_000_000).isFinite)
    }

    /// Larger batches and smaller learning rates are slower to take many steps.
    @Test func stretchesTheCurve() {
        func steps(batchSize: Int, learningRate: Float, before: Bool = false) -> Double {
            var hyperparameters = Hyperparameters()
            (hyperparameters.batchSize, hyperparameters.learningRate) = (batchSize, learningRate)
            return StepForecast(hyperparameters, isTrainedBefore: before).steps(in: 0..<400)
        }
        let article = steps(batchSize: 10, learningRate: 0.0001)
        #expect(steps(batchSize: 40, learningRate: 0.0001) < 0.7 * article)
        #expect(steps(batchSize: 5, learningRate: 0.0001) > 1.1 * article)
        #expect(steps(batchSize: 10, learningRate: 0.00003) < 0.8 * article)
        #expect(abs(steps(batchSize: 40, learningRate: 0.0004) - article) < 1)
        #expect(
            steps(batchSize: 10, learningRate: 0.0001, before: true) == Double((7 + 38) * 400))
    }

    /// What many passes took lately counts for those to come, what few took does not.
    @Test func learnsFromPasses() {
        var more = StepForecast()
        var fewer = StepForecast()
        for pass in 200..<400 {
            more.note(107, inPass: pass)
            fewer.note(7, inPass: pass)
        }
        let expected = StepForecast().steps(in: 400..<500)
        #expect(more.steps(in: 400..<500) > 1.4 * expected)
        #expect(fewer.steps(in: 400..<500) < 0.8 * expected)
        #expect(fewer.steps(in: 400..<500) >= 700)
        var burst = StepForecast()
        for pass in 200..<203 { burst.note(150, inPass: pass) }
        #expect(burst.steps(in: 203..<400) < 1.1 * StepForecast().steps(in: 203..<400))
    }

    /// What is said along runs that were recorded, from their first tenth on: a time that is at most
    /// 28 % off, or where nobody can know, at the end, a time that is hardly ever exceeded.
    @Test(arguments: [
        (seed: 0, passes: 400), (1, 400), (2, 400), (3, 400), (4, 400), (5, 400), (7, 400),
        (8, 400), (10, 400), (14, 400), (15, 400), (0, 100), (1, 100), (2, 100), (3, 200),
        (4, 200), (5, 200), (8, 200), (15, 200),
    ])
    func foreseesRecordedRuns(seed: Int, passes: Int) throws {
        let steps = try #require(RecordedSteps.bySeed[seed]).prefix(passes)
        let line = LiveLine(passes: passes)
        let times = steps.map { 0.02 * StepForecast.work(steps: Double($0), passes: 1) }
        var left = times.reduce(0, +)
        var generatorSteps = 0
        var (timesSaid, bounds, exceeded) = (0, 0, 0)
        for (index, count) in steps.enumerated().dropLast() {
            generatorSteps += count
            left -= times[index]
            let event = pass(index + 1, generatorSteps: generatorSteps)
            line.note(event, after: .seconds(times[index]))
            guard 10 * (index + 1) >= passes else { continue }
            let said = try #require(Self.timeLeft(line.fields(event)))
            if said.isBound {
                bounds += 1
                if left > said.seconds { exceeded += 1 }
                #expect(said.seconds < 8 * left + 5, "after pass \(index + 1)")
            } else {
                timesSaid += 1
                #expect(
                    abs(said.seconds - left) < 0.28 * left + 0.5, "after pass \(index + 1)")
            }
        }
        #expect(bounds <= 42)
        #expect(timesSaid >= passes * 9 / 10 - 42)
        #expect(exceeded <= 4)
    }

    /// The time in a line's fields, and whether it is one that is not to be exceeded.
    static func timeLeft(_ fields: [String]) -> (seconds: Double, isBound: Bool)? {
        let pattern = /(under )?(?:(\d+) min ?)?(?:([\d.]+) s )?left/
        guard let match = fields.lazy.compactMap({ $0.wholeMatch(of: pattern) }).first else {
            return nil
        }
        let minutes = match.2.flatMap { Double($0) } ?? 0
        return (60 * minutes + (match.3.flatMap { Double($0) } ?? 0), match.1 != nil)
    }

    /// Passes whose steps are certain can be foreseen to the last, and nobody can say of a few others
    /// how long they take.
    @Test func knowsWhatItDoesNotKnow() {
        let forecast = StepForecast()
        #expect(forecast.work(in: 0..<0) == (0, 0))
        let certain = forecast.work(in: 0..<20)
        #expect(certain.spread < 0.01)
        #expect(abs(certain.expected - 9 * 20) < 2)
        #expect(forecast.work(in: 300..<400).spread < 0.1)
        #expect(forecast.work(in: 390..<400).spread > 0.25)
        #expect(forecast.work(in: 9990..<10_000).spread < 0.15)
    }

    @Test(arguments: [
        (0.0, 1.0), (1, 1), (1.01, 2), (5.5, 10), (31, 60), (61, 120), (1801, 3600), (3601, 7200),
        (36_001, 39_600),
    ])
    func roundsABoundUp(seconds: Double, expected: Double) {
        #expect(Duration.seconds(seconds).roundedUp == .seconds(expected))
    }

    @Test func tellsOfALongPass() {
        let line = LiveLine(passes: 2)
        line.note(.begins(passes: 0, generatorSteps: 0), after: .zero)
        line.note(pass(1), after: .seconds(9))
        #expect(
            line.fields(.step(time: 2, steps: 345, loss: 27.631)) == [
                "pass 2/2", "G loss 27.6310", "G step 345 of it", "9 s left",
            ])
    }

    @Test func keepsPaceWithAChange() throws {
        var pace = Pace(memory: 5)
        #expect(pace.perSecond == nil)
        for _ in 0..<100 { pace.note(10, in: .seconds(1)) }
        #expect(try abs(#require(pace.perSecond) - 10) < 0.01)
        for _ in 0..<30 { pace.note(20, in: .seconds(1)) }
        #expect(try abs(#require(pace.perSecond) - 20) < 0.1)
    }

    @Test(arguments: [
        (RunPlace.warmUp(discriminatorStep: 0), "before the warm-up"),
        (.warmUp(discriminatorStep: 57), "in the warm-up, after step 57 of the discriminator"),
        (.betweenPasses(done: 0), "after the warm-up"), (.betweenPasses(done: 12), "after pass 12"),
        (.pass(number: 13, generatorSteps: 0), "in pass 13, after its step of the discriminator"),
        (.pass(number: 13, generatorSteps: 5), "in pass 13, after 5 of its steps of the generator"),
    ])
    func saysWhereARunStands(place: RunPlace, expected: String) {
        #expect("\(place)" == expected)
    }

    @Test(arguments: [
        (100, "pass 1/2  D loss 0.1  G loss 0.2"), (33, "pass 1/2  D loss 0.1  G loss 0.2"),
        (32, "pass 1/2  D loss 0.1"), (21, "pass 1/2  D loss 0.1"), (20, "pass 1/2"),
        (9, "pass 1/2"), (8, "pass 1/"), (2, "p"), (1, ""), (0, ""),
    ])
    func fitsTheWidth(width: Int, expected: String) {
        #expect(
            LiveLine.line(["pass 1/2", "D loss 0.1", "G loss 0.2"], width: width) == expected)
    }

    @Test(arguments: [
        (Float(0.5), "0.5000"), (0, "0.0000"), (-1.25, "-1.2500"), (0.001, "0.0010"),
        (0.00099999, "1.0e-03"), (0.000098, "9.8e-05"), (-3e-12, "-3.0e-12"), (9999.4, "9999.4004"),
        (12345, "1.2e+04"), (.nan, "nan"), (.infinity, "inf"),
    ])
    func shortensLosses(value: Float, expected: String) {
        #expect(value.short == expected)
    }

    @Test(arguments: [
        (0.0, "0 s"), (0.04, "0.0 s"), (2.34, "2.3 s"), (4.0, "4 s"), (9.96, "10 s"),
        (59.4, "59 s"), (59.6, "1 min 00 s"), (185.0, "3 min 05 s"), (7800.0, "2 h 10 min"),
        (273_600.0, "3 d 04 h"), (1e15, "for ever"),
    ])
    func putsTimeInWords(seconds: Double, expected: String) {
        #expect(Duration.seconds(seconds).inWords == expected)
    }
}
