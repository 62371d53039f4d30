import Foundation
import Synchronization
import TensorBoard
import TestSupport
import Testing

/// What cannot be written, or would not be shown, is refused at its call, and nothing else.
@Suite struct RefusalTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Makes calls that are to be refused, and others before and after them.
    ///
    /// - Returns: What the errors say.
    func refusals(_ calls: [(SummaryWriter) throws -> Void]) throws -> [String] {
        let writer = try SummaryWriter(logdir: folder.path)
        var said: [String] = []
        for (index, call) in calls.enumerated() {
            try writer.addScalar(1, tag: "good", step: Int64(index))
            let error = #expect(throws: EventFileError.self) { try call(writer) }
            #expect(error?.problem == .refused && error?.path == writer.path)
            said.append(error?.description ?? "")
        }
        try writer.addScalar(1, tag: "good", step: Int64(calls.count))
        try writer.close()
        let logged = try events(of: writer.path)
        #expect(logged.flatMap(\.values).allSatisfy { $0.tag == "good" })
        #expect(logged.count == 2 + calls.count + 1)
        return said
    }

    // MARK: One tag with two kinds

    static let pixel = Image(height: 1, width: 1, channels: 1, pixels: [1])
    static let kinds: [@Sendable (SummaryWriter, String) throws -> Void] = [
        { try $0.addScalar(1, tag: $1, step: 1) },
        { try $0.addHistogram([1, 2] as [Float], tag: $1, step: 1) },
        { try $0.addImage(pixel, tag: $1, step: 1) },
        { try $0.addText("a", tag: $1, step: 1) },
        { try $0.addAudio(Audio([0], sampleRate: 1), tag: $1, step: 1) },
        { try $0.addPRCurve(predictions: [1], labels: [true], tag: $1, step: 1) },
        { try $0.addRunMetadata(RunMetadata(), tag: $1, step: 1) },
        {
            try $0.addTensor(
                .init([1] as [Float], shape: []), plugin: .init(name: "other"), tag: $1, step: 1)
        },
        // TensorBoard keeps these as tensors, in which it finds no points of a curve.
        {
            try $0.addTensor(
                .init([1, 2] as [Float], shape: [2]), plugin: .init(name: "scalars"), tag: $1,
                step: 1)
        },
    ]

    @Test func aTagHasOneKind() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        for (index, kind) in Self.kinds.enumerated() { try kind(writer, "tag \(index)") }
        for (index, kind) in Self.kinds.enumerated() {
            for other in Self.kinds.indices {
                if other == index {
                    try kind(writer, "tag \(other)")
                } else {
                    let error = #expect(throws: EventFileError.self) {
                        try kind(writer, "tag \(other)")
                    }
                    #expect(error?.problem == .refused)
                    #expect(error?.description.contains("\"tag \(other)\"") == true)
                }
            }
        }
        try writer.close()
        #expect(try events(of: writer.path).count == 2 + 2 * Self.kinds.count)
    }

    @Test func picturesOfAllKindsShareATag() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addImage(Self.pixel, tag: "a", step: 1)
        try writer.addVideo(Video(frames: [Self.pixel]), tag: "a", step: 2)
        try writer.addImageWithBoxes(Self.pixel, boxes: [], tag: "a", step: 3)
        try writer.close()
        #expect(try events(of: writer.path).count == 5)
    }

    /// Of a summary that is refused nothing is logged, and its tags stay free.
    @Test func aSummaryIsRefusedAsAWhole() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        #expect(throws: EventFileError.self) {
            try writer.add(
                Summary([
                    .scalar(1, tag: "a"), .scalar(1, tag: "b"), .histogram([1], tag: "a"),
                ]), step: 1)
        }
        #expect(throws: EventFileError.self) {
            try writer.add(Summary([.scalar(1, tag: "c"), .scalar(1, tag: "nul\0")]), step: 1)
        }
        try writer.addHistogram([1] as [Float], tag: "a", step: 2)
        try writer.addText("x", tag: "b", step: 2)
        try writer.addText("x", tag: "c", step: 2)
        try writer.addScalar(3, tag: "d", step: 2)
        try writer.close()
        let values = try events(of: writer.path).flatMap(\.values)
        #expect(values.map(\.tag) == ["a", "b", "c", "d"])
        #expect(values.map(\.metadata?.pluginName) == ["histograms", "text", "text", "scalars"])
    }

    // MARK: Texts with a NUL

    @Test func textsWithNULAreRefused() throws {
        let embedding = Embedding([1], dimensions: 1)
        let mesh = Mesh(vertices: [0, 0, 0], configuration: "{\0}")
        let said = try refusals([
            { try $0.addScalar(1, tag: "nul\0rest", step: 1) },
            { try $0.addScalar(1, tag: "\0", step: 1) },
            { try $0.addText("x", tag: "nul\0", step: 1) },
            { try $0.addScalars(["a\0": 1], tag: "t", step: 1) },
            { try $0.addMesh(mesh, tag: "m", step: 1) },
            { try $0.addEmbedding(embedding, tag: "e\0", step: 1) },
            { try $0.addRunMetadata(RunMetadata(), tag: "r\0", step: 1) },
            {
                try $0.addRunMetadata(
                    RunMetadata(devices: [.init(name: "cpu\0")]), tag: "r", step: 1)
            },
            { try $0.addGraph(GraphDefinition(nodes: [.init(name: "x\0y", op: "Add")])) },
            {
                try $0.addGraph(GraphDefinition(nodes: [.init(name: "x", op: "A", inputs: ["\0"])]))
            },
            { try $0.addHParams(["rate\0": 1]) },
            { try $0.addHParams(["name": "adam\0"]) },
            { try $0.addHParams(["rate": 1], group: "g\0") },
            { try $0.addCustomScalars(CustomScalars([.init(title: "t\0", charts: [])])) },
            {
                try $0.addTensor(
                    .init([1] as [Float], shape: []), plugin: .init(name: "p\0"), tag: "p", step: 1)
            },
            {
                try $0.addText(
                    "x", tag: "x", step: 1, metadata: .init(displayName: "t\0", description: ""))
            },
        ])
        #expect(said.allSatisfy { $0.contains("NUL") && !$0.contains("\0") })
        #expect(said[0].contains(#"the tag "nul\0rest" has a NUL"#))
    }

    /// A text itself is of any bytes.
    @Test func aTextMayHoldNUL() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addText("a\0b", tag: "x", step: 1)
        try writer.close()
        #expect(try events(of: writer.path).last?.values.first?.text == ["a\0b"])
    }

    @Test func aFolderWithNULIsRefused() throws {
        let error = #expect(throws: EventFileError.self) {
            try SummaryWriter(logdir: "\(folder.path)/run\0/other")
        }
        #expect(error?.problem == .refused)
        #expect(try folder.names().isEmpty)
    }

    @Test(arguments: [["rate", "rate"], ["a", "b", "a"]])
    func hyperparametersAreGivenOnce(names: [String]) throws {
        let said = try refusals([
            { try $0.addHParams(HParams(names.map { ($0, 1) })) }
        ])
        #expect(said[0].contains("\"\(names[0])\""))
    }

    // MARK: Names that Unicode calls equivalent

    @Test func equivalentTagsAreTwo() throws {
        let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addText("a", tag: composed, step: 1)
        try writer.addScalar(1, tag: decomposed, step: 1)
        try writer.addAudio(Audio([0], sampleRate: 8000), tag: "\(composed)/a", step: 1)
        try writer.addAudio(Audio([0], sampleRate: 8000), tag: "\(decomposed)/a", step: 1)
        try writer.addScalars([composed: 1, decomposed: 2], tag: "both", step: 1)
        try writer.addHParams([composed: 1, decomposed: 2])
        try writer.close()
        let values = try events(of: writer.path).flatMap(\.values)
        #expect(values.prefix(2).allSatisfy { $0.metadata != nil })
        let tags = values.prefix(6).map { Array($0.tag.utf8) }
        let names =
            [composed, decomposed, "\(composed)/a", "\(decomposed)/a"]
            + ["both/\(composed)", "both/\(decomposed)"]
        #expect(tags == names.map { Array($0.utf8) })
        let layout = try #require(values.first { $0.tag == "custom_scalars__config__" })
        let bytes = try #require(layout.text?.first?.utf8)
        #expect(Array(bytes).firstRange(of: Array(composed.utf8)) != nil)
        #expect(Array(bytes).firstRange(of: Array(decomposed.utf8)) != nil)
    }

    // MARK: Where no call throws

    @Test func refusedCallsAreReportedWhereNothingIsThrown() throws {
        let errors = Mutex<[EventFileError]>([])
        var options = SummaryWriter.Options()
        options.failurePolicy = .dropping { error in errors.withLock { $0.append(error) } }
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        try writer.addScalar(1, tag: "a", step: 1)
        try writer.addText("x", tag: "a", step: 2)
        try writer.addScalar(1, tag: "\0", step: 3)
        try writer.addScalar(1, tag: "b", step: 4, wallTime: .nan)
        try writer.addHParams(["a": 1, "a": 2])
        try writer.addScalar(1, tag: "a", step: 5)
        try writer.close()
        #expect(writer.droppedEvents == 4)
        #expect(errors.withLock { $0.map(\.problem) } == Array(repeating: .refused, count: 4))
        #expect(try events(of: writer.path).dropFirst(2).map(\.step) == [1, 5])
    }
}
