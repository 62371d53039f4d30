import Foundation
import GAN
import TensorBoard
import TestSupport
import Testing

@testable import gan

/// Many runs by one command.
@Suite(.waiting) struct SweepTests {
    let command: Command
    let sweep: SweepLog

    init() throws {
        command = try Command()
        sweep = SweepLog(command)
    }

    @Test func everyCombination() throws {
        let flags = ["--seed", "0...1", "--learning-rate", "1e-3,2e-3", "--train-times", "5"]
        let outcome = try command.run(sweep.words(flags))
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        let names = [
            "learning-rate=0.001,seed=0", "learning-rate=0.001,seed=1",
            "learning-rate=0.002,seed=0", "learning-rate=0.002,seed=1",
        ]
        #expect(try sweep.names() == names)
        #expect(outcome.output.contains("\n4 runs in "))
        #expect(outcome.output.contains(": 4 done\nbest: s/recipe=dcgan"))
        for name in names {
            let log = try EventLog(folder: sweep.path(name))
            let values = log.runs[0].values()
            let session = try #require(values.session)
            #expect(session.status == .success)
            let rate = session.hparams.values.first { $0.name == "generator_learning_rate" }
            #expect(rate?.value == .number(name.contains("0.002") ? 0.002 : 0.001))
            // The last losses, the distance and the lowest one; and no images, histograms or graph.
            #expect(
                Set(values.tags.filter { !$0.scalars.isEmpty }.map(\.tag)) == [
                    "D_loss/training", "G_loss", "quality/frechet_distance",
                    "quality/lowest_frechet_distance",
                ])
            #expect(values["D_loss/training"]?.scalars.last?.step == 5)
            #expect(!values.tags.contains { [.images, .histograms, .graphs].contains($0.kind) })
            let record = try sweep.record(name)
            #expect(record.end == .done && record.passes == 5 && record.marks.count == 1)
            #expect(
                record.last?.distance.map { Float($0) }
                    == values["quality/frechet_distance"]?.scalars.last.map { Float($0.value) })
        }
        // What is done is left alone.
        let before = try names.map { try sweep.checkpoint($0) }
        let files = try names.map { try command.names("s/\(sweep.run($0))") }
        let again = try command.run(sweep.words(flags))
        #expect(again.status == 0)
        #expect(again.output.contains("4 runs in s, 4 of them over"))
        #expect(!again.output.contains("begins"))
        #expect(try names.map { try sweep.checkpoint($0) } == before)
        #expect(try names.map { try command.names("s/\(sweep.run($0))") } == files)
        // A longer range adds runs, and a greater number of passes lets all go on.
        try sweep.run("--seed", "0...2", "--learning-rate", "1e-3", "--train-times", "9")
        #expect(try sweep.names().count == 5)
        #expect(try sweep.record("learning-rate=0.001,seed=0").marks.map(\.passes) == [5, 9])
        #expect(try sweep.record("learning-rate=0.002,seed=0").marks.map(\.passes) == [5])
    }

    /// A run of a sweep is what `gan train` makes of the same flags.
    @Test func theSameAsTraining() throws {
        let flags =
            SweepLog.networks + ["--train-times", "7", "--train-step", "1", "--judge-every", "0"]
        try sweep.run(
            "--train-times", "7", "--train-step", "1", "--judge-every", "0", "--seed", "3,4")
        for seed in ["3", "4"] {
            let train = try command.run(
                ["train", "--logdir", "t", "--run", seed, "--seed", seed, "--few-tags"] + flags)
            #expect(train.status == 0, "\(train.errors)")
            #expect(
                try sweep.checkpoint("seed=\(seed)")
                    == SweepLog.checkpoint(path: command.folder.path(of: "t/\(seed)")))
        }
        // With all that a run logs, but for the film, which is the images'.
        let all = SweepLog(command, logdir: "images")
        try all.run("--train-times", "7", "--judge-every", "0", "--seed", "3", "--log-images")
        let values = try EventLog(folder: all.path("seed=3")).runs[0].values()
        #expect(values["G_z_grid"] != nil && values["G_z_film"] != nil)
        #expect(values["discriminator_loss"] == nil && values["generator_loss"] != nil)
    }

    @Test(arguments: [
        (["--seed", "0...3,x"], "The value 'x' is invalid for '--seed <n>'"),
        (["--seed", "0..3"], "--seed 0..3: a range is written 0...3"),
        (["--seed", "0...4294967296"], "at most 10000 runs"),
        (["--seed", "4294967295,4294967296"], "'4294967296' is invalid"),
        (["--learning-rate", "1e-4,0"], "'0' is invalid for '--learning-rate <x>'"),
        (["--recipe", "article,dcgam"], "it must be one of article"),
        (
            ["--recipe", "dcgan", "--batch-size", "4,7000"],
            "--batch-size 7000 is more than the images there are"
        ),
        (["--recipe", "article,dcgan", "--width", "8"], "--width means nothing to the article's"),
        (["--train-times", "10", "--epochs", "1,2"], "--epochs and --train-times say the same"),
        (["--data", "nowhere"], "nowhere"), (["--restore", "nowhere"], "nowhere"),
        (["--resume"], "a sweep goes on by itself"), (["--run", "x"], "--run names one run"),
        (["--threads", "2"], "--threads is --threads-per-run here"),
        (["--overwrite"], "to begin anew, remove its folder"),
        (["--sed", "1"], "Unknown option '--sed'. Did you mean '--seed'?"),
        (["--jobs", "2"], "Did you mean '--runs-at-once'?"),
        (["--shard", "5/4"], "'5/4' is invalid for '--shard'"),
        (["--keep-best", "0"], "'0' is invalid for '--keep-best <n>'"),
        (["--keep-best", "1", "--judge-every", "0"], "leave out --judge-every 0"),
        (["--halve", "--time-limit", "5"], "give --train-times or --epochs"),
        (["--seed", "1", "2"], "'2' belongs to no flag"),
        (["--seed", "1", "--seed", "2"], "--seed is given twice"),
    ])
    func refused(flags: [String], message: String) throws {
        let outcome = try command.run(["sweep"] + flags)
        #expect(
            outcome.status
                == (flags == ["--data", "nowhere"] || flags == ["--restore", "nowhere"] ? 1 : 64))
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.output == "")
        #expect(try command.names() == [])
    }

    @Test func otherRunsInTheFolder() throws {
        try sweep.run("--seed", "0", "--train-times", "2", "--judge-every", "0")
        let name = try sweep.run("seed=0")
        let images = try command.run("sweep", "--help")
        #expect(images.status == 0)
        try command.write("flag --seed=0\nflag --data=other\n", to: "s/\(name)/sweep.txt")
        let outcome = try sweep.run("--seed", "0...1", "--train-times", "2", status: 1)
        #expect(outcome.errors.contains("choose another folder by --logdir"), "\(outcome.errors)")
        #expect(try sweep.names() == ["seed=0"])
        try FileManager.default.removeItem(atPath: sweep.path("seed=0") + "/sweep.txt")
        let alone = try sweep.run("--seed", "0...1", "--train-times", "2", status: 1)
        #expect(alone.errors.contains("holds a run of gan train, none of a sweep"))
    }

    @Test func dryRun() throws {
        try sweep.run("--seed", "1", "--train-times", "2", "--judge-every", "0")
        let outcome = try sweep.run("--seed", "0...2", "--train-times", "2", "--dry-run")
        let rows = outcome.output.split(separator: "\n").map { $0.split(separator: " ").suffix(2) }
        #expect(
            rows.map { $0.joined(separator: " ") } == [
                "PASSES STATUS", "not begun", "2 done", "not begun",
            ])
        #expect(try sweep.names() == ["seed=1"])
    }

    /// A run that goes wrong takes no other with it: a loss that is no number, a folder that cannot be
    /// made.
    @Test func badRuns() throws {
        let outcome = try sweep.run(
            "--learning-rate", "1e-3,1e38", "--seed", "0...1", "--train-times", "30")
        for seed in 0...1 {
            #expect(try sweep.record("learning-rate=0.001,seed=\(seed)").end == .done)
            let record = try sweep.record("learning-rate=1e+38,seed=\(seed)")
            #expect(record.end == .diverged && record.reason.contains("is no number any more"))
        }
        #expect(
            outcome.output.contains(": 2 diverged, 2 done\n")
                || outcome.output.contains(": 2 done, 2 diverged\n"), "\(outcome.output)")
        // They are over: they would diverge again.
        let again = try sweep.run(
            "--learning-rate", "1e-3,1e38", "--seed", "0...1", "--train-times", "30")
        #expect(!again.output.contains("begins") && !again.output.contains("goes on"))

        let name = try sweep.run("learning-rate=0.001,seed=0").replacing("seed=0", with: "seed=7")
        try command.write("in the way", to: "s/\(name)")
        let failed = try sweep.run(
            "--learning-rate", "1e-3", "--seed", "6...8", "--train-times", "3", status: 1)
        #expect(
            failed.errors.contains("\(name) failed: s/\(name) is a file, not a folder"),
            "\(failed.errors)")
        #expect(try sweep.record("learning-rate=0.001,seed=6").end == .done)
        #expect(try sweep.record("learning-rate=0.001,seed=8").end == .done)
    }

    @Test func parts() throws {
        func part(_ variables: String, _ flags: String = "") throws -> Outcome {
            let words = sweep.words(["--seed", "0...4", "--train-times", "2", "--judge-every", "0"])
            return try command.shell(
                "\(variables) \"$GAN\" \(words.joined(separator: " ")) \(flags)")
        }
        let first = try part(
            "SLURM_ARRAY_TASK_ID=11 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=10")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.output.contains("part 2 of 2 by SLURM_ARRAY_TASK_ID: 2 of 5 runs"))
        #expect(try sweep.names() == ["seed=1", "seed=3"])
        #expect(try part("PMI_RANK=0 PMI_SIZE=3").status == 0)
        #expect(try sweep.names() == ["seed=0", "seed=1", "seed=3"])
        // The flag is stronger.
        #expect(try part("PMI_RANK=0 PMI_SIZE=3", "--shard 3/3").status == 0)
        #expect(try sweep.names() == ["seed=0", "seed=1", "seed=2", "seed=3"])
        #expect(try part("PMI_RANK=3 PMI_SIZE=3").status == 64)
    }

    @Test func timeLimit() throws {
        try sweep.run("--seed", "0...1", "--time-limit", "0.5", "--judge-every", "0")
        for seed in 0...1 {
            let record = try sweep.record("seed=\(seed)")
            #expect(record.end == .timeIsUp && record.seconds >= 0.5 && record.passes > 0)
        }
        let before = try sweep.record("seed=0")
        let limit = before.seconds + 1
        try sweep.run("--seed", "0", "--time-limit", "\(limit)", "--judge-every", "0")
        let record = try sweep.record("seed=0")
        #expect(record.end == .timeIsUp)
        #expect(record.passes > before.passes && record.seconds >= limit * 0.99)
    }
}
