import Datasets
import Foundation
import TensorBoard
import TestSupport
import Testing

/// `gan sample` and `gan fetch`, on the checkpoint of a run of one pass.
@Suite(.waiting) struct SampleTests {
    let command: Command

    init() throws {
        command = try Command()
        let outcome = try command.run("train", "--run", "r", "--train-times", "1")
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    private func run(_ arguments: String...) throws -> Outcome { try command.run(arguments) }

    private func array(_ name: String, _ shape: [Int?]) throws -> TensorValue {
        try NPY.read(command.folder.path(of: name), shape: shape)
    }

    /// The images of the seed's noise are those that training logged last.
    @Test func makesTheImagesOfTheLog() throws {
        #expect(try run("sample", "--checkpoint", "log/r", "--out", "a.npy").status == 0)
        let images = try array("a.npy", [10, 28, 28])

        let file = try #require(try command.names("log/r").first { $0.contains("tfevents") })
        var reader = try EventFileReader(path: command.folder.path(of: "log/r/\(file)"))
        var logged: [DecodedPNG] = []
        while let event = try reader.next() {
            for value in event.values where value.tag.hasPrefix("G_z_image/image/") {
                guard case .image(_, _, _, let png) = value.content else { continue }
                logged.append(try DecodedPNG(png))
            }
        }
        #expect(logged.count == 10)
        for (index, image) in logged.enumerated() {
            // TensorFlow stretches each image to its greatest pixel, and cuts decimals off.
            let pixels = images.floats[index * 784..<(index + 1) * 784]
            let greatest = try #require(pixels.max())
            for (pixel, byte) in zip(pixels, image.pixels) {
                #expect(abs(Int(pixel / greatest * 255) - Int(byte)) <= 1)
            }
        }
    }

    @Test func drawsAGrid() throws {
        let outcome = try run(
            "sample", "--checkpoint", "log/r/model.ckpt-7", "--count", "6", "--columns", "3",
            "--out", "a.png")
        #expect(outcome.status == 0)
        #expect(outcome.output == "6 images of log/r/model.ckpt-7 (after pass 1) are in a.png\n")
        let png = try DecodedPNG(command.folder.read("a.png"))
        #expect(png.width == 88 && png.height == 58 && png.channels == 1)
        // As the numbers say: 0 is black and 1 white.
        #expect(
            try run("sample", "--checkpoint", "log/r", "--count", "6", "--out", "a.npy").status == 0
        )
        let images = try array("a.npy", [6, 28, 28])
        for (image, row, column) in [(0, 0, 0), (0, 14, 14), (4, 3, 20)] {
            let x = image % 3 * 30 + column
            let y = image / 3 * 30 + row
            let value = images.floats[image * 784 + row * 28 + column]
            let pixel = png.pixels[y * png.width + x]
            #expect(Float(pixel) == (value * 255).rounded())
        }
    }

    @Test func takesNoiseAndSeeds() throws {
        func images(_ name: String, _ arguments: String...) throws -> TensorValue {
            let outcome = try command.run(
                ["sample", "--checkpoint", "log/r", "--out", name] + arguments)
            #expect(outcome.status == 0, "\(outcome.errors)")
            return try array(name, [nil, 28, 28])
        }
        #expect(
            try run(
                "fetch", "--checkpoint", "log/r", "--count", "3", "--seed", "4", "--out", ".",
                "input_z"
            ).status == 0)
        let noise = try array("input_z.npy", [3, 20])
        #expect(noise.floats.allSatisfy { -1 <= $0 && $0 < 1 })
        let drawn = try images("a.npy", "--count", "3", "--seed", "4")
        #expect(try images("b.npy", "--noise", "input_z.npy") == drawn)
        #expect(try images("c.npy", "--count", "3", "--seed", "5") != drawn)
        #expect(try images("d.npy", "--count", "3", "--seed", "4", "--threads", "1") == drawn)
    }

    @Test func fetchesWhatTrainingPrinted() throws {
        let outcome = try run(
            "fetch", "--checkpoint", "log/r", "--out", "f", "Neg:0", "Neg_1",
            "discriminator/output/Sigmoid", "generator_train_time",
            "gradients/discriminator/conv1/Conv2D_grad/Conv2DBackpropFilter")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let trained = try run("train", "--run", "again", "--train-times", "1")
        let losses = try #require(
            trained.output.firstMatch(of: /D_avg_loss: (\S+)  G_avg_loss: (\S+)/))
        #expect("\(try array("f/Neg.0.npy", []).floats[0])" == losses.1)
        // What is a single number is printed, too.
        let lines = outcome.output.split(separator: "\n")
        #expect(lines[0] == "Neg:0 = \(losses.1), []: f/Neg.0.npy")
        #expect(
            lines[2] == "discriminator/output/Sigmoid, [10, 1]: f/discriminator.output.Sigmoid.npy")
        #expect(lines[3] == "generator_train_time = 7, []: f/generator_train_time.npy")
        #expect("\(try array("f/Neg_1.npy", []).floats[0])" == losses.2)
        #expect(try array("f/generator_train_time.npy", []).floats == [7])
        let gradient = "gradients.discriminator.conv1.Conv2D_grad.Conv2DBackpropFilter"
        #expect(
            try array("f/\(gradient).npy", [3, 3, 1, 11]).floats.contains { $0.magnitude > 1e-6 })
    }

    /// Equally many images and vectors of noise are fed, whatever is fetched.
    @Test func takesAsManyImagesAsNoise() throws {
        for (name, count) in [("none", 0), ("one", 1), ("three", 3), ("ten", 10)] {
            try NPY.write(
                TensorValue([Float](repeating: 0.5, count: count * 784), shape: [count, 784]),
                to: command.folder.path(of: "\(name).npy"))
        }
        func fetch(_ arguments: String...) throws -> Outcome {
            try command.run(["fetch", "--checkpoint", "log/r", "--out", "f"] + arguments)
        }
        for name in [
            "Neg", "gradients/discriminator/conv1/Conv2D_grad/Conv2DBackpropFilter",
            "gradients/add_2_grad/Reshape", "discriminator/output/Sigmoid",
            "generator/output/Sigmoid", "generator_train_time",
        ] {
            for (images, noise) in [("three", "7"), ("ten", "3")] {
                let outcome = try fetch("--images", "\(images).npy", "--count", noise, name)
                #expect(outcome.status == 1)
                let count = images == "ten" ? 10 : 3
                #expect(
                    outcome.errors
                        == "gan: there are \(count) images and \(noise) vectors of noise: give as "
                        + "many of both\n")
            }
        }
        let none = try fetch("--images", "none.npy", "Neg")
        #expect(none.status == 1)
        #expect(none.errors == "gan: none.npy holds no images; give some\n")
        #expect(try !command.names().contains("f"))

        let tooMany = try fetch("--count", "7000", "generator/output/Sigmoid")
        #expect(tooMany.status == 1)
        #expect(
            tooMany.errors == "gan: there are 1000 images built in to train on, for 7000 vectors "
                + "of noise; give images by --images\n")

        try NPY.write(
            TensorValue([Float](repeating: 0.5, count: 4 * 20), shape: [4, 20]),
            to: command.folder.path(of: "four.npy"))
        let apart = try fetch("--images", "three.npy", "--noise", "four.npy", "Neg")
        #expect(apart.status == 1)
        #expect(
            apart.errors == "gan: there are 3 images and 4 vectors of noise: give as many of both\n"
        )

        // What is not given is taken in the number of what is.
        for (flags, count) in [
            ([], 10), (["--images", "three.npy"], 3), (["--images", "one.npy"], 1),
            (["--count", "7"], 7), (["--noise", "four.npy"], 4),
            (["--images", "three.npy", "--count", "3"], 3),
        ] as [([String], Int)] {
            let outcome = try command.run(
                ["fetch", "--checkpoint", "log/r", "--out", "f", "input_x", "input_z"] + flags)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(try array("f/input_x.npy", [count, 784]).shape[0] == count)
            #expect(try array("f/input_z.npy", [count, 20]).shape[0] == count)
        }
    }

    /// Images are in 0...1, and noise is finite.
    @Test func refusesNumbersOutOfRange() throws {
        for (name, value) in [("bytes", 255), ("below", -0.5), ("nan", Float.nan)] {
            var values = [Float](repeating: 0.5, count: 2 * 784)
            values[784 + 3] = value
            try NPY.write(
                TensorValue(values, shape: [2, 784]), to: command.folder.path(of: "\(name).npy"))
            let outcome = try command.run(
                "fetch", "--checkpoint", "log/r", "--out", "f", "--images", "\(name).npy", "Neg")
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == "gan: \(name).npy holds \(value) in image 1, pixel 3; give "
                    + "images in 0...1\n")
        }
        for value in [Float.infinity, -.infinity, .nan] {
            var values = [Float](repeating: 0.5, count: 3 * 20)
            values[2 * 20 + 19] = value
            try NPY.write(
                TensorValue(values, shape: [3, 20]), to: command.folder.path(of: "z.npy"))
            for (name, flags) in [
                ("fetch", ["--out", "f", "generator/output/Sigmoid"]),
                ("sample", ["--out", "a.npy"]),
            ] {
                let outcome = try command.run(
                    [name, "--checkpoint", "log/r", "--noise", "z.npy"] + flags)
                #expect(outcome.status == 1)
                #expect(
                    outcome.errors == "gan: z.npy holds \(value) in vector 2, number 19; give "
                        + "finite numbers\n")
            }
        }
        #expect(try !command.names().contains { ["f", "a.npy"].contains($0) })
    }

    @Test func refusesBadInput() throws {
        try NPY.write(
            TensorValue([1, 2, 3, 4, 5, 6], shape: [2, 3]), to: command.folder.path(of: "small.npy")
        )
        try NPY.write(TensorValue([], shape: [0, 20]), to: command.folder.path(of: "none.npy"))
        try command.write("PK", to: "zip.npy")
        let before = try command.names()
        let cases: [(arguments: [String], message: String)] = [
            (
                ["--checkpoint", "log/r", "--out", "a.jpg"],
                "--out must end in .png or .npy, not name 'a.jpg'"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.npy", "--columns", "2"],
                "--columns is for a grid"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--count", "0"],
                "it must be a whole number, 1 or more"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--count", "100001"],
                "--count must be at most 100000"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--noise", "z.npy", "--seed", "1"],
                "--noise gives all the noise: leave out --count and --seed"
            ),
            (["--checkpoint", ".", "--out", "x/y.png"], "x/y.png: cannot create"),
            (
                ["--checkpoint", "log/r/model.ckpt-1", "--out", "a.png"],
                "log/r/model.ckpt-1: no such checkpoint"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--noise", "z.npy"],
                "z.npy: cannot open"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--noise", "small.npy"],
                "small.npy, byte 6: the shape is (2, 3), not (n, 20)"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--noise", "none.npy"],
                "none.npy holds 0 vectors"
            ),
            (
                ["--checkpoint", "log/r", "--out", "a.png", "--noise", "zip.npy"],
                "zip.npy, byte 0: not an array of NumPy's"
            ),
            (["--checkpoint", "log/r", "--out", "x/a.png"], "x/a.png: cannot create"),
        ]
        for (arguments, message) in cases {
            let outcome = try command.run(["sample"] + arguments)
            #expect(outcome.status != 0)
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(try command.names() == before)
        }
        for (name, message) in [
            ("nonsense", "nonsense is no tensor of the graph; names are as TensorBoard's"),
            ("Neg:1", "Neg:1 is no tensor of the graph: the node has 1 outputs"),
            ("Neg:x", "Neg:x is no tensor of the graph"),
            ("Merge/MergeSummary", "Merge/MergeSummary does not hold numbers"),
        ] {
            let outcome = try run("fetch", "--checkpoint", "log/r", "--out", "f", name)
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(message), "\(outcome.errors)")
            #expect(try command.names() == before)
        }
    }
}
