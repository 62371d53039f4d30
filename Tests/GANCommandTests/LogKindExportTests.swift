import Foundation
import TensorBoard
import TestSupport
import Testing

/// `gan log export` of what is neither a curve nor an image.
@Suite(.waiting) struct LogKindExportTests {
    let command: Command

    init() throws {
        command = try Command()
    }

    func log(_ body: (SummaryWriter) throws -> Void) throws {
        let writer = try SummaryWriter(logdir: command.folder.path(of: "log/run"))
        try body(writer)
        try writer.close()
    }

    func text(_ path: String) throws -> String {
        String(decoding: try command.folder.read(path), as: UTF8.self)
    }

    @Test func texts() throws {
        try log {
            try $0.addText("# One\n*two*", tag: "about/it", step: 1)
            try $0.addText(["a", "b"], tag: "several", step: 2)
            try $0.addText(table: [["a*", "b"], ["c", "d"]], tag: "table", step: 3)
        }
        let outcome = try command.run("log", "export", "log", "--text", "texts")
        #expect(outcome.status == 0 && outcome.errors == "texts: 3 texts\n")
        #expect(try text("texts/run/about/it/1.md") == "# One\n*two*\n")
        #expect(try text("texts/run/several/2.md") == "a\nb\n")
        #expect(try text("texts/run/table/3.md") == "a*\tb\nc\td\n")
    }

    @Test func sounds() throws {
        let sound = Audio([0, 0.5, -0.5], sampleRate: 8000)
        try log {
            try $0.addAudio(sound, tag: "tone", step: 4)
            try $0.addAudio([sound, sound], tag: "pair", step: 5)
        }
        let outcome = try command.run("log", "export", "log", "--audio", "sounds")
        #expect(outcome.status == 0 && outcome.errors == "sounds: 3 sounds\n")
        #expect(try command.folder.read("sounds/run/tone/4.wav") == sound.wav())
        #expect(try command.folder.read("sounds/run/pair/audio/1/5.wav") == sound.wav())
    }

    @Test func histograms() throws {
        try log {
            try $0.addHistogram([0.5, 1.5, 1.75], bins: .limits([0, 1, 2]), tag: "w", step: 3)
            try $0.addHistogram([Float](), tag: "none", step: 1)
        }
        let outcome = try command.run("log", "export", "log", "--histograms", "h.jsonl")
        #expect(outcome.status == 0 && outcome.errors == "h.jsonl: 2 histograms\n")
        let lines = try text("h.jsonl").split(separator: "\n")
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(object["run"] as? String == "run" && object["tag"] as? String == "w")
        #expect(object["step"] as? Int == 3 && object["num"] as? Double == 3)
        #expect(object["sum"] as? Double == 3.75 && object["max"] as? Double == 1.75)
        let buckets = try #require(object["buckets"] as? [[Double]])
        #expect(buckets.map { $0[2] }.reduce(0, +) == 3)
        #expect(buckets.last == [1, 1.75, 2])
        let none = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
        #expect(none["num"] as? Double == 0)
    }

    @Test func hyperparameters() throws {
        try log {
            try $0.addHParams(["rate": 0.1, "name": "a, b", "on": true])
            try $0.addScalar(0.5, tag: "loss", step: 1)
            try $0.addScalar(0.25, tag: "loss", step: 2)
            try $0.endHParams()
        }
        let other = try SummaryWriter(logdir: command.folder.path(of: "log/other"))
        try other.addHParams(["rate": 2, "extra": nil])
        try other.close()
        let plain = try SummaryWriter(logdir: command.folder.path(of: "log/plain"))
        try plain.addScalar(1, tag: "loss")
        try plain.close()
        let outcome = try command.run("log", "export", "log", "--hparams", "h.csv")
        #expect(outcome.status == 0 && outcome.errors == "h.csv: 2 runs\n")
        let rows = try text("h.csv").split(separator: "\n").map(String.init)
        #expect(
            rows[0]
                == "run,status,start_time,end_time,hparam/rate,hparam/extra,hparam/name,hparam/on,metric/loss"
        )
        #expect(rows[1].hasPrefix("other,,") && rows[1].hasSuffix(",,2.0,none,,,"))
        #expect(rows[2].hasPrefix("run,success,") && rows[2].hasSuffix("0.1,,\"a, b\",true,0.25"))
    }

    @Test func embeddings() throws {
        let image = Image(height: 1, width: 1, channels: 1, pixels: [7])
        try log {
            try $0.addScalar(1, tag: "loss", step: 0)
            try $0.addEmbedding(
                Embedding(
                    [1, 2, 3, 4], dimensions: 2, metadata: .init(labels: ["p", "q"]),
                    images: [image, image], format: .tabSeparated), tag: "words", step: 5)
            try $0.addEmbedding(Embedding([-1, -2, -3, -4], dimensions: 2), tag: "b", step: 1)
        }
        let outcome = try command.run("log", "export", "log", "--embeddings", "e")
        #expect(outcome.status == 0 && outcome.errors == "e: 2 embeddings\n")
        #expect(try text("e/run/words%3A00005/tensors.tsv") == "1.0\t2.0\n3.0\t4.0\n")
        #expect(try text("e/run/words%3A00005/metadata.tsv") == "p\nq\n")
        #expect(try DecodedPNG(command.folder.read("e/run/words%3A00005/sprite.png")).width == 2)
        let bytes = try command.folder.read("e/run/b%3A00001/tensors.bytes")
        #expect(numbers(Data(bytes)) == [-1, -2, -3, -4])
        let one = try command.run(
            "log", "export", "log", "--embeddings", "f", "--tag", "words*")
        #expect(one.status == 0 && one.errors == "f: 1 embedding\n")
    }

    /// As torch's writer has it.
    @Test func embeddingsOfOtherWriters() throws {
        try log { try $0.addScalar(1, tag: "loss") }
        try command.write("1\t2\n", to: "log/run/00000/default/tensors.tsv")
        try command.write(
            """
            # made by another
            embeddings {
            tensor_name: 'default:00000', tensor_path: "00000/de" "fault/tensors.tsv"
            sprite: { image_path: "none\\055here.png" single_image_dim: [1, 2] };
            }
            """, to: "log/run/projector_config.pbtxt")
        let outcome = try command.run("log", "export", "log", "--embeddings", "e")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("none-here.png"))
        #expect(try text("e/run/default%3A00000/tensors.tsv") == "1\t2\n")
        try command.write("embeddings { tensor_name: }", to: "log/run/projector_config.pbtxt")
        let broken = try command.run("log", "export", "log", "--embeddings", "g")
        #expect(broken.status == 1)
        #expect(broken.errors.contains("from byte"))
    }

    /// A log that another has made may name any file of the machine.
    @Test(arguments: ["../../secret", "ABSOLUTE", "link"])
    func embeddingsOutsideOfTheLog(path: String) throws {
        try log { try $0.addScalar(1, tag: "loss") }
        try command.write("secret", to: "secret")
        let secret = command.folder.path(of: "secret")
        try FileManager.default.createSymbolicLink(
            atPath: command.folder.path(of: "log/run/link"), withDestinationPath: secret)
        let named = path == "ABSOLUTE" ? secret : path
        try command.write(
            "embeddings { tensor_name: \"a\" tensor_path: \"\(named)\" }",
            to: "log/run/projector_config.pbtxt")
        let outcome = try command.run("log", "export", "log", "--embeddings", "e")
        #expect(outcome.status == 1 && outcome.errors.contains("is not in the run's folder"))
        #expect(throws: (any Error).self) { try command.folder.read("e/run/a/tensors.tsv") }
    }

    @Test func whatCannotBe() throws {
        try log { try $0.addText("x", tag: "t") }
        let nothing = try command.run("log", "export", "log")
        #expect(nothing.status == 64 && nothing.errors.contains("--embeddings"))
        let twice = try command.run("log", "export", "log", "--csv", "a", "--hparams", "a")
        #expect(twice.status == 64)
        #expect(twice.errors.contains("--csv and --hparams cannot both be a"))
        let text = try command.run("log", "export", "log", "--csv", "-", "--tag", "t")
        #expect(text.status == 1 && text.errors.contains("--text writes them as files"))
    }
}
