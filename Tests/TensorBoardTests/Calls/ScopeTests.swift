import TensorBoard
import TestSupport
import Testing

/// What parts of a program log under names of their own, read back.
@Suite struct ScopeTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func logged(_ log: (SummaryWriter) throws -> Void) throws -> RunValues {
        let run = folder.path(of: "run")
        let writer = try SummaryWriter(logdir: run)
        try log(writer)
        try writer.close()
        return try EventLog(folder: run).runs[0].values()
    }

    func scalars(_ values: RunValues, _ tag: String) -> [Double]? {
        values[tag]?.scalars.map(\.value)
    }

    @Test func namesComeBeforeTags() throws {
        let values = try logged { writer in
            let generator = writer.scope("generator")
            try writer.addScalar(1, tag: "loss")
            try generator.addScalar(2, tag: "loss")
            try generator.addScalar(3 as Double, tag: "loss")
            try generator.scope("conv1").addScalar(4, tag: "loss")
            try writer.scope("generator/conv1").addScalar(true, tag: "loss")
            try generator.add(Summary([.scalar(6, tag: "a"), .scalar(7, tag: "b/c")]), step: 1)
            try writer.addScalar(8, tag: "loss")
        }
        #expect(scalars(values, "loss") == [1, 8])
        #expect(scalars(values, "generator/loss") == [2, 3])
        #expect(scalars(values, "generator/conv1/loss") == [4, 1])
        #expect(scalars(values, "generator/a") == [6])
        #expect(scalars(values, "generator/b/c") == [7])
        #expect(values["generator/loss"]?.scalars.map(\.step) == [0, 1])
    }

    @Test(arguments: [
        ("a", "a/x"), ("/a/", "a/x"), ("a//b/", "a/b/x"), ("", "x"), ("/", "x"), ("a b", "a b/x"),
    ])
    func slashesAreBetweenNames(name: String, tag: String) throws {
        let values = try logged { try $0.scope(name).addScalar(1, tag: "x") }
        #expect(scalars(values, tag) == [1])
    }

    @Test func aClosureHasItsWriter() throws {
        struct Stop: Error {}
        let values = try logged { writer in
            let count = try writer.scope("train") { writer in
                try writer.scope("inner") { try $0.addScalar(1, tag: "x") }
                return 7
            }
            #expect(count == 7)
            #expect(throws: Stop.self) {
                try writer.scope("train") { _ throws(Stop) in throw Stop() }
            }
            try writer.addScalar(2, tag: "x")
        }
        #expect(scalars(values, "train/inner/x") == [1])
        #expect(scalars(values, "x") == [2])
    }

    @Test func everyKindHasAScope() throws {
        let image = Image(height: 1, width: 1, channels: 1, pixels: [9])
        let sound = Audio([0, 0.5], sampleRate: 8000)
        let values = try logged { writer in
            let part = writer.scope("part")
            try part.addHistogram([1, 2], tag: "histogram")
            try part.addHistogram([1, 2, 3], bins: .count(2), tag: "bins")
            try part.addImage(image, tag: "image")
            try part.addImages(
                [0, 1] as [UInt8], shape: .nhw(2, 1, 1), as: .separate, tag: "images")
            try part.addText("text", tag: "text")
            try part.addAudio([sound, sound], tag: "audio")
            try part.addVideo(Video(frames: [image, image]), tag: "video")
            try part.addPRCurve(predictions: [0.1, 0.9], labels: [0, 1], tag: "curve")
            try part.addMesh(Mesh(vertices: [0, 0, 0], faces: [0, 0, 0]), tag: "mesh")
            try part.addTensor(
                TensorValue([1, 2] as [Float], shape: [2]), plugin: .init(name: "own"),
                tag: "tensor")
            try part.addScalars(["a": 1, "b": 2], tag: "both")
            try part.addProperties(of: (loss: 0.5, more: 2), tag: "epoch")
            try part.addHParams(["rate": 0.1])
            try part.endHParams(metrics: ["result": 3])
            try part.addEmbedding(Embedding([1, 2, 3, 4], dimensions: 2), tag: "vectors")
        }
        let tags = [
            "histogram", "bins", "image", "images/image/0", "images/image/1", "text",
            "audio/audio/0",
            "audio/audio/1", "video", "curve", "mesh_VERTEX", "mesh_FACE", "tensor", "both/a",
            "both/b",
            "epoch/loss", "epoch/more", "result",
        ]
        for tag in tags {
            #expect(values["part/\(tag)"] != nil, "\(tag)")
            #expect(values[tag] == nil, "\(tag)")
        }
        let projector = try String(
            decoding: folder.read("run/projector_config.pbtxt"), as: UTF8.self)
        #expect(projector.contains("\"part/vectors:00000\""), "\(projector)")
        #expect(values.session?.hparams == ["rate": 0.1])
    }

    @Test func theStepIsOne() throws {
        let values = try logged { writer in
            let part = writer.scope("part")
            part.step = 7
            #expect(writer.step == 7)
            try writer.addScalar(1, tag: "x")
            try part.addScalar(2, tag: "x")
            writer.recording = .never
            try part.addScalar(3, tag: "x")
        }
        #expect(values["x"]?.scalars.map(\.step) == [7])
        #expect(values["part/x"]?.scalars.map(\.step) == [7])
    }

    @Test func theLastOneClosesTheFile() throws {
        let run = folder.path(of: "run")
        var part: SummaryWriter? = try SummaryWriter(logdir: run).scope("a").scope("b")
        try part?.addScalar(1, tag: "x")
        part = nil
        #expect(try EventLog(folder: run).runs[0].values()["a/b/x"]?.scalars.map(\.value) == [1])
    }

    @Test func closingOneClosesAll() throws {
        let writer = try SummaryWriter(logdir: folder.path(of: "run"))
        let part = writer.scope("part")
        #expect(part.logdir == writer.logdir && part.path == writer.path)
        try part.addScalar(1, tag: "x")
        try part.close()
        #expect(throws: EventFileError.self) { try writer.addScalar(1, tag: "x") }
        try writer.close()
        #expect(
            try EventLog(folder: writer.logdir).runs[0].values()["part/x"]?.scalars.count == 1)
    }

    @Test func nothingOfNothing() throws {
        let part = SummaryWriter.disabled.scope("part")
        #expect(part.isDisabled)
        try part.addScalar(1, tag: "x")
        try part.close()
    }

    @Test func aNameThatNoTagCanHave() throws {
        let writer = try SummaryWriter(logdir: folder.path(of: "run"))
        let error = #expect(throws: EventFileError.self) {
            try writer.scope("a\0b").addScalar(1, tag: "x")
        }
        #expect(error?.problem == .refused)
        try writer.addScalar(1, tag: "x")
        try writer.close()
    }

    @Test func whatIsSerializedIsWhole() throws {
        let values = try logged { writer in
            // value { tag: "raw" simple_value: 0.5 }
            let bytes: [UInt8] = [0x0a, 10, 0x0a, 3, 0x72, 0x61, 0x77, 0x15, 0, 0, 0, 0x3f]
            try writer.scope("part").add(summary: bytes, step: 1)
        }
        #expect(scalars(values, "raw") == [0.5])
    }
}
