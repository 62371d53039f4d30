import Foundation
import TensorBoard
import TestSupport
import Testing

/// The HParams tab of a run that was resumed, or that is in the log folder itself, in a real
/// TensorBoard, through both of its readers.
@Suite(.waiting, .enabled(if: TensorBoardServer.program != nil, "there is no TensorBoard"))
struct ResumedHParamsTests {
    private struct Answer: Decodable {
        let sessionGroups: [Group]

        struct Group: Decodable {
            let name: String
            let hparams: [String: Double]
            let metricValues: [Metric]?
            let sessions: [Session]
        }
        struct Metric: Decodable {
            let name: Name
            let value: Double
            struct Name: Decodable { let tag: String }
        }
        struct Session: Decodable { let status: String? }
    }

    @Test(arguments: ["r", "."], [true, false])
    func followsAResume(run: String, fast: Bool) async throws {
        let command = try Command()
        let first = try command.run("train", "--run", run, "--train-times", "1", "--seed", "5")
        try #require(first.status == 0, "\(first.errors)")
        let second = try command.run(
            "train", "--run", run, "--resume", "--train-times", "3", "--learning-rate", "0.0002")
        try #require(second.status == 0, "\(second.errors)")

        let server = try TensorBoardServer(
            logdir: command.folder.path(of: "log"), options: ["--load_fast=\(fast)"])
        let metrics = ["D_loss/training", "generator_loss"]
        let question = """
            {"startIndex": 0, "sliceSize": 10, "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS",
            "STATUS_FAILURE", "STATUS_RUNNING"], "colParams": [
            \(metrics.map { "{\"metric\": {\"group\": \"\", \"tag\": \"\($0)\"}}" }.joined(separator: ", "))]}
            """
        let data = try await server.data(
            "plugin/hparams/session_groups", posting: Data(question.utf8)
        ) { data in
            let answer = try? JSONDecoder().decode(Answer.self, from: data)
            return answer?.sessionGroups.first?.metricValues?.count == 5
        }
        let groups = try JSONDecoder().decode(Answer.self, from: data).sessionGroups
        #expect(groups.count == 1)
        let group = try #require(groups.first)
        #expect(group.hparams["train_times"] == 3 && group.hparams["learning_rate"] == 0.0002)
        #expect(group.hparams["seed"] == 5)
        #expect(Set(metrics).isSubset(of: group.metricValues?.map(\.name.tag) ?? []))
        #expect(group.sessions.map(\.status) == ["STATUS_SUCCESS"])
    }
}
