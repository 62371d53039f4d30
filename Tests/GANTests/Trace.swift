import Checkpoints
import Datasets
import TensorGraph
import TestSupport

@testable import GAN

/// What a training leaves: the losses of each pass, by their bits, and a hash of each tensor of its last
/// checkpoint.
struct Trace: Equatable, Sendable {
    var losses: [[UInt32]] = []
    var checkpoint: [String: UInt64] = [:]
    var end = TrainingResult.End.done

    /// Trains by so many processes, each a thread here, with one or two threads of its own.
    ///
    /// - Parameters:
    ///   - steps: after how many steps a process wishes to stop, by its number; `nil` for never.
    static func of<R: Recipe>(
        _ options: TrainingOptions<R>, processes: Int,
        stops: @escaping @Sendable (Int) -> Int? = { _ in nil }
    ) throws -> Trace {
        let group = LocalMessenger.Group(count: processes)
        let traces = try concurrently(processes) { rank in
            let communicator = MessageCommunicator(LocalMessenger(rank: rank, group))
            var options = options
            options.threads = 1 + communicator.rank % 2
            if communicator.rank > 0 {
                options.runFolder += "-\(communicator.rank)"
                // As the program has it: the first process alone knows of checkpoints.
                options.checkpointEvery = nil
            }
            var (trace, asked) = (Trace(), 0)
            let result = try train(options, data: .sample, communicator: communicator) {
                asked += 1
                return stops(communicator.rank).map { asked > $0 } ?? false
            } report: { event in
                guard case .pass(let report) = event else { return }
                trace.losses.append(
                    [report.discriminatorLoss, report.generatorLoss].map(\.bitPattern))
            }
            trace.end = result.end
            guard communicator.rank == 0, let prefix = result.checkpoint else { return trace }
            let checkpoint = try Checkpoint(opening: prefix)
            for tensor in checkpoint.tensors {
                trace.checkpoint[tensor.name] = Self.hash(
                    try checkpoint.tensor(named: tensor.name).bytes)
            }
            return trace
        }
        for trace in traces {
            guard trace.losses == traces[0].losses else { throw ProcessesDiffer() }
        }
        return traces[0]
    }

    /// Fowler, Noll and Vo's hash of 64 bits, FNV-1a.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    struct ProcessesDiffer: Error {}
}
