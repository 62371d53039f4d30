import Foundation
import TestSupport
import Testing

/// `gan train` from its start to its end, on the images that are built in.
@Suite(.waiting) struct TrainTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    @Test func printsTheArticlesLinesWhereThereIsNoTerminal() throws {
        let outcome = try command.run("train", "--train-times", "2")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")

        let runs = try command.names("log")
        let run = try #require(runs.first)
        #expect(runs.count == 1)
        #expect(run.wholeMatch(of: /\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d/) != nil)
        let files = try command.names("log/\(run)")
        #expect(files.count { $0.contains("tfevents") } == 1)
        #expect(
            files.filter { !$0.contains("tfevents") } == [
                "checkpoint", "model.ckpt-0.data-00000-of-00001", "model.ckpt-0.index",
                "model.ckpt-14.data-00000-of-00001", "model.ckpt-14.index",
            ])

        let number = "[0-9.e+-]+"
        let expected = [
            "run: log/\(run), seed 0, (up to )?\\d+ threads?, (avx512|avx2|sse2|neon)",
            "images: the same 10 of the 6000 built in, with the same noise, in every step",
            "to watch it: tensorboard --logdir log(  \\(pip install tensorboard\\))?",
            "warm-up: \\d+ D steps  D_loss: \(number)",
            "train times: 1  D_avg_loss: \(number)  G_avg_loss: \(number)",
            "train times: 2  D_avg_loss: \(number)  G_avg_loss: \(number)",
            "done: 2 of 2 passes in .*, training D loss \(number), G loss \(number)",
            "saved: log/\(run)/model.ckpt-14, after pass 2",
            "the log is in log/\(run); to look at it: tensorboard --logdir log",
            "to see ten digits grow, from all images: .*gan train --recipe dcgan",
        ]
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == expected.count)
        for (line, pattern) in zip(lines, expected) {
            #expect(try Regex(pattern).wholeMatch(in: line) != nil, "\(line)")
        }
    }

    @Test func givesEachRunItsFolder() throws {
        for name in ["a/b", "."] {
            let outcome = try command.run(
                "train", "--train-times", "1", "--run", name, "--checkpoint-every", "0")
            #expect(outcome.status == 0)
        }
        #expect(try command.names("log/a/b").count == 1)
        #expect(try command.names("log").count == 2)

        for (name, path) in [("a/b", "log/a/b"), (".", "log")] {
            let outcome = try command.run("train", "--run", name)
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == "gan: \(path) holds a run already; "
                    + "choose another name by --run, or begin it anew by --overwrite\n")
        }
        #expect(try command.names("log/a/b").count == 1)
    }

    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143)), (SIGHUP, Int32(129))])
    func endsAfterASignal(signal: Int32, status: Int32) throws {
        let process = try command.start(
            "train", "--train-times", "100000", "--run", "r", until: "train times: 1 ")
        kill(process.processIdentifier, signal)
        let outcome = try command.outcome(of: process)
        #expect(outcome.status == status)
        #expect(process.terminationReason == .exit)
        #expect(outcome.errors == "")
        let lines = outcome.output.split(separator: "\n")
        let passes = lines.count { $0.hasPrefix("train times: ") }
        #expect(passes >= 1)
        #expect(lines[lines.count - 4].hasPrefix("stopped: \(passes) of 100000 passes in "))
        let saved = try #require(
            lines[lines.count - 3].wholeMatch(
                of:
                    /saved: log\/r\/model.ckpt-\d+, (?:after pass (\d+)|in pass (\d+), after (?:\d+ of )?its steps? of the (?:discriminator|generator))/
            ), "\(outcome.output)")
        if let after = saved.1 { #expect(Int(after) == passes) }
        if let within = saved.2 { #expect(Int(within) == passes + 1) }
        #expect(lines[lines.count - 2] == "to go on: gan train --run r --resume")
        #expect(
            lines.last == "the log is in log/r; to look at it: tensorboard --logdir log")
    }

    @Test func endsInTheWarmUpAfterASignal() throws {
        // So slow a learner stays in the warm-up.
        let process = try command.start("train", "--learning-rate", "1e-9", until: nil)
        while process.isRunning, try command.names() == [] { Thread.sleep(forTimeInterval: 0.01) }
        Thread.sleep(forTimeInterval: 0.2)
        process.interrupt()
        let outcome = try command.outcome(of: process)
        #expect(outcome.status == 130)
        #expect(outcome.output.contains("stopped: 0 of 1000 passes in "))
    }

    @Test func ignoresWhatTheShellIgnores() throws {
        let outcome = try command.shell(
            "trap '' INT; \"$GAN\" train --train-times 1 & sleep 0.3; kill -INT $!; wait $!")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("done: 1 of 1 passes"))
    }

    @Test func quotesAFolderForTheShell() throws {
        let outcome = try command.run("train", "--train-times", "1", "--logdir", "it's a log")
        #expect(outcome.output.contains("to look at it: tensorboard --logdir 'it'\\''s a log'\n"))
    }
}
