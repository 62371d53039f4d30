import Foundation
import GAN
import TestSupport
import Testing

/// Successive halving by processes, and what it keeps.
@Suite(.waiting) struct SweepHalvingTests {
    let command: Command
    let flags = ["--seed", "0...4", "--train-times", "12", "--train-step", "1", "--ema", "0"]

    init() throws {
        command = try Command()
    }

    /// What all runs would have come to.
    func whole() throws -> SweepLog {
        let whole = SweepLog(command, logdir: "whole")
        let outcome = try command.run(whole.words(flags))
        #expect(outcome.status == 0, "\(outcome.errors)")
        return whole
    }

    /// Five, three, two, one: those that go on are the ones with the smaller distances, and come to
    /// the same as if they had never stopped.
    @Test func rungs() throws {
        let sweep = SweepLog(command)
        let outcome = try command.run(sweep.words(flags + ["--halve"]))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(": 4 halved, 1 done\n"), "\(outcome.output)")
        let whole = try whole()
        var members = Array(0..<5)
        for (rung, passes) in [2, 3, 6].enumerated() {
            let distances = try members.map { run in
                try #require(try sweep.record("seed=\(run)").mark(after: passes)?.distance)
            }
            let ranked = zip(distances, members).sorted { $0 < $1 }.map(\.1)
            members = Array(ranked.prefix([3, 2, 1][rung]))
            for run in ranked where !members.contains(run) {
                let record = try sweep.record("seed=\(run)")
                #expect(record.passes == passes && record.end == nil)
                #expect(try sweep.curve("seed=\(run)").count == passes)
            }
        }
        let last = "seed=\(members[0])"
        #expect(try sweep.record(last).marks.map(\.passes) == [2, 3, 6, 12])
        #expect(try sweep.record(last).end == .done)
        try sweep.expectSame(last, as: whole)
        // It is over; without --halve the others go on, and come to the same.
        let again = try command.run(sweep.words(flags + ["--halve"]))
        #expect(!again.output.contains("goes on"))
        #expect(try command.run(sweep.words(flags)).status == 0)
        for run in 0..<5 { try sweep.expectSame("seed=\(run)", as: whole) }
    }

    /// Stopped and started again, in two parts one after the other, it comes to the same runs.
    @Test func parts() throws {
        let sweep = SweepLog(command)
        let parts = SweepLog(command, logdir: "parts")
        #expect(try command.run(sweep.words(flags + ["--halve"])).status == 0)
        let process = try command.start(
            parts.words(flags + ["--halve", "--shard", "2/2"]), until: "pauses: ")
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        for part in ["1/2", "2/2"] {
            let outcome = try command.run(parts.words(flags + ["--halve", "--shard", part]))
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        for run in 0..<5 {
            let (one, other) = (try sweep.record("seed=\(run)"), try parts.record("seed=\(run)"))
            #expect(one.marks.map(\.passes) == other.marks.map(\.passes))
            #expect(one.marks.map(\.distance) == other.marks.map(\.distance))
            try parts.expectSame("seed=\(run)", as: sweep)
        }
    }

    @Test func keepBest() throws {
        let sweep = SweepLog(command)
        let outcome = try command.run(sweep.words(flags + ["--keep-best", "2"]))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let ranked = try (0..<5).map { run in
            (try #require(try sweep.record("seed=\(run)").last?.bestDistance), run)
        }.sorted { $0 < $1 }.map(\.1)
        for (rank, run) in ranked.enumerated() {
            let files = try FileManager.default.contentsOfDirectory(
                atPath: sweep.path("seed=\(run)"))
            #expect(files.contains("best.index") == (rank < 2))
            #expect(files.contains { $0.hasPrefix("model.ckpt") } == (rank < 2))
            #expect(files.contains { $0.contains("tfevents") })
        }
        #expect(outcome.output.contains("best: s/\(try sweep.run("seed=\(ranked[0])"))/best, "))
        // They are done all the same.
        let again = try command.run(sweep.words(flags + ["--keep-best", "2"]))
        #expect(!again.output.contains("begins"))
    }
}
