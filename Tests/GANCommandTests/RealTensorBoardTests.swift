import Foundation
import TensorBoard
import TestSupport
import Testing

/// A real TensorBoard, in both of its reading modes, on a log that `gan train` wrote.
@Suite(
    .waiting,
    .enabled(
        if: TensorBoardServer.program != nil,
        "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"))
struct RealTensorBoardTests {
    @Test(arguments: ["true", "false"])
    func showsWhatTrainingWrote(loadFast: String) async throws {
        // The second is in a folder within a folder.
        let log = try TrainedLog(runs: ["first", "other/second"], passes: 3)
        let server = try TensorBoardServer(
            logdir: log.path, options: ["--load_fast=\(loadFast)", "--reload_interval=1"])

        let names = Set(log.runs.map(\.name))
        _ = try await server.json("runs", as: [String].self) { Set($0) == names }
        for run in log.runs {
            try await expectScalars(of: run, at: server)
            try await expectHistograms(of: run, at: server)
            try await expectImages(of: run, at: server)
            try await expectGraph(of: run, at: server)
            try await expectWords(of: run, at: server)
        }
        try await expectHParams(of: log, at: server)
    }

    // MARK: The plugins

    func expectScalars(of run: TrainedRun, at server: TensorBoardServer) async throws {
        let tags = try await server.json(
            "plugin/scalars/tags", as: [String: [String: Ignored]].self
        ) { $0[run.name]?.count == 5 }
        #expect(
            tags[run.name].map { Set($0.keys) } == [
                "D_loss/training", "D_loss/validation", "G_loss", "discriminator_loss",
                "generator_loss",
            ])

        for tag in ["discriminator_loss", "generator_loss"] {
            let written = run.values(of: tag)
            // A point is wall time, step and value.
            let points = try await server.json(
                "plugin/scalars/scalars", ["run": run.name, "tag": tag], as: [[Double]].self
            ) { $0.count == written.count }
            #expect(points.map { Int64($0[1]) } == written.map(\.step))
            #expect(
                points.map { Event.ValueContent.scalar(Float($0[2])) } == written.map(\.content))
            #expect(points.map { $0[0] } == written.map(\.wallTime))
            // The generator does not see the images, which summaries are fed others of than training.
            if tag == "generator_loss" {
                #expect(points.map { Float($0[2]) } == run.printedGeneratorLosses)
            }
        }
    }

    func expectHistograms(of run: TrainedRun, at server: TensorBoardServer) async throws {
        for call in ["discriminator", "discriminator_1", "generator"] {
            for layer in ["conv1", "conv2"] {
                for moment in ["mean", "var"] {
                    try await expectHistogram(
                        "\(call)/\(layer)/\(moment)Histogram", of: run, at: server)
                }
            }
        }
    }

    func expectHistogram(
        _ tag: String, of run: TrainedRun, at server: TensorBoardServer
    ) async throws {
        let written = run.values(of: tag)
        let answers = try await server.json(
            "plugin/histograms/histograms", ["run": run.name, "tag": tag],
            as: [HistogramAnswer].self
        ) { $0.count == written.count }
        #expect(answers.map(\.step) == written.map(\.step))
        for (answer, value) in zip(answers, written) {
            guard case .histogram(let histogram) = value.content else {
                Issue.record("\(tag) holds \(value.content)")
                continue
            }
            // TensorBoard may cut empty buckets off, and ends the outer ones at the extremes.
            let counts = histogram.buckets.map(\.count).filter { $0 != 0 }
            #expect(answer.buckets.map { $0[2] }.filter { $0 != 0 } == counts)
            #expect(counts.reduce(0, +) == histogram.count)
            #expect(answer.buckets.first?[0] == histogram.minimum)
            #expect(answer.buckets.last?[1] == histogram.maximum)
        }
    }

    func expectImages(of run: TrainedRun, at server: TensorBoardServer) async throws {
        for tag in (0..<10).map({ "G_z_image/image/\($0)" }) + ["G_z_grid"] {
            let written = run.values(of: tag)
            let answers = try await server.json(
                "plugin/images/images", ["run": run.name, "tag": tag, "sample": "0"],
                as: [ImageAnswer].self
            ) { $0.count == written.count }
            #expect(answers.map(\.step) == written.map(\.step))
            for (answer, value) in zip(answers, written) {
                let key = try #require(answer.blobKey)
                let file = try await server.data(
                    "plugin/images/individualImage", ["blob_key": key])
                guard case .image(let height, let width, let channels, let png) = value.content
                else {
                    Issue.record("\(tag) holds \(value.content)")
                    continue
                }
                #expect(Array(file) == png)
                let image = try DecodedPNG(Array(file))
                #expect(image.height == height)
                #expect(image.width == width)
                #expect(image.channels == channels)
                // The grid has two rows of five images, with gaps of two pixels.
                #expect(image.height == (tag == "G_z_grid" ? 2 * 28 + 2 : 28))
                #expect(image.width == (tag == "G_z_grid" ? 5 * 28 + 4 * 2 : 28))
                #expect(Set(image.pixels).count > 1)
            }
        }
    }

    /// The command, and the chart with both losses.
    func expectWords(of run: TrainedRun, at server: TensorBoardServer) async throws {
        let text = try await server.data(
            "plugin/text/text", ["run": run.name, "tag": "about"],
            until: { String(decoding: $0, as: UTF8.self).contains("gan train --train-times 3") })
        #expect(String(decoding: text, as: UTF8.self).contains("GANBoard"))
        _ = try await server.data(
            "plugin/custom_scalars/layout",
            until: {
                String(decoding: $0, as: UTF8.self).contains(
                    "discriminator: training and validation images")
            })
        let points = try await server.data(
            "plugin/custom_scalars/scalars", ["run": run.name, "tag": "^generator_loss$"])
        #expect(String(decoding: points, as: UTF8.self).contains("generator_loss"))
    }

    /// A row for each run, with what it was trained with and how that went.
    func expectHParams(of log: TrainedLog, at server: TensorBoardServer) async throws {
        let metrics = ["discriminator_loss", "generator_loss"]
        let columns = metrics.map { #"{"metric": {"group": "", "tag": "\#($0)"}}"# }
        let question = """
            {"experimentName": "", "startIndex": 0, "sliceSize": 10, "colParams": [
            {"hparam": "seed"}, {"hparam": "learning_rate"}, \(columns.joined(separator: ", "))],
            "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_RUNNING"]}
            """
        let answer = try await server.data(
            "plugin/hparams/session_groups", posting: Data(question.utf8)
        ) { data in
            let answer = try? JSONDecoder().decode(HParamsAnswer.self, from: data)
            return answer?.sessionGroups.count == log.runs.count
                && answer?.sessionGroups.allSatisfy { $0.metricValues?.count == 5 } ?? false
        }
        let groups = try JSONDecoder().decode(HParamsAnswer.self, from: answer).sessionGroups
        for (seed, run) in log.runs.enumerated() {
            let group = try #require(groups.first { $0.hparams.seed == seed })
            #expect(group.hparams.learningRate == 0.0001)
            #expect(group.hparams.batchSize == 10)
            let loss = group.metricValues?.first { $0.name.tag == "generator_loss" }
            #expect(loss.map { Float($0.value) } == run.printedGeneratorLosses.last)
        }
    }

    func expectGraph(of run: TrainedRun, at server: TensorBoardServer) async throws {
        let info = try await server.json(
            "plugin/graphs/info", as: [String: GraphAnswer].self
        ) { $0[run.name] != nil }
        #expect(info[run.name]?.hasRunGraph == true)

        let data = try await server.data(
            "plugin/graphs/graph",
            [
                "run": run.name, "conceptual": "false", "limit_attr_size": "1024",
                "large_attrs_key": "_too_large_attrs",
            ])
        let text = String(decoding: data, as: UTF8.self)
        let lines = text.split(separator: "\n")
        func fields(_ name: String) -> [String] {
            lines.filter { $0.hasPrefix("  \(name): \"") }.map {
                String($0.dropFirst(name.count + 5).dropLast())
            }
        }
        let names = fields("name")
        for name in [
            "input_x", "discriminator/conv1/Conv2D", "discriminator_1/conv1/Conv2D",
            "generator/conv2/Conv2D", "gradients/AddN_15", "Adam",
        ] {
            #expect(names.contains(name))
        }
        let nodes = try run.graph().messages(1)
        #expect(names == nodes.map { $0.string(1) })
        #expect(fields("op") == nodes.map { $0.string(2) })
        let inputs = nodes.flatMap { node in
            node.fields.filter { $0.number == 3 }.map { field in
                if case .bytes(let bytes) = field.value {
                    String(decoding: bytes, as: UTF8.self)
                } else {
                    ""
                }
            }
        }
        #expect(fields("input") == inputs)
    }
}

// MARK: What TensorBoard answers

/// Anything, which is not looked at.
private struct Ignored: Decodable {}

/// A histogram: wall time, step, and buckets of left end, right end and count.
private struct HistogramAnswer: Decodable {
    let step: Int64
    let buckets: [[Double]]

    init(from decoder: any Decoder) throws {
        var parts = try decoder.unkeyedContainer()
        _ = try parts.decode(Double.self)
        step = try parts.decode(Int64.self)
        buckets = try parts.decode([[Double]].self)
    }
}

/// An image: a step, and the query by which its file is to be asked for.
private struct ImageAnswer: Decodable {
    let step: Int64
    let query: String

    var blobKey: String? {
        URLComponents(string: "?\(query)")?.queryItems?.first { $0.name == "blob_key" }?.value
    }
}

/// The runs that are compared by their hyperparameters.
private struct HParamsAnswer: Decodable {
    let sessionGroups: [Group]

    struct Group: Decodable {
        let hparams: HParams
        let metricValues: [Metric]?
    }

    struct HParams: Decodable {
        let seed, batchSize: Int
        let learningRate: Double

        enum CodingKeys: String, CodingKey {
            case seed
            case batchSize = "batch_size"
            case learningRate = "learning_rate"
        }
    }

    struct Metric: Decodable {
        let name: Name
        let value: Double

        struct Name: Decodable {
            let tag: String
        }
    }
}

/// Which graphs a run has.
private struct GraphAnswer: Decodable {
    let hasRunGraph: Bool

    enum CodingKeys: String, CodingKey {
        case hasRunGraph = "run_graph"
    }
}
