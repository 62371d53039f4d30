import Checkpoints
import Foundation
import TensorBoard
import TestSupport
import Testing

/// However training ends before its last pass, what was done is saved, and it says so.
@Suite(.waiting) struct StopTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// The newest checkpoint of a run, which is the one that was saved last.
    private func checkpoint(_ run: String) throws -> Checkpoint {
        let newest = try #require(try NewestCheckpoint(in: command.folder.path(of: "log/\(run)")))
        #expect(newest.passedOver.isEmpty)
        return try Checkpoint(opening: newest.prefix)
    }

    /// All tensors of a run's newest checkpoint.
    private func tensors(_ run: String) throws -> [String: TensorValue] {
        let checkpoint = try checkpoint(run)
        return Dictionary(
            uniqueKeysWithValues: try checkpoint.tensors.map {
                ($0.name, try checkpoint.tensor(named: $0.name))
            })
    }

    /// The losses of a run's log, all of whose records are whole, by their steps.
    private func curve(_ run: String) throws -> [Int64: Float] {
        let check = try command.run("log", "check", "log")
        #expect(check.status == 0, "\(check.output) \(check.errors)")
        var curve: [Int64: Float] = [:]
        let log = try EventLog(folder: command.folder.path(of: "log/\(run)"))
        for file in log.runs.flatMap(\.files) {
            var reader = try EventFileReader(path: file)
            while let event = try reader.next() {
                for value in event.values where value.tag == "D_loss/training" {
                    guard case .scalar(let loss) = value.content else { continue }
                    #expect(curve[event.step] == nil)
                    curve[event.step] = loss
                }
            }
        }
        return curve
    }

    /// Whoever reads the output goes away after some lines, after the first one, or at once.
    @Test(arguments: ["head -n 7", "head -n 1", "true"])
    func aClosedPipe(reader: String) throws {
        let outcome = try command.shell(
            """
            { "$GAN" train --run r --train-times 100000; echo "code $?" >&2; } | \(reader)
            """)
        #expect(outcome.errors.hasSuffix("\ncode 141\n"), "\(outcome.errors)")
        // What there is to say at the end goes where somebody may read it.
        #expect(outcome.errors.contains("\nto go on: gan train --run r --resume\n"))
        let passes = try #require(try tensors("r")["loop/passes"]?.values(of: Int64.self)?.first)
        #expect(try curve("r").count == Int(passes))
        let more = try command.run(
            "train", "--resume", "--train-times", "\(passes + 1)", "--run", "r")
        #expect(more.status == 0, "\(more.errors)")
        #expect(try curve("r").count == Int(passes) + 1)
    }

    /// Stopped between any two steps, a run goes on with the next one.
    @Test func withinAPass() throws {
        let flags = ["--train-times", "25"]
        let whole = try command.run(["train", "--run", "whole"] + flags)
        #expect(whole.status == 0, "\(whole.errors)")
        var ends = 0
        for _ in 0..<5 {
            let process = try command.start(
                ["train", "--run", "parts"] + flags + (ends == 0 ? [] : ["--resume"]),
                until: nil)
            Thread.sleep(forTimeInterval: .random(in: 0.3...1))
            kill(process.processIdentifier, [SIGHUP, SIGINT, SIGTERM][ends % 3])
            let outcome = try command.outcome(of: process)
            ends += 1
            if outcome.status == 0 { break }
            #expect([129, 130, 143].contains(outcome.status), "\(outcome.errors)")
        }
        if ends == 5 {
            let last = try command.run(["train", "--run", "parts", "--resume"] + flags)
            #expect([0, 64].contains(last.status), "\(last.errors)")
        }
        #expect(try curve("parts") == curve("whole"))
        #expect(try tensors("parts") == tensors("whole"))
    }

    /// Killed as soon as there is anything, it can be resumed, and begun anew.
    @Test func beforeTheFirstPass() throws {
        let process = try command.start(
            "train", "--run", "r", "--learning-rate", "1e-7", until: nil)
        while process.isRunning,
            !(((try? command.names("log/r")) ?? []).contains { $0.contains("tfevents") })
        { Thread.sleep(forTimeInterval: 0.001) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try checkpoint("r").prefix.hasSuffix("log/r/model.ckpt-0"))

        let refused = try command.run("train", "--run", "r")
        #expect(
            refused.errors == "gan: log/r holds a run already; choose another name by --run, "
                + "go on with it by --resume, or begin it anew by --overwrite\n")
        let resumed = try command.run(
            "train", "--resume", "--train-times", "2", "--learning-rate", "0.0001")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output.contains("\nresumed before the warm-up, from log/r/model.ckpt-0\n"))
        #expect(try curve("r").keys.sorted() == [7, 14])
    }

    /// What it says of further commands can be given to the shell as it is.
    @Test(arguments: ["tools/gan", "tools/gan-mpi -n 2 --hosts a:1,b:1", #"'my tools/gan'"#])
    func namesTheCommandAsItIsCalled(name: String) throws {
        let process = try command.shell(
            "GAN_COMMAND=\"\(name)\" \"$GAN\" train --run 'a b' --train-times 1 --learning-rate 1")
        #expect(process.status == 3)
        #expect(
            process.output.contains(
                "\nto wait on: \(name) train --run 'a b' --resume --ignore-stalls\n"))
    }

    @Test func overwriting() throws {
        let first = try command.run("train", "--run", "r", "--train-times", "2", "--seed", "4")
        #expect(first.status == 0, "\(first.errors)")
        try command.write("a note", to: "log/r/notes.txt")
        try command.write("", to: "log/r/more/events.out.tfevents.1795889504.a.1.0")
        try command.write("mine", to: "log/r/events.txt")
        try command.write("mine", to: "log/r/model.ckpt-best.index")
        let kept = ["events.txt", "model.ckpt-best.index", "more", "notes.txt"]

        // Whatever keeps the new run from starting leaves the old one as it is.
        let before = try command.names("log/r")
        for flags in [["--data", "none"], ["--restore", "none/model"], ["--batch-size", "9999"]] {
            let refused = try command.run(["train", "--run", "r", "--overwrite"] + flags)
            #expect(refused.status != 0)
            #expect(try command.names("log/r") == before, "\(flags)")
        }
        let second = try command.run("train", "--run", "r", "--train-times", "1", "--overwrite")
        #expect(second.status == 0, "\(second.errors)")
        let names = try command.names("log/r")
        #expect(names.filter { kept.contains($0) } == kept)
        #expect(names.count { $0.contains("out.tfevents") } == 1)
        #expect(
            names.filter { $0.hasSuffix(".index") } == [
                "model.ckpt-0.index", "model.ckpt-7.index", "model.ckpt-best.index",
            ])
        #expect(try curve("r").keys.sorted() == [7])
        // One that is not there yet is simply made.
        let new = try command.run("train", "--run", "n", "--train-times", "1", "--overwrite")
        #expect(new.status == 0, "\(new.errors)")
    }

    /// Learning rates at which the warm-up's loss comes to stand still, and the generator's in a pass.
    @Test(arguments: ["0.01", "1"]) func aStalledWarmUp(rate: String) throws {
        let outcome = try command.run("train", "--run", "r", "--learning-rate", rate)
        #expect(outcome.status == 3)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(
            outcome.errors.hasPrefix(
                "gan: the discriminator's loss stands still: 1000 steps have not brought it below "),
            "\(outcome.errors)")
        // The only checkpoint is the one that was just saved.
        #expect(
            outcome.errors.hasSuffix(
                " in the warm-up, which ends at 0.001; begin a new run with a smaller "
                    + "--learning-rate than \(rate) or another --seed\n"), "\(outcome.errors)")
        let indices = try command.names("log/r").filter { $0.hasSuffix(".index") }
        #expect(indices == ["model.ckpt-0.index"])
        #expect(outcome.output.contains("\nstands still: 0 of 1000 passes in "))
        #expect(
            outcome.output.contains("\nto wait on: gan train --run r --resume --ignore-stalls\n"))
        #expect(try curve("r").isEmpty)
        let steps = try #require(
            try tensors("r")["discriminator_train_time"]?.values(of: Int32.self)?.first)
        #expect(steps > 1000)

        // It waits on if it is told to, and still hears a signal.
        let process = try command.start(
            "train", "--resume", "--ignore-stalls", until: "warm-up: ")
        #expect(process.isRunning)
        process.interrupt()
        #expect(try command.outcome(of: process).status == 130)
        #expect(
            try #require(
                try tensors("r")["discriminator_train_time"]?.values(of: Int32.self)?.first) > steps
        )
    }

    @Test func aStalledPass() throws {
        let first = try command.run("train", "--run", "r", "--train-times", "130")
        #expect(first.status == 0, "\(first.errors)")
        // Which step it is of depends on the processor.
        let prefix = try #require(try NewestCheckpoint(in: command.folder.path(of: "log/r"))).prefix
        let saved = try #require(prefix.split(separator: "/").last)
        let outcome = try command.run(
            "train", "--resume", "--learning-rate", "0.01", "--train-times", "400")
        #expect(outcome.status == 3, "\(outcome.output)")
        #expect(outcome.errors.contains("the generator's loss stands still: "))
        let passes = try #require(try tensors("r")["loop/passes"]?.values(of: Int64.self)?.first)
        #expect(
            outcome.errors.contains(" in pass \(passes + 1), which ends when it is at most 1 or "))
        #expect(
            outcome.errors.contains(
                " than 0.01 or another --seed, or go back to an earlier checkpoint by "
                    + "--resume-from: model.ckpt-0 (before the warm-up), "), "\(outcome.errors)")
        #expect(outcome.errors.hasSuffix(", \(saved) (after pass 130)\n"))
        #expect(try curve("r").count == Int(passes))
        #expect(try tensors("r")["loop/pass_generator_steps"] != nil)
        // Back to where all was well.
        let back = try command.run(
            "train", "--resume-from", "\(saved)", "--learning-rate", "0.0001",
            "--train-times", "131")
        #expect(back.status == 0, "\(back.errors)")
        #expect(back.output.contains("\nresumed after pass 130, from log/r/\(saved)\n"))
    }

    /// A checkpoint comes by time, too, within the warm-up as well.
    @Test func checkpointsByTime() throws {
        let process = try command.start(
            "train", "--run", "r", "--learning-rate", "1e-7", "--checkpoint-seconds", "0.2",
            until: nil)
        let deadline = Date(timeIntervalSinceNow: 60)
        var steps: Int32 = 0
        while process.isRunning, steps == 0, Date() < deadline {
            Thread.sleep(forTimeInterval: 0.05)
            // At this very moment one may be replaced.
            guard let newest = try? NewestCheckpoint(in: command.folder.path(of: "log/r")),
                let checkpoint = try? Checkpoint(opening: newest.prefix),
                let tensor = try? checkpoint.tensor(named: "discriminator_train_time")
            else { continue }
            steps = tensor.values(of: Int32.self)?.first ?? 0
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(steps > 0)
        let resumed = try command.run(
            "train", "--resume", "--train-times", "1", "--learning-rate", "0.0001")
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(
            resumed.output.contains(
                /\nresumed in the warm-up, after step [1-9]\d* of the discriminator, from/))
    }
}
