import Foundation
import TensorBoard
import TestSupport
import Testing

/// A real TensorBoard, in both of its reading modes, serves what the calls log that take what a program
/// has at hand.
@Suite(
    .waiting,
    .enabled(
        if: TensorBoardServer.program != nil,
        "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"))
struct CallsInTensorBoardTests {
    func log(_ run: String) throws {
        let losses: [String: Double] = ["train": 0.5, "valid": 0.25]
        let writer = try SummaryWriter(logdir: run)
        for _ in 0..<3 { try writer.addScalar(7, tag: "counted") }
        writer.step = 4
        try writer.addScalars(losses, tag: "both")
        try writer.addHistogram([0, 1, 2, 3, 4], bins: .count(2), tag: "bins")
        try writer.addImage(rows: [[true, false]], tag: "mask")
        try writer.addPRCurve(
            predictions: [0.1, 0.9], labels: [0, 1], thresholds: 3, tag: "curve")
        try writer.addText(["one", "two"], tag: "notes")
        let sounds = [0.25, 0.5].map { Audio([Float($0), 0], sampleRate: 8000) }
        try writer.addAudio(sounds, tag: "tones")
        let mesh = Mesh(vertices: [0, 0, 0, 1, 1, 1])
        try writer.addMeshes([mesh, Mesh(vertices: [2, 2, 2])], tag: "bodies")
        let gray = Image(height: 1, width: 1, channels: 1, pixels: [9])
        try writer.addVideos([Video(frames: [gray, gray]), Video(frames: [gray])], tag: "films")
        try writer.addGraph { graph in
            let x = graph.node("x", op: "Placeholder", shape: [nil, 3])
            graph.scope("layer") { _ = $0.node("y", op: "MatMul", inputs: [x]) }
        }
        // value { tag: "raw" simple_value: 0.5 }
        try writer.add(summary: [0x0a, 10, 0x0a, 3, 0x72, 0x61, 0x77, 0x15, 0, 0, 0, 0x3f])
        try writer.addHParams(
            ["rate": 0.1 as Float, "layers": [64, 32], "none": nil], metrics: ["result": 2])
        try writer.close()
    }

    @Test(arguments: ["true", "false"])
    func servesWhatWasLogged(loadFast: String) async throws {
        let folder = try TemporaryFolder()
        try log(folder.path(of: "run"))
        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(loadFast)", "--reload_interval=1"])
        func answer(_ path: String, _ tag: String, count: Int = 1) async throws -> [Any] {
            let data = try await server.data(
                "plugin/\(path)", ["run": "run", "tag": tag, "sample": "0"],
                until: { ((try? JSONSerialization.jsonObject(with: $0)) as? [Any])?.count == count }
            )
            return try #require(try JSONSerialization.jsonObject(with: data) as? [Any])
        }
        func points(_ tag: String, count: Int = 1) async throws -> [[Double]] {
            try await answer("scalars/scalars", tag, count: count).compactMap { point in
                (point as? [Double]).map { Array($0.dropFirst()) }
            }
        }
        #expect(try await points("counted", count: 3) == [[0, 7], [1, 7], [2, 7]])
        #expect(try await points("both/train") == [[4, 0.5]])
        #expect(try await points("both/valid") == [[4, 0.25]])
        #expect(try await points("raw") == [[4, 0.5]])
        #expect(try await points("result") == [[4, 2]])
        let histogram = try await answer("histograms/histograms", "bins")[0] as? [Any]
        let buckets = try #require(histogram?[2] as? [[Double]])
        #expect(buckets.map { $0[2] }.reduce(0, +) == 5)
        #expect(buckets.suffix(2).map { $0[2] } == [2, 3])
        for (tag, pixels) in [("mask", [255, 0]), ("films", [9, 9])] as [(String, [UInt8])] {
            let image = try await answer("images/images", tag)[0] as? [String: Any]
            let query = try #require(image?["query"] as? String)
            let items = URLComponents(string: "?\(query)")?.queryItems ?? []
            let key = try #require(items.first { $0.name == "blob_key" }?.value)
            let file = try await server.data("plugin/images/individualImage", ["blob_key": key])
            let picture = try DecodedPNG(Array(file))
            #expect(picture.width == 2 && picture.pixels == pixels, "\(tag)")
        }
        let text = try await answer("text/text", "notes")[0] as? [String: Any]
        #expect((text?["text"] as? String)?.contains("<p>two</p>") == true)
        let sound = try await answer("audio/audio", "tones/audio/1")[0] as? [String: Any]
        #expect(sound?["step"] as? Int == 4)
        let meshes = try await server.data("plugin/mesh/tags") {
            String(decoding: $0, as: UTF8.self).contains("bodies")
        }
        let tags = try JSONSerialization.jsonObject(with: meshes) as? [String: [String: Any]]
        #expect((tags?["run"]?["bodies"] as? [String: Any])?["samples"] as? Int == 2)
        let curve = try await server.data(
            "plugin/pr_curves/pr_curves", ["run": "run", "tag": "curve"]
        ) {
            String(decoding: $0, as: UTF8.self).contains("precision")
        }
        let curves = try JSONSerialization.jsonObject(with: curve) as? [String: [[String: Any]]]
        #expect(curves?["run"]?[0]["true_positives"] as? [Double] == [1, 1])
        let graph = try await server.data("plugin/graphs/graph", ["run": "run"]) {
            String(decoding: $0, as: UTF8.self).contains("layer/y")
        }
        #expect(String(decoding: graph, as: UTF8.self).contains("input: \"x\""))
        let groups = try await server.data(
            "plugin/hparams/session_groups",
            posting: Data(
                #"{"colParams":[],"startIndex":0,"sliceSize":10,"allowedStatuses":["STATUS_SUCCESS"]}"#
                    .utf8)
        ) { String(decoding: $0, as: UTF8.self).contains("[64, 32]") }
        let all = try JSONSerialization.jsonObject(with: groups) as? [String: Any]
        let first = (all?["sessionGroups"] as? [[String: Any]])?.first
        let hparams = first?["hparams"] as? [String: Any]
        #expect(hparams?["rate"] as? Double == 0.1)
        #expect(hparams?["layers"] as? String == "[64, 32]")
        #expect(hparams?["none"] as? String == "none")
    }
}
