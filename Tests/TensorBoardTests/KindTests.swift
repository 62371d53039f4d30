import Foundation
import TensorBoard
import TestSupport
import Testing

/// What is written for each kind of value that is a tensor; fields by their numbers in TensorFlow's
/// and TensorBoard's protobuf messages.
@Suite struct KindTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// The values that some calls write, as wire messages, with their steps.
    func written(
        _ log: (SummaryWriter) throws -> Void
    ) throws -> [(step: Int, value: WireMessage)] {
        let writer = try SummaryWriter(logdir: folder.path)
        try log(writer)
        try writer.close()
        let file = try Data(contentsOf: URL(filePath: writer.path))
        let events = try events(of: writer.path)
        return try events.indices.flatMap { index in
            let end = index + 1 < events.count ? events[index + 1].offset : file.count
            let message = try WireMessage(file[(events[index].offset + 12)..<(end - 4)])
            return try message.messages(5).flatMap { try $0.messages(1) }.map {
                (message.int(2), $0)
            }
        }
    }

    func plugin(_ value: WireMessage) throws -> WireMessage {
        try value.messages(9)[0].messages(1)[0]
    }

    func shape(_ value: WireMessage) throws -> [Int] {
        try value.messages(8)[0].messages(2)[0].messages(2).map { $0.int(1) }
    }

    @Test func audioIsWAV() throws {
        let sound = Audio([0, 0.5, -1, 1, .nan, 7], channels: 2, sampleRate: 44_100)
        let wav = sound.wav()
        #expect(wav.count == 44 + 12)
        #expect(Array(wav.prefix(16)) == Array("RIFF\u{30}\0\0\0WAVEfmt ".utf8))
        // PCM, two channels, 44,100 a second, 176,400 bytes a second, 4 bytes a moment, 16 bits.
        #expect(
            Array(wav[16..<36]) == [
                16, 0, 0, 0, 1, 0, 2, 0, 0x44, 0xac, 0, 0, 0x10, 0xb1, 2, 0, 4, 0, 16, 0,
            ])
        #expect(Array(wav[36..<44]) == Array("data\u{c}\0\0\0".utf8))
        #expect(Data(wav[44...]).numbers(Int16.self) == [0, 16383, -32767, 32767, 0, 32767])
        let values = try written { try $0.addAudio(sound, tag: "tone", step: 3) }
        let value = try #require(values.last)
        #expect(values.map(\.step) == [3])
        #expect(try value.value.messages(9).isEmpty)
        // TensorFlow 1's message, which all readers know.
        let audio = try value.value.messages(6)[0]
        #expect(audio.bytes(4) == wav)
        #expect(audio.string(5) == "audio/wav")
        #expect(audio.int(2) == 2)
        #expect(audio.int(3) == 3)
        let silence = Audio(samples: .int16s([]), sampleRate: 8000)
        #expect(silence.wav().count == 44)
    }

    @Test func textIsAScalarOrATable() throws {
        let values = try written {
            try $0.addText("# é\0x", tag: "note", step: 1)
            try $0.addText(table: [["*a*", "b"], ["c", ""]], tag: "table", step: 1)
            try $0.addText("", tag: "empty", step: 1)
            try $0.addText(table: [["a", "learning_rate"], ["-0.5", ""]], tag: "plain", step: 1)
        }.map(\.value)
        #expect(try values.map { try plugin($0).string(1) } == ["text", "text", "text", "text"])
        #expect(try values.map(shape) == [[], [2, 2], [], []])
        #expect(try values[0].messages(8)[0].string(8) == "# é\0x")
        let cells = try values[1].messages(8)[0].fields.filter { $0.number == 8 }.map(\.value)
        #expect(cells == ["*a*", "b", "c", ""].map { .bytes(Array($0.utf8)) })
        #expect(try values.map { try $0.messages(8)[0].int(1) } == [7, 7, 7, 7])
        let html = try values[3].messages(8)[0].string(8)
        #expect(
            html == "<table>\n<tbody>\n<tr>\n<td><p>a</p></td>\n<td><p>learning_rate</p></td>\n"
                + "</tr>\n<tr>\n<td><p>-0.5</p></td>\n<td></td>\n</tr>\n</tbody>\n</table>")
    }

    /// A cell that Markdown would change stays a text of its own.
    @Test(arguments: [
        "*a*", "_a_", "a_", "# a", "- a", "+ a", "1. a", "1.", "2) a", "> a", "a  b", " a", "a ",
        "a\nb",
        "<b>", "a & b", "`a`", "[a](b)", "a|b", "\\a", "---", "=", ": a", "a\tb", "~a~", "!a",
    ])
    func cellsInMarkdownStayCells(cell: String) {
        let value = Summary.Value.text(table: [["a", cell]], tag: "table")
        let cells = TensorValue(strings: ["a", cell], shape: [1, 2])
        #expect(value.content == .tensor(cells, .init(name: "text")))
    }

    @Test func curveCountsAtEachThreshold() throws {
        let value = try written {
            try $0.addPRCurve(
                predictions: [0, 0.3, 0.5, 0.99, 1, .nan, 1.5, -0.1],
                labels: [false, true, false, true, true, true, true, true],
                thresholds: 3, tag: "curve", step: 1)
        }[0].value
        #expect(try plugin(value).string(1) == "pr_curves")
        #expect(try plugin(value).bytes(2) == [0x10, 3])
        #expect(try shape(value) == [6, 3])
        let numbers = Data(try value.messages(8)[0].bytes(4)).numbers(Float.self)
        // 0.3 is in the lowest third; 1.5 counts as 1, -0.1 as 0.
        #expect(Array(numbers[0..<3]) == [5, 3, 2])
        #expect(Array(numbers[3..<6]) == [2, 1, 0])
        #expect(Array(numbers[6..<9]) == [0, 1, 2])
        #expect(Array(numbers[9..<12]) == [0, 2, 3])
        let fiveSevenths: Float = 5 / 7
        #expect(Array(numbers[12..<15]) == [fiveSevenths, 0.75, 1])
        #expect(Array(numbers[15..<18]) == [1, 0.6, 0.4])
    }

    /// What rounding takes past an end is at that end.
    @Test(arguments: [
        (1 as Float).nextUp, 1 + 1e-6, 1.001, 2, .infinity, (0 as Float).nextDown, -1e-6, -3,
        -.infinity,
    ])
    func predictionsOutsideCountAsTheNearerEnd(prediction: Float) {
        let counts = PrecisionRecallCurve(predictions: [prediction], labels: [true]).counts
        #expect(counts.truePositives.first == 1)
        #expect(counts.truePositives.last == (prediction > 0.5 ? 1 : 0))
    }

    /// TensorBoard would answer with an error for all curves of the run.
    @Test func curvesOfNumbersThatAreNotFiniteAreRefused() throws {
        let folder = try TemporaryFolder()
        let writer = try SummaryWriter(logdir: folder.path)
        for weight in [Float.nan, .infinity, -.infinity] {
            let error = #expect(throws: EventFileError.self) {
                try writer.addPRCurve(
                    predictions: [0.5, 0.5], labels: [true, false], weights: [1, weight],
                    tag: "curve", step: 1)
            }
            #expect(error?.problem == .refused)
            #expect(error?.description.contains("weight of \(weight)") == true)
            let counts = PrecisionRecallCurve.Counts(
                truePositives: [1, 1], falsePositives: [weight, 0], trueNegatives: [0, 0],
                falseNegatives: [0, 0])
            #expect(throws: EventFileError.self) {
                try writer.addPRCurve(counts, tag: "curve", step: 1)
            }
        }
        // Their sum is more than a Float holds.
        try writer.addPRCurve(
            predictions: [0.5, 0.5], labels: [true, true],
            weights: [.greatestFiniteMagnitude, .greatestFiniteMagnitude], thresholds: 2,
            tag: "curve", step: 2)
        try writer.close()
        let values = try events(of: writer.path).flatMap(\.values)
        #expect(values.count == 1)
        guard case .tensor(let tensor) = values[0].content,
            case .floats(let numbers) = tensor.elements
        else {
            Issue.record("\(values[0].content)")
            return
        }
        #expect(numbers.allSatisfy(\.isFinite) && numbers[0] == .greatestFiniteMagnitude)
    }

    @Test func curveOfNothingIsZero() {
        let counts = PrecisionRecallCurve(predictions: [], labels: [], thresholds: 2).counts
        #expect(counts.precision == [0, 0] && counts.recall == [0, 0])
        let weighed = PrecisionRecallCurve(
            predictions: [0.9, 0.9], labels: [true, false], weights: [3, 1], thresholds: 2
        ).counts
        #expect(weighed.precision == [0.75, 0])
        let raw = PrecisionRecallCurve.Counts(
            truePositives: [2, 1], falsePositives: [2, 0], trueNegatives: [0, 2],
            falseNegatives: [0, 1])
        #expect(raw.precision == [0.5, 1] && raw.recall == [1, 0.5])
        #expect(PrecisionRecallCurve(raw).counts == raw)
    }

    @Test func meshIsATagForEachPart() throws {
        let mesh = Mesh(
            vertices: [0, 0, 0, 1, 0, 0, 0, 1, .infinity], colors: [1, 2, 3, 4, 5, 6, 7, 8, 9],
            faces: [0, 1, 2], configuration: #"{"camera":{}}"#)
        let values = try written { try $0.addMesh(mesh, tag: "body", step: 2) }.map(\.value)
        #expect(values.map { $0.string(1) } == ["body_VERTEX", "body_FACE", "body_COLOR"])
        #expect(try values.map { try $0.messages(8)[0].int(1) } == [1, 3, 4])
        #expect(try values.map(shape) == [[1, 3, 3], [1, 1, 3], [1, 3, 3]])
        let contents = try values.map { try WireMessage(try plugin($0).bytes(2)) }
        #expect(contents.map { $0.string(2) } == ["body", "body", "body"])
        #expect(contents.map { $0.int(3) } == [1, 2, 3])
        #expect(contents.map { $0.string(5) } == Array(repeating: mesh.configuration, count: 3))
        #expect(contents.map { $0.int(7) } == [14, 14, 14])
        #expect(try values[2].messages(8)[0].bytes(4) == mesh.colors)
        let cloud = try written { try $0.addMesh(Mesh(vertices: []), tag: "c", step: 1) }
        #expect(cloud.count == 1)
        #expect(try WireMessage(try plugin(cloud[0].value).bytes(2)).int(7) == 2)
    }

    @Test func tensorsOfOtherPluginsAndWholeEvents() throws {
        let plugin = Summary.Plugin(name: "mine", content: [1, 2], dataClass: .blobSequence)
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addTensor(
            TensorValue([1, 2, 3] as [Int64], shape: [3]), plugin: plugin, tag: "t", step: 1,
            metadata: .init(displayName: "T", description: "d"))
        // Event { wall_time 1.5, step 9, summary { value { tag "raw", simple_value 0.5 } } }
        let raw: [UInt8] =
            [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 9, 0x2a, 12, 0x0a, 10, 0x0a, 3]
            + Array("raw".utf8) + [0x15, 0, 0, 0, 0x3f]
        try writer.add(event: raw)
        for bad in [[0xff], [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]] as [[UInt8]] {
            let error = #expect(throws: EventFileError.self) { try writer.add(event: bad) }
            #expect(error?.problem == .notAnEvent)
        }
        try writer.close()
        let events = try events(of: writer.path).dropFirst(2)
        #expect(events.map(\.step) == [1, 9])
        #expect(events.last?.wallTime == 1.5)
        #expect(events.last?.values[0].content == .scalar(0.5))
        let metadata = try #require(events.first?.values[0].metadata)
        #expect(metadata.pluginName == "mine" && metadata.pluginContent == [1, 2])
        #expect(metadata.displayName == "T" && metadata.description == "d")
    }

    @Test func hyperparametersKeepTheirTypes() throws {
        let hparams: HParams = [
            "rate": 0.5, "size": 3, "on": true, "off": false, "name": "adam", "none": .number(.nan),
        ]
        let values = try written {
            try $0.addHParams(hparams, group: "g")
            try $0.endHParams(metrics: ["loss": 0.25, "nan": .nan], status: .failure, step: 8)
        }
        #expect(
            values.map { $0.value.string(1) } == [
                "_hparams_/session_start_info", "loss", "nan", "_hparams_/session_end_info",
            ])
        #expect(values.map(\.step) == [0, 8, 8, 0])
        let content = try WireMessage(try plugin(values[0].value).bytes(2))
        let start = try content.messages(3)[0]
        #expect(start.string(4) == "g" && start.double(5) > 1e9)
        let written = try start.messages(1).map {
            ($0.string(1), try $0.messages(2)[0].fields[0])
        }
        #expect(written.map(\.0) == hparams.values.map(\.name))
        #expect(
            written.map(\.1.value) == [
                .fixed64((0.5).bitPattern), .fixed64((3.0).bitPattern), .varint(1), .varint(0),
                .bytes(Array("adam".utf8)), .bytes(Array("nan".utf8)),
            ])
        #expect(written.map(\.1.number) == [2, 2, 4, 4, 3, 3])
        #expect(try shape(values[0].value) == [0])
        let end = try WireMessage(try plugin(values[3].value).bytes(2)).messages(4)[0]
        #expect(end.int(1) == 2 && end.double(2) > 1e9)
    }

    @Test func experimentNamesWhatIsShown() throws {
        let experiment = HParamsExperiment(
            name: "e",
            hparams: [
                .init("rate", .interval(0...1)), .init("size", .numbers([1, 2])),
                .init("on", .bool), .init("name", .strings(["a"])), .init("any", .anyNumber),
                .init("text", .anyString),
            ], metrics: [.init("loss", group: "test", displayName: "Loss")])
        let value = try written {
            try $0.addHParams(["rate": 0.5], metrics: [:], experiment: experiment)
        }[0].value
        #expect(value.string(1) == "_hparams_/experiment")
        let content = try WireMessage(try plugin(value).bytes(2)).messages(2)[0]
        #expect(content.string(6) == "e")
        let infos = try content.messages(4)
        #expect(infos.map { $0.string(1) } == ["rate", "size", "on", "name", "any", "text"])
        #expect(infos.map { $0.int(4) } == [3, 3, 2, 1, 3, 1])
        #expect(try infos[0].messages(6)[0].double(2) == 1)
        #expect(try infos[1].messages(5)[0].messages(1).map { $0.double(2) } == [1, 2])
        #expect(try infos[2].messages(5)[0].messages(1).count == 2)
        let metric = try content.messages(5)[0]
        #expect(try metric.messages(1)[0].string(1) == "test")
        #expect(try metric.messages(1)[0].string(2) == "loss")
        #expect(metric.string(3) == "Loss")
    }

    @Test func scalarsOfOneChartStayInOneRun() throws {
        let values = try written {
            for step in 1...3 {
                try $0.addScalars(["a": 1, "b.c": 2], tag: "loss/all", step: Int64(step))
            }
            try $0.flush()
            try $0.addScalars(["d": .nan], tag: "loss/all", step: 4)
            try $0.flush()
            try $0.addCustomScalars(
                CustomScalars([
                    .init(
                        title: "mine",
                        charts: [.margins("m", [.init(value: "v", lower: "l", upper: "u")])],
                        isClosed: true)
                ]))
        }
        let layouts = values.filter { $0.value.string(1) == "custom_scalars__config__" }
        #expect(layouts.map(\.step) == [0, 0, 0], "one for each change")
        let points = values.filter { $0.value.string(1).hasPrefix("loss/") }
        #expect(points.count == 7)
        let last = try WireMessage(try layouts[2].value.messages(8)[0].bytes(8))
        let categories = try last.messages(2)
        #expect(categories.map { $0.string(1) } == ["mine", "loss"])
        #expect(categories.map { $0.int(3) } == [1, 0])
        let margin = try categories[0].messages(2)[0].messages(3)[0].messages(1)[0]
        #expect([1, 2, 3].map { margin.string($0) } == ["v", "l", "u"])
        let chart = try categories[1].messages(2)[0]
        #expect(chart.string(1) == "loss/all")
        let patterns = try chart.messages(2)[0].fields.map(\.value)
        #expect(
            patterns
                == ["^loss/all/a$", #"^loss/all/b\.c$"#, "^loss/all/d$"].map {
                    .bytes(Array($0.utf8))
                })
    }
}
