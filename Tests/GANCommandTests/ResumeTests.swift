import Checkpoints
import Foundation
import GAN
import TensorBoard
import TestSupport
import Testing

/// Runs that end and go on, and runs that begin with a checkpoint.
@Suite(.waiting) struct ResumeTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// The article's lines of a successful run.
    private func train(_ arguments: String...) throws -> [Substring] { try train(arguments) }

    private func train(_ arguments: [String]) throws -> [Substring] {
        let outcome = try command.run(["train"] + arguments)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.split(separator: "\n").filter { $0.hasPrefix("train times: ") }
    }

    /// All tensors of a run's latest checkpoint.
    private func tensors(_ run: String) throws -> [String: TensorValue] {
        let prefix = try #require(try latestCheckpoint(in: command.folder.path(of: "log/\(run)")))
        let checkpoint = try Checkpoint(opening: prefix)
        return Dictionary(
            uniqueKeysWithValues: try checkpoint.tensors.map {
                ($0.name, try checkpoint.tensor(named: $0.name))
            })
    }

    /// The steps of a curve, as TensorBoard's readers have them: a step that is logged again takes
    /// the place of what follows it.
    private func steps(_ run: String, tag: String = "generator_loss") throws -> [Int64] {
        let log = try EventLog(folder: command.folder.path(of: "log/\(run)"))
        var steps: [Int64] = []
        for file in log.runs.flatMap(\.files) {
            var reader = try EventFileReader(path: file)
            do throws(EventFileError) {
                while let event = try reader.next() {
                    if case .session = event.content { steps.removeAll { $0 >= event.step } }
                    if event.values.contains(where: { $0.tag == tag }) { steps.append(event.step) }
                }
            } catch {
                #expect(error.problem == .truncated)
            }
        }
        return steps
    }

    @Test func aResumedRunIsAsOneThatNeverStopped() throws {
        let whole = try train("--run", "whole", "--train-times", "4", "--threads", "1")
        #expect(whole.count == 4)
        let first = try train("--run", "parts", "--train-times", "2", "--checkpoint-every", "1")
        // The flags of the first part hold on, unless others are given.
        let second = try train("--run", "parts", "--resume", "--train-times", "4")
        #expect(first + second == whole)
        #expect(try tensors("parts") == tensors("whole"))
        #expect(try steps("parts") == steps("whole"))
    }

    @Test func hyperparametersAreKept() throws {
        let flags = ["--batch-size", "3", "--learning-rate", "0.0002", "--train-step", "2"]
        let whole = try train(["--run", "whole", "--seed", "5", "--train-times", "3"] + flags)
        _ = try train(["--run", "parts", "--seed", "5", "--train-times", "1"] + flags)
        let second = try train("--resume", "--run", "parts", "--train-times", "3")
        #expect(second == whole.suffix(2))
        #expect(try tensors("parts") == tensors("whole"))
        #expect(try steps("parts").count == 2)
    }

    /// Kills at random moments, each time resumed: a short form of `tools/check-training-kills`.
    @Test func killedRunsGoOn() throws {
        let start = try command.start(
            "train", "--run", "r", "--checkpoint-every", "1", until: "train times: 2 ")
        kill(start.processIdentifier, SIGKILL)
        start.waitUntilExit()
        for _ in 0..<5 {
            let process = try command.start(
                "train", "--run", "r", "--checkpoint-every", "1", "--resume", until: nil)
            Thread.sleep(forTimeInterval: .random(in: 0...1))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(try tensors("r").count == 74 + 11)
        }
        let passes = try #require(
            try tensors("r")["loop/passes"]?.values(of: Int64.self)?.first)
        #expect(passes >= 1)
        let times = "\(passes + 1)"
        let last = try train("--run", "r", "--resume", "--train-times", times)
        let whole = try train("--run", "whole", "--train-times", times)
        #expect(last.count == 1 && last.last == whole.last)
        #expect(try tensors("r") == tensors("whole"))
        #expect(try steps("r") == steps("whole"))
        #expect(try command.names("log/r").allSatisfy { !$0.contains(".tmp-") })
    }

    @Test func aSignalLeavesACheckpointAndTellsHowToGoOn() throws {
        let process = try command.start("train", "--run", "r", until: "train times: 1 ")
        process.interrupt()
        let outcome = try command.outcome(of: process)
        #expect(outcome.status == 130)
        let lines = outcome.output.split(separator: "\n")
        let passes = lines.count { $0.hasPrefix("train times: ") }
        #expect(lines[lines.count - 2] == "to go on: gan train --run r --resume")
        // Without a name, the run that was saved last is meant.
        let more = try command.run("train", "--resume", "--train-times", "\(passes + 1)")
        #expect(
            more.output.contains(
                /\nresumed (after|in) pass \d+(, after (\d+ of )?its steps? of the (discriminator|generator))?, from log\/r\/model.ckpt-/
            ), "\(more.output)")
        #expect(
            more.output.contains("done: \(passes + 1) of \(passes + 1) passes, 1 of them now, in "))
    }

    @Test func theWarmUpGoesOnToo() throws {
        let process = try command.start(
            "train", "--run", "r", "--learning-rate", "1e-7", until: nil)
        while process.isRunning, try command.names() == [] { Thread.sleep(forTimeInterval: 0.01) }
        Thread.sleep(forTimeInterval: 0.3)
        process.interrupt()
        #expect(try command.outcome(of: process).output.contains("stopped: 0 of 1000 passes"))
        let steps = try #require(
            try tensors("r")["discriminator_train_time"]?.values(of: Int32.self)?.first)
        let outcome = try command.run(
            "train", "--resume", "--learning-rate", "0.0001", "--train-times", "1")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let place = RunPlace.warmUp(discriminatorStep: Int(steps))
        #expect(outcome.output.contains("\nresumed \(place), from log/r/"), "\(outcome.output)")
        let counted = try #require(outcome.output.firstMatch(of: /warm-up: (\d+) D steps/))
        #expect(try #require(Int32(counted.1)) > steps)
    }

    @Test func keepsSoManyCheckpoints() throws {
        _ = try train(
            "--run", "r", "--train-times", "4", "--checkpoint-every", "1", "--max-to-keep", "2")
        #expect(try command.names("log/r").count { $0.hasSuffix(".index") } == 2)
        _ = try train("--run", "none", "--train-times", "1", "--checkpoint-every", "0")
        #expect(try command.names("log/none").count == 1)
    }

    @Test func beginsWithACheckpoint() throws {
        _ = try train("--run", "a", "--train-times", "1")
        let outcome = try command.run(
            "train", "--run", "b", "--train-times", "1", "--restore", "log/a")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.output.contains(
                "\nrestored log/a/model.ckpt-7 (after pass 1): a new run with its variables, from its "
                    + "step on\nwarm-up: "))
        let steps = try tensors("b")["generator_train_time"]?.values(of: Int32.self)
        #expect(try #require(steps?.first) >= 14)
        #expect(try tensors("a")["generator_train_time"]?.values(of: Int32.self) == [7])
    }

    @Test func takesWhatFits() throws {
        let folder = try TemporaryFolder()
        let prefix = folder.path(of: "model")
        try Checkpoint.write(
            [
                (
                    "generator/output/biases",
                    TensorValue([Float](repeating: 0.5, count: 784), shape: [784])
                ),
                ("discriminator/output/biases", TensorValue([1, 2] as [Float], shape: [2])),
            ], to: prefix)
        let refused = try command.run("train", "--run", "a", "--restore", prefix)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("73 of 74 variables"), "\(refused.errors)")
        #expect(refused.errors.contains(" and 70 more; it has discriminator/output/biases, gene"))
        #expect(refused.errors.contains("gan train --restore \(prefix) --partial"))
        #expect(refused.output == "")
        #expect(try command.names() == [])
        let another = try command.run("train", "--run", "a", "--restore", prefix, "--partial")
        #expect(another.status == 1)
        #expect(another.errors.contains("73 of 74 variables"), "\(another.errors)")

        let outcome = try command.run(
            "train", "--run", "a", "--restore", prefix, "--partial", "--partial-few",
            "--train-times", "1")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let new = outcome.output.split(separator: "\n").filter { $0.hasPrefix("new, for in it ") }
        #expect(new.count == 73)
        #expect(
            new.contains(
                "new, for in it discriminator/output/biases has the shape [2], not [1]"))
        #expect(new.contains("new, for in it generator/output/weights is missing"))
    }

    @Test func refusesWhatCannotGoOn() throws {
        _ = try train("--run", "r", "--train-times", "1")
        try FileManager.default.createDirectory(
            atPath: command.folder.path(of: "empty"), withIntermediateDirectories: false)
        let before = try command.names("log/r")
        let cases: [(arguments: [String], message: String)] = [
            (
                ["--resume", "--restore", "log/r"],
                "--restore begins a new run and --resume goes on with one"
            ),
            (["--partial"], "--partial says how --restore takes a checkpoint"),
            (["--restore", "x", "--partial-few"], "--partial-few says how far --partial goes"),
            (["--resume", "--seed", "1"], "--seed means nothing with --resume"),
            (["--resume"], "log/r/model.ckpt-7 stands after pass 1 already; say by --train-times"),
            (
                ["--resume", "--run", "x"],
                "log/x is not there; name a run's folder in log by --run"
            ),
            (["--resume", "--logdir", "y"], "y has no run with a checkpoint"),
            (
                ["--resume", "--batch-size", "3", "--train-times", "2"],
                "trained with batches of 10, not 3"
            ),
            (["--restore", "log/r/model.ckpt-8"], "log/r/model.ckpt-8: no such checkpoint"),
            (["--restore", "empty"], "empty has no checkpoint: name a run's folder that has one"),
            (
                ["--overwrite", "--resume", "--run", "r"],
                "--overwrite begins a run anew and --resume goes on with one"
            ),
            (["--overwrite"], "--overwrite begins a run anew: name it by --run"),
            (
                ["--overwrite", "--run", "r", "--restore", "log/r"],
                "log/r/model.ckpt-7 is a checkpoint of the run that --overwrite removes"
            ),
            (
                ["--resume-from", "model.ckpt-8"],
                "log/r/model.ckpt-8 is no checkpoint of the run in log/r; there are model.ckpt-0 "
                    + "(before the warm-up), model.ckpt-7 (after pass 1)"
            ),
            (
                ["--resume-from", "x/model.ckpt-7"],
                "x is not there; name a checkpoint of a run in log"
            ),
            (
                ["--resume-from", "empty/model.ckpt-7"],
                "empty is not in log; name the folder of all"
            ),
        ]
        for (arguments, message) in cases {
            let outcome = try command.run(["train"] + arguments)
            #expect(outcome.status != 0)
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(outcome.output == "")
            #expect(try command.names("log/r") == before)
            #expect(try command.names("log") == ["r"])
        }
    }

    /// What is told of a folder without a checkpoint can be done.
    @Test func aRunWithoutACheckpoint() throws {
        // Killed while its first checkpoint was written.
        try command.write("", to: "log/k9/model.ckpt-0.index.tmp-0123456789abcdef")
        let nothing = try command.run("train", "--resume", "--run", "k9")
        #expect(nothing.status == 1 && nothing.output == "")
        #expect(
            nothing.errors == "gan: log/k9 has no checkpoint: nothing was trained yet; to begin "
                + "it: gan train --run k9\n")
        _ = try train("--run", "k9", "--train-times", "1")

        _ = try train("--run", "none", "--train-times", "1", "--checkpoint-every", "0")
        #expect(
            try command.run("train", "--resume", "--run", "none").errors
                == "gan: log/none has no checkpoint, but a log; begin the run anew by "
                + "gan train --run none --overwrite\n")

        try command.write("", to: "x/lr/1/model.ckpt-0.index")
        #expect(
            try command.run("train", "--resume", "--logdir", "x", "--run", "lr").errors
                == "gan: x/lr has no checkpoint, but runs below it have: name one by --run, like "
                + "lr/1\n")
        try command.write("", to: "x/new/.note")
        #expect(
            try command.run("train", "--resume", "--logdir", "x", "--run", "new").errors
                == "gan: x/new has no checkpoint: nothing was trained yet; to begin it: "
                + "gan train --logdir x --run new\n")
    }

    /// What cannot begin leaves nothing behind, neither words nor folders.
    @Test(arguments: [
        [], ["--run", "a/b"], ["--logdir", "x/y/"], ["--logdir", "x", "--run", "."],
    ])
    func leavesNothingOfARunThatDoesNotBegin(flags: [String]) throws {
        let outcome = try command.run(["train", "--restore", "nowhere"] + flags)
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("gan: nowhere: no such checkpoint; "))
        #expect(outcome.output == "")
        #expect(try command.names() == [])
    }

    @Test func refusesOtherImages() throws {
        _ = try train("--run", "r", "--train-times", "1")
        // Gray images in MNIST's form (IDX: magic number, sizes, bytes).
        let folder = try TemporaryFolder()
        for (name, count) in [("train", 5010), ("t10k", 1)] {
            let size: [UInt8] = [0, 0, UInt8(count >> 8), UInt8(count & 255)]
            let images: [UInt8] = [0, 0, 8, 3] + size + [0, 0, 0, 28, 0, 0, 0, 28]
            try folder.write(
                images + [UInt8](repeating: 7, count: count * 784),
                to: "\(name)-images-idx3-ubyte")
            try folder.write(
                [0, 0, 8, 1] + size + [UInt8](repeating: 3, count: count),
                to: "\(name)-labels-idx1-ubyte")
        }
        let outcome = try command.run(
            "train", "--resume", "--train-times", "2", "--data", folder.path)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("belongs to a run on other images"), "\(outcome.errors)")
    }

    /// Two processes in one folder would remove each other's checkpoints.
    @Test func oneProcessAtATime() throws {
        let process = try command.start("train", "--run", "r", until: "train times: 1 ")
        for arguments in [["--run", "r", "--resume"], ["--run", "r"]] {
            let outcome = try command.run(["train"] + arguments)
            #expect(outcome.status == 1)
            #expect(
                outcome.errors.contains("log/r is being trained in by another process")
                    || outcome.errors.contains("log/r holds a run already"))
        }
        process.terminate()
        _ = try command.outcome(of: process)
    }
}
