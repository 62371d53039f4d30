import Checkpoints
import Datasets
import Foundation
import TensorFlowTypes
import TestSupport
import Testing

/// `gan judge`, `gan train-judge` and `gan export`.
@Suite(.waiting) struct JudgeCommandTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    /// The first images that are built in, as a floor is of.
    private func writeImages(_ name: String, shape: [Int], scale: Float = 1) throws {
        let pixels = try MNIST.sample.all.pixels(0..<shape[0])
        try NPY.write(
            TensorValue(pixels.map { $0 * scale }, shape: shape), to: command.folder.path(of: name))
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    private func value(_ object: [String: Any], _ measure: String, _ part: String) throws -> Double
    {
        let parts = try #require(object[measure] as? [String: Any])
        return try #require(parts[part] as? Double)
    }

    // MARK: gan judge

    /// The same images in each of the shapes and scales that are taken.
    @Test func judgesImagesOfAnyProgram() throws {
        try writeImages("a.npy", shape: [400, 28, 28])
        try writeImages("b.npy", shape: [400, 784], scale: 255)
        try writeImages("c.npy", shape: [400, 1, 28, 28])
        var distances: Set<Int> = []
        for name in ["a.npy", "b.npy", "c.npy"] {
            let outcome = try command.run("judge", "--images", name, "--json")
            #expect(outcome.status == 0 && outcome.errors == "")
            let object = try json(outcome.output)
            #expect(object["images"] as? Int == 400 && object["of"] as? String == name)
            #expect(object["real_images"] as? Int == 400)
            let distance = try value(object, "frechet_distance", "value")
            #expect(distance > 1 && distance < 30)
            distances.insert(Int((distance * 1000).rounded()))
            // These very images are the floor.
            #expect(try abs(distance - value(object, "frechet_distance", "real")) < 0.01)
            #expect(try value(object, "kernel_distance", "deviation") > 0)
            #expect(try value(object, "classes", "value") == 10)
            #expect((object["class_shares"] as? [Double])?.count == 10)
        }
        #expect(distances.count == 1)

        let table = try command.run("judge", "--images", "a.npy").output
        #expect(table.hasPrefix("400 images of a.npy\n\nmeasure "))
        #expect(table.contains("numbers of other classifiers are not comparable"))
        #expect(table.contains("\nclasses: 0 "))
    }

    @Test func refusesWhatCannotBeJudged() throws {
        try writeImages("few.npy", shape: [10, 784])
        try writeImages("dark.npy", shape: [30, 784], scale: -1)
        try NPY.write(
            TensorValue([Float](repeating: 0, count: 300), shape: [3, 10, 10]),
            to: command.folder.path(of: "small.npy"))
        try command.write("no images", to: "folder/readme.txt")
        for (arguments, words, status) in [
            (["--images", "few.npy"], "10 images are too few to judge", Int32(1)),
            (["--images", "dark.npy"], "give images in 0...1 or in 0...255", 1),
            (["--images", "small.npy"], "small.npy, byte 6: ", 1),
            (["--images", "none.npy"], "none.npy: cannot open", 1),
            (["--images", "folder"], "folder", 1),
            ([], "by --checkpoint, or", 64),
            (["--images", "few.npy", "--checkpoint", "log"], "name what is judged", 64),
            (["--images", "few.npy", "--seed", "1"], "leave out --count and --seed", 64),
            (["--checkpoint", "log", "--count", "5"], "--count must be 20...", 64),
            (["--checkpoint", "log"], "no such", 1),
            (["--images", "few.npy", "--judge", "few.npy"], "few.npy", 1),
        ] {
            let outcome = try command.run(["judge"] + arguments)
            #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
            #expect(outcome.output == "" && outcome.errors.hasPrefix("gan: "))
            #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
    }

    // MARK: Runs

    private static let small = [
        "--recipe", "dcgan", "--width", "2", "--hidden", "8", "--batch-size", "8",
    ]

    /// A run that is judged ends with how good it is; its best checkpoint can be sampled, judged,
    /// restored and exported.
    @Test func keepsTheBestOfARun() throws {
        let run = try command.run(
            ["train", "--run", "r", "--train-times", "3", "--judge-every", "0.001"] + Self.small)
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("\njudged after pass 3: "))
        #expect(run.output.contains("of 10 classes; Fréchet distance "))
        #expect(run.output.contains("\nsamples: ") && run.output.contains("\nbest: log/r/best, "))
        #expect(try command.names("log/r").contains("best.index"))

        let judged = try command.run(
            "judge", "--checkpoint", "log/r/best", "--count", "100", "--json")
        #expect(judged.status == 0, "\(judged.errors)")
        #expect(try json(judged.output)["images"] as? Int == 100)
        #expect(
            try command.run("judge", "--checkpoint", "log/r", "--count", "50").output
                .hasPrefix("50 images of log/r/model.ckpt-3 (after pass 3)\n"))

        #expect(
            try command.run("sample", "--checkpoint", "log/r/best", "--out", "a.png").status == 0)
        let restored = try command.run(
            ["train", "--run", "s", "--restore", "log/r/best", "--train-times", "1"]
                + ["--judge-every", "0"] + Self.small)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(!restored.output.contains("judged"))
        #expect(try !command.names("log/s").contains("best.index"))

        let exported = try command.run(
            "export", "--checkpoint", "log/r/best", "--onnx", "g.onnx", "--safetensors", "g.st")
        #expect(exported.status == 0, "\(exported.errors)")
        let tensors = try SafeTensors(reading: command.folder.path(of: "g.st"))
        #expect(tensors.tensor("generator/conv2/weights")?.shape == [4, 4, 1, 2])
        #expect(
            tensors.tensors.allSatisfy { !$0.name.contains("Adam") && !$0.name.contains("loop/") })
        #expect(tensors.metadata["checkpoint"] == "log/r/best")
        let model = try command.folder.read("g.onnx")
        #expect(model.starts(with: [0x08, 0x07]))

        // All of it goes when the run is begun anew.
        let again = try command.run(
            ["train", "--run", "r", "--overwrite", "--train-times", "1", "--judge-every", "0"]
                + Self.small)
        #expect(again.status == 0)
        #expect(try !command.names("log/r").contains("best.index"))
    }

    @Test func refusesWhatCannotBeExported() throws {
        for (arguments, words, status) in [
            (["--checkpoint", "log"], "--onnx or --safetensors", Int32(64)),
            (["--checkpoint", "log", "--onnx", "a.onnx"], "no such", 1),
            (["--onnx", "a.onnx"], "--checkpoint", 64),
        ] {
            let outcome = try command.run(["export"] + arguments)
            #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
            #expect(outcome.errors.contains(words), "\(arguments): \(outcome.errors)")
        }
        #expect(try command.names() == [])
    }

    @Test func refusesFlagsThatJudgeNothing() throws {
        for flag in [["--stop-when-collapsed"], ["--judge", "x"]] {
            let outcome = try command.run(
                ["train", "--judge-every", "0"] + flag + Self.small)
            #expect(
                outcome.status == 64 && outcome.errors.contains("--judge-every 0 judges nothing"))
        }
        let outcome = try command.run(["train", "--judge", "none.safetensors"] + Self.small)
        #expect(outcome.status == 1 && outcome.errors.contains("none.safetensors: cannot open"))
        #expect(try command.names() == [])
    }

    // MARK: gan train-judge

    @Test func trainsAJudge() throws {
        let sample = try MNIST.sample.all
        let labels = try #require(sample.labels)
        for (name, range) in [("train", 0..<300), ("t10k", 300..<400)] {
            var images: [UInt8] = [
                0, 0, 8, 3, 0, 0, UInt8(range.count >> 8), UInt8(range.count & 255),
            ]
            images += [0, 0, 0, 28, 0, 0, 0, 28]
            let first = sample.bytes.startIndex
            images += sample.bytes[first + range.lowerBound * 784..<first + range.upperBound * 784]
            var classes: [UInt8] = [0, 0, 8, 1, 0, 0, UInt8(range.count >> 8)]
            classes.append(UInt8(range.count & 255))
            classes +=
                labels[
                    labels.startIndex + range.lowerBound..<labels.startIndex + range.upperBound]
            try FileManager.default.createDirectory(
                atPath: command.folder.path(of: "data"), withIntermediateDirectories: true)
            try command.folder.write(images, to: "data/\(name)-images-idx3-ubyte")
            try command.folder.write(classes, to: "data/\(name)-labels-idx1-ubyte")
        }
        for (threads, out) in [("1", "one"), ("2", "two")] {
            let outcome = try command.run(
                "train-judge", "--data", "data", "--out", out, "--epochs", "20", "--name", "few",
                "--threads", threads)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.output.contains("epoch 20 of 20: loss 0."))
            #expect(outcome.output.contains("\(out) finds the class of "))
        }
        // The same on any number of threads.
        #expect(try command.folder.read("one") == command.folder.read("two"))
        let file = try SafeTensors(reading: command.folder.path(of: "one"))
        let accuracy = try #require(file.metadata["accuracy"].flatMap { Double($0) })
        #expect(accuracy > 0.6 && file.metadata["version"] == "few 0.20")

        try writeImages("a.npy", shape: [100, 784])
        let judged = try command.run(
            "judge", "--images", "a.npy", "--judge", "one", "--data", "data", "--json")
        #expect(judged.status == 0, "\(judged.errors)")
        #expect(try json(judged.output)["judge"] as? String == "few 0.20")

        let outcome = try command.run("train-judge", "--data", "none", "--out", "x")
        #expect(outcome.status == 1 && outcome.errors.contains("none: no such folder"))
    }
}
