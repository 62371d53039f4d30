import Foundation
import TensorBoard
import TestSupport
import Testing

/// A real TensorBoard, in both of its reading modes, serves what parts of a program have logged under
/// names of their own, and what structures hold.
@Suite(
    .enabled(
        if: TensorBoardServer.program != nil,
        "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"))
struct ScopesInTensorBoardTests {
    struct Layer {
        let weights: [Float] = [1, 2, 3]
        let rate = 0.5
    }
    struct Epoch {
        let layers = ["first": Layer()]
        let sample = Image(height: 1, width: 2, channels: 1, pixels: [9, 8])
        let note = "well"
        let isLast = false
    }

    func log(_ run: String) throws {
        let writer = try SummaryWriter(logdir: run)
        let part = writer.scope("part")
        try part.addScalar(0.25, tag: "loss", step: 3)
        try part.scope("inner").addScalar(0.5, tag: "loss", step: 3)
        try part.addScalars(["a": 1, "b": 2], tag: "both", step: 3)
        try part.addMesh(Mesh(vertices: [0, 0, 0, 1, 1, 1]), tag: "body", step: 3)
        try writer.scope("other").addMesh(Mesh(vertices: [2, 2, 2]), tag: "body", step: 3)
        try writer.scope("other").add(
            Summary(Summary.Value.mesh(Mesh(vertices: [3, 3, 3]), tag: "second")), step: 3)
        try part.addProperties(of: Epoch(), tag: "epoch", step: 3)
        try writer.close()
    }

    struct Layout: Decodable {
        struct Category: Decodable { let chart: [Chart] }
        struct Chart: Decodable {
            struct Lines: Decodable { let tag: [String] }
            let title: String
            let multiline: Lines
        }
        let category: [Category]?
    }

    @Test(arguments: ["true", "false"])
    func servesWhatWasLogged(loadFast: String) async throws {
        let folder = try TemporaryFolder()
        try log(folder.path(of: "run"))
        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(loadFast)", "--reload_interval=1"])
        func answer(_ path: String, _ tag: String) async throws -> [Any] {
            let data = try await server.data(
                "plugin/\(path)", ["run": "run", "tag": tag, "sample": "0"],
                until: { ((try? JSONSerialization.jsonObject(with: $0)) as? [Any])?.count == 1 })
            let answer = try #require(try JSONSerialization.jsonObject(with: data) as? [Any])
            return try #require(answer[0] as? [Any] ?? [answer[0]])
        }
        let points: KeyValuePairs = [
            "part/loss": 0.25, "part/inner/loss": 0.5, "part/both/a": 1, "part/both/b": 2,
            "part/epoch/layers/first/rate": 0.5, "part/epoch/isLast": 0,
        ]
        for (tag, number) in points {
            let point = try await answer("scalars/scalars", tag).compactMap { $0 as? Double }
            #expect(Array(point.dropFirst()) == [3, number], "\(tag)")
        }
        let histogram = try await answer(
            "histograms/histograms", "part/epoch/layers/first/weights")
        let buckets = try #require(histogram[2] as? [[Double]])
        #expect(buckets.map { $0[2] }.reduce(0, +) == 3)
        let image = try await answer("images/images", "part/epoch/sample")[0] as? [String: Any]
        let query = try #require(image?["query"] as? String)
        let items = URLComponents(string: "?\(query)")?.queryItems ?? []
        let key = try #require(items.first { $0.name == "blob_key" }?.value)
        let file = try await server.data("plugin/images/individualImage", ["blob_key": key])
        #expect(try DecodedPNG(Array(file)).pixels == [9, 8])
        let text = try await answer("text/text", "part/epoch/note")[0] as? [String: Any]
        #expect(text?["text"] as? String == "<p>well</p>")
        let layout: Layout = try await server.json(
            "plugin/custom_scalars/layout", until: { $0.category != nil })
        let chart = try #require(layout.category?.first?.chart.first)
        #expect(chart.title == "part/both")
        #expect(chart.multiline.tag.sorted() == ["^part/both/a$", "^part/both/b$"])
        let data = try await server.data("plugin/mesh/tags") {
            String(decoding: $0, as: UTF8.self).contains("second")
        }
        let tags = try JSONSerialization.jsonObject(with: data) as? [String: [String: Any]]
        #expect(tags?["run"]?.keys.sorted() == ["other/body", "other/second", "part/body"])
        let vertices = try await server.data(
            "plugin/mesh/data",
            [
                "run": "run", "tag": "other/body", "sample": "0", "step": "3",
                "content_type": "VERTEX",
            ])
        #expect(vertices.numbers(Float.self) == [2, 2, 2])
    }
}
