import Foundation
import TensorBoard
import TestSupport
import Testing

@testable import gan

/// `gan log compare`: runs of any program, best first.
@Suite(.waiting) struct LogCompareTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// Writes curves into a folder, and a session of hyperparameters.
    func write(
        _ run: String, _ curves: [(tag: String, values: [Float])], _ hparams: HParams? = nil
    ) throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/\(run)"))
        if let hparams { try writer.addHParams(hparams) }
        for (tag, values) in curves {
            for (step, value) in values.enumerated() {
                try writer.addScalar(
                    value, tag: tag, step: Int64(step), wallTime: 1000 + Double(step))
            }
        }
        if hparams != nil { try writer.endHParams(status: .success) }
        try writer.close()
    }

    /// The rows of the first table, without the columns of points, status and time.
    func rows(_ words: String...) throws -> [[String]] {
        let outcome = try command.shell(
            "COLUMNS=300 \"$GAN\" log compare log \(words.joined(separator: " "))")
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        let table = outcome.output.components(separatedBy: "\n\n").dropLast()
        return table.flatMap { $0.split(separator: "\n") }.map {
            $0.split(separator: " ").map { String($0) }
        }
    }

    /// The runs' names, in order.
    func order(_ words: String...) throws -> [String] {
        let outcome = try command.run(["log", "compare", "log"] + words)
        #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
        return outcome.output.split(separator: "\n").dropFirst()
            .prefix {
                !$0.hasPrefix("RUN") && !$0.hasPrefix("Best") && !$0.hasPrefix("In the")
                    && !$0.hasPrefix("…")
            }
            .compactMap { $0.split(separator: " ").first.map { String($0) } }
    }

    @Test func bestFirst() throws {
        for (run, values) in [("a", [9, 5, 7]), ("b", [8, 6, 6]), ("c", [9, 8, 2])]
            as [(String, [Float])]
        {
            try write(
                run, [("loss", [0, 0, 0]), ("quality/frechet_distance", values)],
                ["rate": .number(Double(values[2])), "same": 1])
        }
        #expect(try order() == ["c", "a", "b"])
        #expect(try order("--last") == ["c", "b", "a"])
        #expect(
            try order("--by", "quality/frechet_distance", "--highest", "--count", "2") == [
                "a", "c",
            ])
        #expect(try order("--run", "a", "--run", "b") == ["a", "b"])
        let text = try command.run("log", "compare", "log").output
        #expect(text.hasPrefix("RUN  quality/frechet_distance  rate "))
        #expect(text.contains("\nc             2.0000 (2.0000)     2 "))
        #expect(
            text.contains(
                "\nBest first by the lowest quality/frechet_distance, the lower the better.\n"))
        #expect(text.hasSuffix("All runs: same 1\n"))
    }

    /// What ranks runs: measures by their names, those of most runs, those that say most.
    @Test(arguments: [
        (["train_loss", "val_accuracy", "FID"], "FID"),
        (["epoch_loss", "validation/epoch_loss"], "validation/epoch_loss"),
        (["loss", "hparam/accuracy"], "hparam/accuracy"),
        (["rate", "loss", "accuracy"], "loss"), (["eval/return", "loss"], "eval/return"),
        (
            ["quality/frechet_distance_of_real_images", "quality/frechet_distance"],
            "quality/frechet_distance"
        ),
    ])
    func measures(tags: [String], expected: String) throws {
        for run in ["a", "b"] {
            try write(run, tags.enumerated().map { ($1, [Float($0), run == "a" ? 1 : 2]) })
        }
        let output = try command.run("log", "compare", "log").output
        #expect(output.contains("est \(expected), the "), "\(output)")
        let highest = ["accuracy", "return"].contains { expected.contains($0) }
        #expect(try order() == (highest ? ["b", "a"] : ["a", "b"]))
    }

    @Test func runsWithoutTheMeasure() throws {
        try write("a", [("loss", [.nan])])
        try write("b", [("loss", [2])])
        try write("c", [("other", [1])])
        try write("d", [("loss", [1, .infinity])])
        #expect(try order() == ["d", "b", "a", "c"])
        #expect(
            try order("--last") == ["b", "d", "a", "c"] || order("--last") == ["b", "a", "c", "d"])
        let unknown = try command.run("log", "compare", "log", "--by", "los")
        #expect(unknown.status == 1)
        #expect(unknown.errors == "gan: --by los: no such curve; there is loss, other\n")
        let word = try command.run("log", "compare", "log", "--by", "other")
        #expect(word.status == 1 && word.errors.contains("say --highest or --lowest"))
        #expect(try order("--by", "other", "--lowest") == ["c", "a", "b", "d"])
        #expect(try command.run("log", "compare", "log", "--lowest").status == 64)
    }

    /// No curve's name tells which values are better: the log's order.
    @Test func withoutAMeasure() throws {
        try write("b", [("x", [1])])
        try write("a", [("x", [2])])
        #expect(try order() == ["a", "b"])
        #expect(try command.run("log", "compare", "log").output.contains("In the log's order"))
    }

    /// Keras has a run's curves in folders below its hyperparameters; torch has hyperparameters in one
    /// below the curves.
    @Test func runsOfSeveralFolders() throws {
        for run in ["k1", "k2"] {
            try write("keras/\(run)", [], ["units": .number(run == "k1" ? 16 : 32)])
            try write("keras/\(run)/train", [("epoch_loss", [3, 1])])
            try write("keras/\(run)/validation", [("epoch_loss", [3, run == "k1" ? 2 : 1.5])])
        }
        #expect(try rows().map { $0[0] } == ["RUN", "keras/k2", "keras/k1"])
        let head = try rows()[0]
        #expect(head.prefix(4) == ["RUN", "validation/epoch_loss", "units", "train/epoch_loss"])
        for run in ["t1", "t2"] {
            try write("torch/\(run)", [("hparam/loss", []), ("loss", [2, run == "t1" ? 0.5 : 1])])
            try write(
                "torch/\(run)/1700000000.1", [("hparam/loss", [run == "t1" ? 0.25 : 0.125])],
                ["lr": 0.1])
        }
        #expect(
            try order("--run", "torch/*", "--by", "loss") == ["torch/t1", "torch/t2"])
        #expect(try order("--run", "torch/*") == ["torch/t2", "torch/t1"])
        // Two sessions below one folder are two runs.
        for number in 1...2 {
            try write(
                "many/\(number)", [("hparam/loss", [Float(number)])],
                ["lr": .number(Double(number))])
        }
        try write("many", [("loss", [1])])
        #expect(try order("--run", "many*").sorted() == ["many", "many/1", "many/2"])
        // Folders of one run, without hyperparameters.
        try write("plain/train", [("loss", [1])])
        try write("plain/val", [("loss", [2])])
        #expect(try order("--run", "plain/*") == ["plain"])
    }
}
