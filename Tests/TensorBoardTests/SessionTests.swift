import Foundation
import TensorBoard
import TestSupport
import Testing

/// What the HParams tab shows of a run into which several writers have logged.
@Suite(.waiting, .enabled(if: TensorBoardServer.program != nil, "TENSORBOARD names no TensorBoard"))
struct SessionInTensorBoardTests {
    private struct Answer: Decodable {
        let sessionGroups: [Group]

        struct Group: Decodable {
            let name: String
            let hparams: [String: Value]
            let metricValues: [Metric]?
            let sessions: [Session]
        }
        struct Metric: Decodable {
            let name: Name
            let value: Double
            struct Name: Decodable { let tag: String }
        }
        struct Session: Decodable { let status: String? }
        enum Value: Decodable, Equatable {
            case number(Double), text(String)

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let number = try? container.decode(Double.self) {
                    self = .number(number)
                } else {
                    self = .text(try container.decode(String.self))
                }
            }
        }
    }

    /// By a writer each, or by calls of one.
    @Test(arguments: [true, false], [true, false])
    func hyperparametersOfAllAreShown(isFast: Bool, isOneWriter: Bool) async throws {
        let folder = try TemporaryFolder()
        let shared = isOneWriter ? try SummaryWriter(logdir: folder.path(of: "run")) : nil
        func log(_ body: (SummaryWriter) throws -> Void) throws {
            let writer = try shared ?? SummaryWriter(logdir: folder.path(of: "run"))
            try body(writer)
            if shared == nil { try writer.close() }
        }
        func experiment(_ hparam: String, _ metrics: String...) -> HParamsExperiment {
            HParamsExperiment(
                hparams: [.init(hparam, .anyNumber)], metrics: metrics.map { .init($0) })
        }
        try log {
            try $0.addScalar(1, tag: "loss", step: 1)
            try $0.addHParams(
                ["rate": 0.5, "name": "a"], metrics: ["loss": 2],
                experiment: experiment("rate", "loss"))
        }
        // Another script, which judges the run, and one that goes on with it.
        try log {
            try $0.addHParams(
                ["size": 3], metrics: ["accuracy": 0.25],
                experiment: experiment("size", "loss", "accuracy"))
        }
        try log {
            try $0.addHParams(["rate": 0.125])
            try $0.endHParams(status: .failure)
        }
        try shared?.close()
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        let session = try #require(run.values().session)
        #expect(session.hparams == ["rate": 0.125, "name": "a", "size": 3])
        #expect(session.status == .failure)
        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(isFast)"])
        let question = """
            {"startIndex": 0, "sliceSize": 10, "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS",
            "STATUS_FAILURE", "STATUS_RUNNING"], "colParams": [{"metric": {"group": "", "tag": "loss"}},
            {"metric": {"group": "", "tag": "accuracy"}}]}
            """
        let data = try await server.data(
            "plugin/hparams/session_groups", posting: Data(question.utf8)
        ) { data in
            let answer = try? JSONDecoder().decode(Answer.self, from: data)
            return answer?.sessionGroups.first?.metricValues?.count == 2
        }
        let groups = try JSONDecoder().decode(Answer.self, from: data).sessionGroups
        let group = try #require(groups.first)
        #expect(groups.count == 1 && group.name == "run")
        #expect(
            group.hparams == ["rate": .number(0.125), "name": .text("a"), "size": .number(3)])
        let metrics = (group.metricValues ?? []).map { "\($0.name.tag) \($0.value)" }
        #expect(metrics.sorted() == ["accuracy 0.25", "loss 2.0"])
        #expect(group.sessions.map(\.status) == ["STATUS_FAILURE"])
    }

    /// A run of one writer that says all once has no such file; nor has one whose later writers say
    /// nothing of it.
    @Test func noFileWithoutNeed() throws {
        let folder = try TemporaryFolder()
        for number in 0..<3 {
            let writer = try SummaryWriter(logdir: folder.path)
            if number == 1 { try writer.addHParams(["rate": 0.5], metrics: ["loss": 2]) }
            try writer.addScalar(1, tag: "loss", step: 7)
            try writer.close()
        }
        #expect(try folder.names().count == 3)
        // The same once more changes nothing either.
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addHParams(["rate": 0.5])
        try writer.close()
        #expect(try folder.names().count == 4)
    }
}
