@testable import GAN
import Testing

@testable import gan

@Suite struct ProgressTests {
    func pass(_ time: Int) -> TrainingEvent {
        .pass(
            PassReport(
                time: time, discriminatorLoss: 0.000123, generatorLoss: 0.75,
                discriminatorSteps: 300 + time, generatorSteps: 7 * time))
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
                "pass 100/500", "training D loss 1.2e-04", "G loss 0.7500", "1 min 24 s left",
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
        #expect(StepForecast.certain(in: 0..<500) == 3500)
        #expect(StepForecast.certain(in: 499..<501) == 19)
        #expect(StepForecast.certain(in: 500..<1500) == 500 * 12 + 500 * 17)
        #expect(StepForecast.certain(in: 1500..<1500) == 0)
        let forecast = StepForecast()
        // The first 400 passes of seeds 0, 1 and 2 took 12248, 11934 and 11226 steps.
        #expect((11_300...12_300).contains(forecast.steps(in: 0..<400)))
        #expect(forecast.steps(in: 0..<20) < 150)
        #expect(forecast.steps(in: 2000..<2001) == 27 + 42)
        #expect(forecast.steps(in: 999_000..<1_000_000).isFinite)
    }

    /// What passes took lately counts for those to come.
    @Test func learnsFromPasses() {
        var more = StepForecast()
        var fewer = StepForecast()
        for pass in 200..<400 {
            more.note(107, inPass: pass)
            fewer.note(7, inPass: pass)
        }
        let expected = StepForecast().steps(in: 400..<500)
        #expect(more.steps(in: 400..<500) > 1.5 * expected)
        #expect(fewer.steps(in: 400..<500) < 0.6 * expected)
        #expect(fewer.steps(in: 400..<500) >= 700)
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
