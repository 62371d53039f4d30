import Foundation
import TestSupport
import Testing

@testable import gan

/// What takes time and is not training: a run that is stopped for a while, and goes on.
@Suite(.waiting, .serialized) struct WorkClockTests {
    @Test func standsWhileStopped() {
        WorkClock.watchForStops()
        var clock = WorkClock()
        Thread.sleep(forTimeInterval: 0.05)
        let before = clock.look()
        #expect(before >= .milliseconds(50))
        Thread.sleep(forTimeInterval: 0.2)
        // As when a shell has the process go on.
        raise(SIGCONT)
        #expect(clock.look() == before)
        Thread.sleep(forTimeInterval: 0.05)
        #expect(clock.look() - before >= .milliseconds(50))
        #expect(clock.worked - before < .milliseconds(200))
    }

    /// The time that a run took is what it trained.
    @Test func aRunThatIsStoppedForAWhile() throws {
        let command = try Command()
        let start = ContinuousClock.now
        let process = try command.start(
            "train", "--run", "r", "--train-times", "60", until: "train times: 10 ")
        kill(process.processIdentifier, SIGSTOP)
        Thread.sleep(forTimeInterval: 5)
        kill(process.processIdentifier, SIGCONT)
        let outcome = try command.outcome(of: process)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let all = start.duration(to: .now) / .seconds(1)
        let match = try #require(
            outcome.output.firstMatch(of: /done: 60 of 60 passes in ([\d.]+) s/))
        let trained = try #require(Double(match.1))
        #expect(trained > 0)
        #expect(trained < all - 4.9)
    }

    /// In the background of a terminal, the line would be drawn over what is typed there.
    @Test func drawsNothingInTheBackground() throws {
        let command = try Command()
        let outcome = try command.shellInTerminal(
            width: 80, "set -m; \"$GAN\" train --run r --train-times 3 & wait")
        #expect(outcome.output.contains("done: 3 of 3 passes in "))
        #expect(!outcome.output.contains("\u{1b}"))
    }
}
