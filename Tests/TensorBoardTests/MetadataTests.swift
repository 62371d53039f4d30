import Foundation
import TensorBoard
import TestSupport
import Testing

/// Where a value's kind does not follow from the value, each one says it: a damaged record takes
/// nothing else along.
@Suite struct MetadataTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    static let title = Summary.Metadata(displayName: "Title", description: "It *falls*.")
    static let mesh = Mesh(vertices: [0, 0, 0], faces: [0, 0, 0])

    func logged(
        options: SummaryWriter.Options = .init(), _ body: (SummaryWriter, Int64) throws -> Void
    ) throws -> [String: [Event.Metadata?]] {
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        for step in 1...3 as ClosedRange<Int64> { try body(writer, step) }
        try writer.close()
        var metadata: [String: [Event.Metadata?]] = [:]
        for name in try folder.names() {
            for value in try events(of: folder.path(of: name)).flatMap(\.values) {
                metadata[value.tag, default: []].append(value.metadata)
            }
        }
        return metadata
    }

    @Test func everyTensorSaysWhatItIs() throws {
        let metadata = try logged { writer, step in
            // A title that is given once stays.
            try writer.addText(
                "a", tag: "text", step: step, metadata: step == 1 ? Self.title : nil)
            try writer.addPRCurve(
                predictions: [1], labels: [true], thresholds: 4, tag: "curve", step: step)
            try writer.addMesh(Self.mesh, tag: "body", step: step)
            try writer.addTensor(
                .init([1] as [Float], shape: []), plugin: .init(name: "own", content: [7]),
                tag: "own", step: step)
            try writer.addCustomScalars(CustomScalars([]))
            // Of several that wait only the last one is written.
            try writer.flush()
        }
        let plugins = [
            "text": "text", "curve": "pr_curves", "body_VERTEX": "mesh", "body_FACE": "mesh",
            "own": "own", "custom_scalars__config__": "custom_scalars",
        ]
        #expect(Set(metadata.keys) == Set(plugins.keys))
        for (tag, plugin) in plugins {
            #expect(metadata[tag]?.map { $0?.pluginName } == [plugin, plugin, plugin], "\(tag)")
            #expect(metadata[tag]?.count == 3 && metadata[tag]?[1] == metadata[tag]?[0])
        }
        #expect(metadata["text"]?.map { $0?.displayName } == ["Title", "Title", "Title"])
        #expect(metadata["curve"]?[2]?.pluginContent == [0x10, 4])
        #expect(metadata["own"]?[2]?.pluginContent == [7])
    }

    /// TensorFlow 1's kinds are known by themselves, and stay as small as they are.
    @Test func plainValuesSayItOnce() throws {
        let pixel = Image(height: 1, width: 1, channels: 1, pixels: [1])
        let metadata = try logged { writer, step in
            try writer.addScalar(1, tag: "scalar", step: step)
            try writer.addHistogram([1, 2] as [Float], tag: "histogram", step: step)
            try writer.addImage(pixel, tag: "image", step: step)
            try writer.addVideo(Video(frames: [pixel]), tag: "video", step: step)
        }
        for tag in ["scalar", "histogram", "image", "video"] {
            #expect(metadata[tag]?.map { $0 != nil } == [true, false, false], "\(tag)")
        }
    }

    /// What changes from value to value is in each as it is given.
    @Test func aValueKeepsItsOwn() throws {
        let metadata = try logged { writer, step in
            try writer.addTensor(
                .init([1] as [Float], shape: []),
                plugin: .init(name: "own", content: [UInt8(step)]), tag: "own", step: step,
                metadata: .init(displayName: "\(step)"))
        }
        #expect(metadata["own"]?.map { $0?.pluginContent } == [[1], [2], [3]])
        #expect(metadata["own"]?.map { $0?.displayName } == ["1", "2", "3"])
    }

    @Test func aLaterFileKnowsTheTitle() throws {
        var options = SummaryWriter.Options()
        options.maximumFileSize = 1
        let metadata = try logged(options: options) { writer, step in
            let values = [
                Summary.Value(
                    tag: "a", content: .scalar(1), metadata: step == 1 ? Self.title : nil)
            ]
            try writer.add(Summary(values), step: step)
            try writer.addScalar(1, tag: "a", step: step)
        }
        #expect(metadata["a"]?.map { $0?.displayName } == Array(repeating: "Title", count: 6))
    }

    /// A sound is found by its message, by some readers only if it has no metadata.
    @Test func soundsAreDescribedIfTheyHaveATitle() throws {
        let metadata = try logged { writer, step in
            let sound = Audio([0], sampleRate: 8000)
            try writer.addAudio(
                sound, tag: "titled", step: step, metadata: step == 1 ? Self.title : nil)
            try writer.addAudio(sound, tag: "plain", step: step)
        }
        #expect(metadata["plain"] == [nil, nil, nil])
        #expect(metadata["titled"]?.map { $0 != nil } == [true, false, false])
        #expect(metadata["titled"]?[0]?.pluginName == "audio")
        #expect(metadata["titled"]?[0]?.displayName == "Title")
        #expect(metadata["titled"]?[0]?.pluginContent == [0x10, 11, 0x18, 1])
    }
}
