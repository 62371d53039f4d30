import Checkpoints
import Foundation
import GAN
import TestSupport
import Testing

/// However a sweep is ended, the next one goes on: nothing is lost, and nothing done twice.
@Suite(.waiting) struct SweepKillTests {
    let command: Command
    let flags = [
        "--seed", "0...2", "--train-times", "400", "--train-step", "1", "--judge-every", "0",
        "--checkpoint-every", "10",
    ]

    init() throws {
        command = try Command()
    }

    func whole() throws -> SweepLog {
        let whole = SweepLog(command, logdir: "whole")
        let outcome = try command.run(whole.words(flags))
        #expect(outcome.status == 0, "\(outcome.errors)")
        return whole
    }

    /// Killed at random moments, whose runs find out by themselves; ended by signals.
    @Test(arguments: [[SIGKILL], [SIGTERM, SIGINT, SIGHUP]])
    func ended(signals: [Int32]) throws {
        let sweep = SweepLog(command)
        var codes: [Int32] = []
        for round in 0..<6 {
            let process = try command.start(sweep.words(flags), until: nil)
            Thread.sleep(forTimeInterval: .random(in: 0.3...1.5))
            let signal = signals[round % signals.count]
            kill(process.processIdentifier, signal)
            let outcome = try command.outcome(of: process)
            codes.append(outcome.status)
            if signal != SIGKILL, outcome.status != 0 {
                #expect(outcome.status == 128 + signal)
                #expect(outcome.output.contains("to go on: the same command\n"))
            }
        }
        #expect(codes.contains { $0 != 0 })
        let outcome = try command.run(sweep.words(flags))
        #expect(outcome.status == 0, "\(outcome.errors)")
        let whole = try whole()
        for seed in 0...2 { try sweep.expectSame("seed=\(seed)", as: whole) }
    }

    /// Two sweeps of one folder share its runs, and go on with what a third one has left.
    @Test func shared() throws {
        let sweep = SweepLog(command)
        let one = try Command(in: command)
        let killed = try command.start(sweep.words(flags), until: "begins: ")
        let first = try one.start(sweep.words(flags), until: nil)
        Thread.sleep(forTimeInterval: 0.4)
        kill(killed.processIdentifier, SIGKILL)
        killed.waitUntilExit()
        let second = try Command(in: command)
        let outcome = try second.run(sweep.words(flags))
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try one.outcome(of: first).status == 0)
        let whole = try whole()
        for seed in 0...2 { try sweep.expectSame("seed=\(seed)", as: whole) }
    }

    /// A run that was killed while it saved its first checkpoint is begun.
    @Test(arguments: ["data-00000-of-00001.tmp-0123456789abcdef", "data-00000-of-00001"])
    func killedAtItsFirstCheckpoint(data: String) throws {
        let (whole, sweep) = (try whole(), SweepLog(command))
        let saved = try #require(try NewestCheckpoint(in: whole.path("seed=1"))).prefix
        let run = try "s/\(whole.run("seed=1"))"
        let copied = try command.shell(
            """
            mkdir -p \(run)
            cp \(saved).index \(run)/model.ckpt-0.index.tmp-0123456789abcdef
            cp \(saved).data-00000-of-00001 \(run)/model.ckpt-0.\(data)
            """)
        #expect(copied.status == 0, "\(copied.errors)")
        try RunRecord(flags: whole.record("seed=1").flags).write(to: sweep.path("seed=1"))
        let outcome = try command.run(sweep.words(flags))
        #expect(outcome.status == 0, "\(outcome.errors)")
        for seed in 0...2 { try sweep.expectSame("seed=\(seed)", as: whole) }
    }

    /// A run whose process is killed is gone on with.
    @Test func killedRun() throws {
        let sweep = SweepLog(command)
        let process = try command.start(
            sweep.words(flags + ["--runs-at-once", "1"]), until: "begins: ")
        Thread.sleep(forTimeInterval: 0.6)
        let found = try Command(in: command).shell("pkill -KILL -P \(process.processIdentifier)")
        let outcome = try command.outcome(of: process)
        #expect(found.status == 0 && outcome.status == 0, "\(outcome.errors)")
        let whole = try whole()
        for seed in 0...2 { try sweep.expectSame("seed=\(seed)", as: whole) }
    }
}
