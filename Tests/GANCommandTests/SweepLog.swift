import Checkpoints
import Foundation
import GAN
import TensorBoard
import TestSupport
import Testing

/// A sweep of runs that take no time, and what it has left.
struct SweepLog {
    let command: Command
    let logdir: String

    /// Networks so small that a pass takes a millisecond.
    static let networks = [
        "--recipe", "dcgan", "--width", "2", "--hidden", "0", "--noise-size", "4", "--batch-size",
        "4",
    ]

    init(_ command: Command, logdir: String = "s") {
        (self.command, self.logdir) = (command, logdir)
    }

    /// The words of a sweep in the folder.
    func words(_ flags: [String]) -> [String] {
        ["sweep", "--logdir", logdir] + Self.networks + flags
    }

    /// Sweeps to the end.
    @discardableResult
    func run(_ flags: String..., status: Int32 = 0) throws -> Outcome {
        let outcome = try command.run(words(flags))
        #expect(outcome.status == status, "\(outcome.output) \(outcome.errors)")
        return outcome
    }

    /// The runs' names without what all have in common.
    func names() throws -> [String] { try command.names(logdir).map(Self.short) }

    private static func short(_ name: String) -> String {
        name.split(separator: ",").filter { part in
            !["recipe", "width", "hidden", "noise-size", "batch-size", "ema"].contains {
                part.hasPrefix("\($0)=")
            }
        }.joined(separator: ",")
    }

    /// A run's folder below the log folder, by its name without what all have in common.
    func run(_ name: String) throws -> String {
        try #require(try command.names(logdir).first { Self.short($0) == name })
    }

    /// A run's folder.
    func path(_ name: String) throws -> String {
        command.folder.path(of: "\(logdir)/\(try run(name))")
    }

    /// What is known of a run.
    func record(_ name: String) throws -> RunRecord {
        try #require(try RunRecord(folder: path(name)))
    }

    /// The bytes of a run's newest checkpoint.
    func checkpoint(_ name: String) throws -> Data {
        try Self.checkpoint(path: path(name))
    }

    static func checkpoint(path: String) throws -> Data {
        let newest = try #require(try NewestCheckpoint(in: path))
        #expect(newest.passedOver.isEmpty)
        return try checkpointData(of: newest.prefix)
    }

    /// The values of a tag in all of a run's files, by their steps: TensorBoard would show each.
    func curve(_ name: String, _ tag: String = "D_loss/training") throws -> [Int64: [Double]] {
        var curve: [Int64: [Double]] = [:]
        let log = try EventLog(folder: path(name))
        let values = try #require(log.runs.first { $0.name == "." }).values()
        for point in values[tag]?.scalars ?? [] {
            curve[point.step, default: []].append(point.value)
        }
        return curve
    }

    /// Sees that two runs came to the same, and that neither has a step twice.
    func expectSame(_ name: String, as other: SweepLog) throws {
        #expect(try checkpoint(name) == other.checkpoint(name))
        let (one, two) = (try curve(name), try other.curve(name))
        #expect(one == two, "\(name)")
        #expect(one.values.allSatisfy { $0.count == 1 }, "\(name)")
    }
}
