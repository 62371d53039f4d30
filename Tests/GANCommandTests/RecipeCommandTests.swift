import Datasets
import Foundation
import TestSupport
import Testing

/// `gan train --recipe`, `gan recipes` and what is made of their runs.
@Suite(.waiting) struct RecipeCommandTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    private static let small = [
        "--width", "4", "--hidden", "16", "--noise-size", "5", "--batch-size", "8",
    ]

    private func train(_ arguments: String...) throws -> Outcome {
        try command.run(["train", "--run", "r", "--no-progress"] + arguments)
    }

    @Test func lists() throws {
        let outcome = try command.run("recipes")
        #expect(outcome.status == 0)
        let names = outcome.output.split(separator: "\n").compactMap {
            $0.split(separator: " ").first
        }
        #expect(
            names == [
                "article", "article-full", "dcgan", "non-saturating", "hinge", "wasserstein-gp",
            ])
    }

    @Test(
        arguments: [
            (
                ["--recipe", "dcgn"],
                "The value 'dcgn' is invalid for '--recipe <name>': it must be one of article, "
                    + "article-full, dcgan, non-saturating, hinge, wasserstein-gp"
            ),
            (
                ["--recipe", "dcgan", "--loss", "wgan"],
                "The value 'wgan' is invalid for '--loss <name>': it must be one of article, "
                    + "non-saturating, hinge, wasserstein-gp"
            ),
            (
                ["--recipe", "dcgan", "--network", "resnet"],
                "The value 'resnet' is invalid for '--network <name>': it must be one of article, "
                    + "dcgan"
            ),
            (
                ["--width", "8"],
                "--width means nothing to the article's recipe, which trains on ten images as the "
                    + "article does: give --recipe article-full for its networks on all images, or "
                    + "--recipe dcgan"
            ),
            (
                ["--recipe", "dcgan", "--batch-size", "6001"],
                "--batch-size 6001 is more than the images there are, 6000 built in; make it "
                    + "smaller, or give more images by --data"
            ),
            (
                ["--recipe", "dcgan", "--batch-size", "1"],
                "The value '1' is invalid for '--batch-size': it must be a whole number, 2...8192"
            ),
            (
                ["--recipe", "article-full", "--conditional"],
                "--conditional needs --network dcgan: the article's networks take no labels"
            ),
            (
                ["--recipe", "article-full", "--noise-size", "64"],
                "--noise-size 64 needs --network dcgan: the article's generator takes 20 numbers"
            ),
            (
                ["--recipe", "dcgan", "--ema", "1"],
                "The value '1' is invalid for '--ema <x>': it must be a number from 0 to below 1, "
                    + "like 0.999"
            ),
            (
                ["--recipe", "dcgan", "--epochs", "2", "--train-times", "3"],
                "--epochs and --train-times say the same: give one of them"
            ),
            (
                ["--time-limit", "0"],
                "The value '0' is invalid for '--time-limit <x>': it must be a number of seconds, "
                    + "above 0"
            ),
        ])
    func refuses(flags: [String], message: String) throws {
        let before = try command.names()
        let outcome = try command.run(["train"] + flags)
        #expect(outcome.status == 64)
        #expect(outcome.errors == "gan: \(message)\n")
        #expect(outcome.output.isEmpty)
        #expect(try command.names() == before)
    }

    @Test func goesOnOnlyAsItself() throws {
        #expect(
            try command.run(
                ["train", "--recipe", "dcgan", "--run", "r", "--train-times", "3", "--no-progress"]
                    + Self.small
            ).status == 0)
        for (flags, message) in [
            (
                ["--recipe", "hinge"],
                "log/r is a run of the recipe dcgan, not hinge: resume it without --recipe, or "
                    + "begin a new run with another --run"
            ),
            (
                ["--loss", "hinge"],
                "the run was trained with loss non-saturating, not hinge: resume it without --loss, "
                    + "or begin a new run"
            ),
            (
                ["--width", "5"],
                "the run was trained with width 4, not 5: resume it without --width, or begin a new "
                    + "run"
            ),
            (
                ["--conditional"],
                "the run was trained with classes (none), not 0, 1, 2, 3, 4, 5, 6, 7, 8, 9: resume "
                    + "it without --conditional, or begin a new run"
            ),
        ] {
            let other = try command.run(
                ["train", "--resume", "--run", "r", "--train-times", "9"] + flags)
            #expect(other.status == 64)
            #expect(other.errors == "gan: \(message)\n")
        }
        let done = try train("--resume")
        #expect(
            done.errors
                == "gan: log/r/model.ckpt-3 stands after pass 3 already; say by --train-times how "
                + "many passes the run shall have in all\n")
        #expect(try train("--resume", "--train-times", "5").status == 0)
    }

    /// Samples of a class that was asked for, and of all in turn.
    @Test func samplesByClass() throws {
        #expect(
            try command.run(
                ["train", "--recipe", "dcgan", "--conditional", "--run", "r", "--train-times", "2"]
                    + ["--no-progress"] + Self.small
            ).status == 0)
        let seven = try command.run(
            "sample", "--checkpoint", "log/r", "--digit", "7", "--count", "3", "--out", "7.npy")
        #expect(seven.status == 0 && seven.errors == "")
        let all = try command.run("sample", "--checkpoint", "log/r", "--out", "all.npy")
        #expect(all.output.hasPrefix("100 images of log/r/model.ckpt-2 (after pass 2)"))
        let images = try NPY.read(
            command.folder.path(of: "all.npy"), shape: [nil, 28, 28])
        let ofSeven = try NPY.read(command.folder.path(of: "7.npy"), shape: [nil, 28, 28])
        #expect(images.shape == [100, 28, 28] && ofSeven.shape == [3, 28, 28])

        let none = try command.run(
            "sample", "--checkpoint", "log/r", "--digit", "12", "--out", "x.png")
        #expect(none.status == 1)
        #expect(
            none.errors == "gan: --digit 12: the run's classes are 0, 1, 2, 3, 4, 5, 6, 7, 8, 9\n")
    }

    @Test func aRunWithoutLabelsHasNoClasses() throws {
        #expect(
            try command.run(
                ["train", "--recipe", "wasserstein-gp", "--run", "r", "--epochs", "1"]
                    + ["--no-progress", "--time-limit", "0.3"] + Self.small
            ).status == 0)
        let outcome = try command.run(
            "sample", "--checkpoint", "log/r", "--digit", "7", "--out", "x.png")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors
                == "gan: log/r was trained without labels, so no --digit can be asked of it; train "
                + "with --conditional\n")
    }

    /// The article's run names the recipe that shows ten digits.
    @Test func theArticlesRunNamesTheNext() throws {
        let outcome = try train("--train-times", "1")
        #expect(outcome.status == 0)
        #expect(
            outcome.output.contains(
                "\nto see ten digits grow, from all images: "))
        #expect(outcome.output.hasSuffix(" train --recipe dcgan\n"))
    }
}
