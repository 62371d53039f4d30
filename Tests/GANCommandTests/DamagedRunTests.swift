import Checkpoints
import Foundation
import TensorBoard
import TestSupport
import Testing

/// Runs whose newest checkpoint is damaged in some way: they go on from the newest that is whole.
@Suite(.waiting) struct DamagedRunTests {
    let command: Command

    /// A run of three passes with a checkpoint after each, at steps 7, 14 and 21.
    init() throws {
        command = try Command()
        let outcome = try command.run(
            "train", "--run", "r", "--train-times", "3", "--checkpoint-every", "1")
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private static let data = "log/r/model.ckpt-21.data-00000-of-00001"
    private static let index = "log/r/model.ckpt-21.index"
    private static let state = "log/r/checkpoint"

    private func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: command.folder.path(of: path))
    }

    /// The steps of the losses' curve, as TensorBoard's readers have it after a resumption.
    private func steps() throws -> [Int64] {
        let log = try EventLog(folder: command.folder.path(of: "log/r"))
        var steps: [Int64] = []
        for file in log.runs.flatMap(\.files) {
            var reader = try EventFileReader(path: file)
            while let event = try reader.next() {
                if case .session = event.content { steps.removeAll { $0 >= event.step } }
                if event.values.contains(where: { $0.tag == "generator_loss" }) {
                    steps.append(event.step)
                }
            }
        }
        return steps
    }

    @Test(arguments: [
        (way: "cut", file: data, reason: "the file ends too soon"),
        (way: "empty", file: data, reason: "the file ends too soon"),
        (way: "flip", file: data, reason: "the bytes from here on have a wrong checksum"),
        (way: "remove", file: data, reason: "cannot open"),
        (way: "empty", file: index, reason: "empty, not a checkpoint's file"),
        (way: "flip", file: index, reason: "wrong checksum"),
        (way: "remove", file: index, reason: "files of data without their index"),
    ])
    func aDamagedCheckpoint(way: String, file: String, reason: String) throws {
        var bytes = try command.folder.read(file)
        switch way {
        case "cut": try command.folder.write(bytes.prefix(bytes.count / 2), to: file)
        case "empty": try command.folder.write([], to: file)
        case "flip":
            bytes[bytes.count / 3] ^= 1
            try command.folder.write(bytes, to: file)
        default: try remove(file)
        }
        let outcome = try command.run("train", "--resume", "--train-times", "4")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        try #require(lines.count > 4)
        #expect(lines[0].hasPrefix("not taken: "))
        #expect(lines[0].contains(reason) && lines[0].contains("log/r/model.ckpt-21"))
        #expect(lines[4] == "resumed after pass 2, from log/r/model.ckpt-14")
        #expect(try steps().count == 4)
        #expect(try steps() == steps().sorted())

        // It is as one that nothing happened to.
        let whole = try command.run("train", "--run", "whole", "--train-times", "4")
        #expect(lines.last { $0.hasPrefix("train times: 4") } != nil)
        #expect(
            lines.last { $0.hasPrefix("train times: 4") }
                == whole.output.split(separator: "\n").last { $0.hasPrefix("train times: 4") })
        // And nothing is amiss the next time.
        let again = try command.run("train", "--resume", "--run", "r", "--train-times", "5")
        #expect(again.status == 0 && !again.output.contains("not taken"), "\(again.errors)")
    }

    @Test(arguments: ["gone", "empty", "garbage"]) func aDamagedStateFile(way: String) throws {
        try command.folder.write(
            way == "empty" ? [] : Array("model_ch\0\u{1}".utf8), to: Self.state)
        if way == "gone" { try remove(Self.state) }
        let outcome = try command.run("train", "--resume", "--train-times", "4")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.hasPrefix("not taken: log/r/checkpoint"))
        #expect(outcome.output.contains("\nresumed after pass 3, from log/r/model.ckpt-21\n"))
        let again = try command.run("train", "--resume", "--train-times", "5")
        #expect(again.status == 0 && !again.output.contains("not taken"), "\(again.errors)")
    }

    /// The reason comes first where an older checkpoint cannot go on as it is asked to, too.
    @Test(
        arguments: [
            (["--train-times", "2"], 64, "model.ckpt-14 stands after pass 2 already"),
            (["--batch-size", "3", "--train-times", "9"], 1, "batches of 10, not 3"),
            (["--batch-size", "9999", "--train-times", "9"], 64, "--batch-size 9999 is more than"),
        ] as [([String], Int32, String)])
    func aDamagedCheckpointOfARunThatCannotGoOn(
        flags: [String], status: Int32, message: String
    ) throws {
        try command.folder.write([], to: Self.data)
        let outcome = try command.run(["train", "--resume", "--run", "r"] + flags)
        #expect(outcome.status == status)
        #expect(
            outcome.output
                == "not taken: \(Self.data), byte 0: beta1_power: the file ends too soon\n")
        #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }

    @Test func noneIsWhole() throws {
        for step in [0, 7, 14, 21] {
            try command.folder.write([1], to: "log/r/model.ckpt-\(step).index")
        }
        let before = try command.names("log/r")
        let outcome = try command.run("train", "--resume", "--train-times", "4")
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(
            outcome.errors.hasPrefix("gan: no checkpoint in log/r is whole: log/r/model.ckpt-21"))
        #expect(outcome.errors.hasSuffix("; begin the run anew by --overwrite\n"))
        #expect(try command.names("log/r") == before)
        let anew = try command.run("train", "--run", "r", "--overwrite", "--train-times", "1")
        #expect(anew.status == 0, "\(anew.errors)")
    }

    /// A checkpoint that is named, by its path, its name in the run's folder, or one of its files.
    @Test(arguments: [
        ["--resume-from", "log/r/model.ckpt-7"], ["--resume", "--resume-from", "model.ckpt-7"],
        ["--run", "r", "--resume-from", "model.ckpt-7.index"],
    ])
    func fromANamedOne(flags: [String]) throws {
        let outcome = try command.run(["train", "--train-times", "3"] + flags)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\nresumed after pass 1, from log/r/model.ckpt-7\n"))
        #expect(try steps() == [7, 14, 21])
    }

    /// Those who only read a checkpoint take the newest that is whole, too.
    @Test func sampling() throws {
        try command.folder.write([], to: Self.data)
        for path in ["log/r", "log"] {
            let outcome = try command.run("sample", "--checkpoint", path, "--out", "a.npy")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(
                outcome.output == "10 images of log/r/model.ckpt-14 (after pass 2) are in a.npy\n")
            #expect(outcome.errors.hasPrefix("gan: not taken: \(Self.data), byte 0: "))
        }
        let restored = try command.run(
            "train", "--run", "s", "--restore", "log", "--train-times", "1")
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.contains("\nrestored log/r/model.ckpt-14 (after pass 2): "))
    }
}
