import Foundation
import TensorBoard
import TestSupport
import Testing

/// A real TensorBoard, in both of its reading modes, serves every kind of value with the numbers
/// that were logged.
@Suite(
    .waiting,
    .enabled(
        if: TensorBoardServer.program != nil,
        "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"))
struct KindsInTensorBoardTests {
    static let pixels = (0..<120).map { Float($0) / 120 }
    static let sound = Audio((0..<400).map { Float($0 % 40) / 80 }, sampleRate: 8000)
    static let film = Video(pixels.span, shape: .nhw(4, 6, 5), range: 0...1)
    static let boxes = [BoundingBox(left: 1, top: 1, right: 3, bottom: 4)]
    static let vectors = (0..<12).map { Float($0) - 5.5 }
    static let mesh = Mesh(
        vertices: [0, 0, 0, 1, 0, 0, 0, 1, 0], colors: [255, 0, 0, 0, 255, 0, 0, 0, 255],
        faces: [0, 1, 2])
    static let metadata = Summary.Metadata(displayName: "Title", description: "It *falls*.")

    /// A run with one of each kind, in several files.
    func log(_ run: String, rate: Double) throws {
        var options = SummaryWriter.Options()
        options.maximumFileSize = 1500
        let writer = try SummaryWriter(logdir: run, options: options)
        try writer.addHParams(["rate": .number(rate), "name": "adam", "on": .bool(rate > 1)])
        for (step, value) in [Float(0.5), .nan, .infinity].enumerated() {
            try writer.add(
                Summary([
                    .init(tag: "größe/Ω b", content: .scalar(value), metadata: Self.metadata)
                ]), step: Int64(step))
        }
        try writer.addScalars(["a": 1, "b": 2], tag: "both", step: 1)
        try writer.addHistogram([1, 2, 2, .nan], tag: "h", step: 1, metadata: Self.metadata)
        try writer.addHistogram([] as [Float], tag: "empty", step: 1)
        try writer.addImages(
            Self.pixels.span, shape: .nhw(4, 6, 5), range: 0...1, tag: "grid", step: 1,
            metadata: Self.metadata)
        try writer.addImageWithBoxes(Self.film.frames[0], boxes: Self.boxes, tag: "boxes", step: 1)
        try writer.addVideo(Self.film, tag: "film", step: 1)
        try writer.addText("# One\n*two*", tag: "text", step: 1, metadata: Self.metadata)
        try writer.addText(table: [["a", "b"]], tag: "table", step: 1)
        try writer.addAudio(Self.sound, tag: "tone", step: 1, metadata: Self.metadata)
        try writer.addPRCurve(
            predictions: [0.1, 0.9], labels: [false, true], thresholds: 4, tag: "curve", step: 1,
            metadata: Self.metadata)
        try writer.addMesh(Self.mesh, tag: "mesh", step: 1)
        try writer.addEmbedding(
            Embedding(
                Self.vectors, dimensions: 3, metadata: .init(labels: ["p", "q", "r", "s"]),
                images: Self.film.frames), step: 1)
        try writer.addEmbedding(
            Embedding(Self.vectors, dimensions: 4, format: .tabSeparated), tag: "tabs", step: 1)
        try writer.addGraph(
            GraphDefinition(nodes: [.init(name: "x", op: "Placeholder")]))
        try writer.addRunMetadata(
            RunMetadata(devices: [
                .init(
                    name: "/device:CPU:0",
                    nodes: [.init(name: "x", startNanoseconds: 0, endNanoseconds: 41_500)])
            ]), tag: "step 1", step: 1)
        try writer.endHParams(metrics: ["result": Float(rate) / 2], step: 9)
        try writer.close()
    }

    @Test(arguments: ["true", "false"])
    func servesEveryKind(loadFast: String) async throws {
        let folder = try TemporaryFolder()
        try log(folder.path(of: "run"), rate: 0.5)
        try log(folder.path(of: "other"), rate: 2)
        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(loadFast)", "--reload_interval=1"])
        try await expectScalars(server)
        try await expectImages(server)
        try await expectTextAndAudio(server)
        try await expectCurvesAndMeshes(server)
        try await expectHParams(server)
        try await expectProjectorAndGraph(server)
    }

    // MARK: The plugins

    /// An answer in JSON, once it has as many elements as it should.
    func list(
        _ server: TensorBoardServer, _ path: String, _ tag: String, count: Int
    ) async throws -> [[String: Any]] {
        let data = try await server.data(
            path, ["run": "run", "tag": tag, "sample": "0"],
            until: { (object($0) as? [Any])?.count == count })
        return object(data) as? [[String: Any]] ?? []
    }

    func object(_ data: Data) -> Any? {
        try? JSONSerialization.jsonObject(with: data)
    }

    func tag(_ server: TensorBoardServer, _ plugin: String, _ tag: String) async throws
        -> [String: Any]?
    {
        let data = try await server.data(
            "plugin/\(plugin)/tags",
            until: {
                ((object($0) as? [String: [String: Any]])?["run"])?[tag] != nil
            })
        return (object(data) as? [String: [String: [String: Any]]])?["run"]?[tag]
    }

    /// Every plugin shows the title and the explanation.
    func expectMetadata(
        _ server: TensorBoardServer, _ plugin: String, _ name: String
    ) async throws {
        let answer = try await tag(server, plugin, name)
        #expect(answer?["displayName"] as? String == "Title", "\(plugin)")
        #expect(answer?["description"] as? String == "<p>It <em>falls</em>.</p>", "\(plugin)")
    }

    func expectScalars(_ server: TensorBoardServer) async throws {
        try await expectMetadata(server, "scalars", "größe/Ω b")
        let points = try await server.data(
            "plugin/scalars/scalars", ["run": "run", "tag": "größe/Ω b"],
            until: { String(decoding: $0, as: UTF8.self).contains("Infinity") })
        // JSON has no words for such numbers; TensorBoard writes them as strings.
        let values = (object(points) as? [[Any]])?.map { "\($0[1]) \($0[2])" }
        #expect(values == ["0 0.5", "1 NaN", "2 Infinity"])

        try await expectMetadata(server, "histograms", "h")
        let histogram = try await server.data(
            "plugin/histograms/histograms", ["run": "run", "tag": "h"],
            until: { (object($0) as? [Any])?.count == 1 })
        let buckets = ((object(histogram) as? [[Any]])?.first?[2] as? [[Double]]) ?? []
        #expect(buckets.map { $0[2] }.filter { $0 > 0 } == [1, 2])
        #expect(buckets.first?[0] == 1 && buckets.last?[1] == 2)
        let empty = try await server.data(
            "plugin/histograms/histograms", ["run": "run", "tag": "empty"],
            until: { (object($0) as? [Any])?.count == 1 })
        let none = ((object(empty) as? [[Any]])?.first?[2] as? [[Double]]) ?? []
        #expect(none.allSatisfy { $0[2] == 0 })

        let layout = try await server.data(
            "plugin/custom_scalars/layout",
            until: { String(decoding: $0, as: UTF8.self).contains("both") })
        #expect(String(decoding: layout, as: UTF8.self).contains("\"^both/a$\""))
        let chart = try await server.data(
            "plugin/custom_scalars/scalars", ["run": "run", "tag": "^both/a$"])
        let found = (object(chart) as? [String: Any])?["tag_to_events"] as? [String: [[Double]]]
        #expect(found?.mapValues { $0.map { Array($0.dropFirst()) } } == ["both/a": [[1, 1]]])
    }

    func file(
        _ server: TensorBoardServer, _ plugin: String, _ route: String, _ answer: [String: Any]?
    ) async throws -> [UInt8] {
        let query = try #require(answer?["query"] as? String)
        let items = URLComponents(string: "?\(query)")?.queryItems ?? []
        let key = try #require(items.first { $0.name == "blob_key" }?.value)
        return Array(
            try await server.data(
                "plugin/\(plugin)/\(route)", ["blob_key": key, "content_type": "audio/wav"]))
    }

    func expectImages(_ server: TensorBoardServer) async throws {
        try await expectMetadata(server, "images", "grid")
        let expected = [
            "grid": Image.grid(of: Self.film.frames).png(),
            "boxes": Self.film.frames[0].drawing(Self.boxes).png(), "film": Self.film.png(),
        ]
        for (tag, bytes) in expected {
            let answer = try await list(server, "plugin/images/images", tag, count: 1)
            #expect(answer.first?["step"] as? Int == 1)
            #expect(
                try await file(server, "images", "individualImage", answer.first) == bytes,
                "\(tag)")
        }
    }

    func expectTextAndAudio(_ server: TensorBoardServer) async throws {
        let text = try await list(server, "plugin/text/text", "text", count: 1)
        #expect(text.first?["text"] as? String == "<h1>One</h1>\n<p><em>two</em></p>")
        let table = try await list(server, "plugin/text/text", "table", count: 1)
        let cells = (table.first?["text"] as? String)?.matches(of: /<p>(.)<\/p>/) ?? []
        #expect(cells.map { String($0.1) } == ["a", "b"])
        try await expectMetadata(server, "audio", "tone")
        let audio = try await list(server, "plugin/audio/audio", "tone", count: 1)
        #expect(audio.first?["contentType"] as? String == "audio/wav")
        #expect(
            try await file(server, "audio", "individualAudio", audio.first) == Self.sound.wav())
    }

    func expectCurvesAndMeshes(_ server: TensorBoardServer) async throws {
        try await expectMetadata(server, "pr_curves", "curve")
        let curves = try await server.data(
            "plugin/pr_curves/pr_curves", ["run": "run", "tag": "curve"],
            until: { (object($0) as? [String: [Any]])?["run"]?.count == 1 })
        let curve = (object(curves) as? [String: [[String: Any]]])?["run"]?.first
        // TensorBoard leaves out thresholds above all predictions.
        #expect(curve?["precision"] as? [Double] == [0.5, 1, 1])
        #expect(curve?["recall"] as? [Double] == [1, 1, 1])
        #expect(curve?["true_positives"] as? [Int] == [1, 1, 1])

        let parts = try await list(server, "plugin/mesh/meshes", "mesh", count: 3)
        #expect(Set(parts.compactMap { $0["content_type"] as? Int }) == [1, 2, 3])
        let vertices = try await server.data(
            "plugin/mesh/data",
            ["run": "run", "tag": "mesh", "sample": "0", "step": "1", "content_type": "VERTEX"])
        #expect(
            vertices.withUnsafeBytes { $0.bindMemory(to: Float.self).map { $0 } }
                == Self.mesh.vertices)
    }

    func expectHParams(_ server: TensorBoardServer) async throws {
        let body = #"""
            {"experimentName": "", "colParams": [], "startIndex": 0, "sliceSize": 10,
             "allowedStatuses": ["STATUS_SUCCESS"]}
            """#
        let answer = try await server.data(
            "plugin/hparams/session_groups", posting: Data(body.utf8),
            until: { data in
                let groups = (object(data) as? [String: Any])?["sessionGroups"] as? [[String: Any]]
                return groups?.count == 2
                    && groups?.allSatisfy { !($0["metricValues"] as? [Any] ?? []).isEmpty } == true
            })
        let groups = try #require(
            (object(answer) as? [String: Any])?["sessionGroups"] as? [[String: Any]])
        let run = try #require(groups.first { $0["name"] as? String == "run" })
        let hparams = try #require(run["hparams"] as? [String: Any])
        #expect(hparams["rate"] as? Double == 0.5)
        #expect(hparams["name"] as? String == "adam")
        #expect(String(decoding: answer, as: UTF8.self).contains(#""on": false"#))
        let metrics = try #require(run["metricValues"] as? [[String: Any]])
        let result = metrics.first { ($0["name"] as? [String: Any])?["tag"] as? String == "result" }
        #expect(result?["value"] as? Double == 0.25 && result?["trainingStep"] as? Int == 9)
    }

    func expectProjectorAndGraph(_ server: TensorBoardServer) async throws {
        for (name, shape) in [("default:00001", "4,3"), ("tabs:00001", "3,4")] {
            let info = try await server.data(
                "plugin/projector/info", ["run": "run"],
                until: { String(decoding: $0, as: UTF8.self).contains(name) })
            let embeddings = (object(info) as? [String: Any])?["embeddings"] as? [[String: Any]]
            let embedding = embeddings?.first { $0["tensorName"] as? String == name }
            #expect(
                (embedding?["tensorShape"] as? [Int])?.map(String.init).joined(separator: ",")
                    == shape)
            let tensor = try await server.data(
                "plugin/projector/tensor", ["run": "run", "name": name, "num_rows": "100"])
            #expect(tensor.numbers(Float.self) == Self.vectors)
        }
        let labels = try await server.data(
            "plugin/projector/metadata",
            ["run": "run", "name": "default:00001", "num_rows": "100"])
        #expect(String(decoding: labels, as: UTF8.self) == "p\nq\nr\ns\n")
        let sprite = try await server.data(
            "plugin/projector/sprite_image", ["run": "run", "name": "default:00001"])
        #expect(Array(sprite) == Image.grid(of: Self.film.frames, columns: 2).png())

        let graph = try await server.data(
            "plugin/graphs/graph", ["run": "run", "conceptual": "false"])
        #expect(String(decoding: graph, as: UTF8.self).contains("name: \"x\""))
        let spent = try await server.data(
            "plugin/graphs/run_metadata", ["run": "run", "tag": "step 1"])
        #expect(String(decoding: spent, as: UTF8.self).contains("all_end_rel_micros: 42"))
    }
}
