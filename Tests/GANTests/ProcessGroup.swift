import Checkpoints
import Datasets
import Foundation
import Synchronization
import TensorGraph
import TestSupport

@testable import GAN

/// Training by several processes, each of which is a thread here.
enum ProcessGroup {
    /// Runs `body` in each of so many processes, with its communicator.
    ///
    /// - Returns: what each gives, by its number.
    static func run<Result: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (any Communicator) throws -> Result
    ) throws -> [Result] {
        let results = Results<Result>(count)
        let done = DispatchSemaphore(value: 0)
        for rank in 0..<count {
            let thread = Thread {
                let messenger = LocalMessenger(rank: rank, results.group)
                results.set(
                    rank,
                    .init { () throws -> Result in
                        try body(MessageCommunicator(messenger))
                    })
                done.signal()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        for _ in 0..<count { done.wait() }
        return try results.all()
    }

    private final class Results<Value: Sendable>: Sendable {
        let group: LocalMessenger.Group
        private let values: Mutex<[Int: Swift.Result<Value, any Error>]> = Mutex([:])

        init(_ count: Int) { group = .init(count: count) }

        func set(_ rank: Int, _ value: Swift.Result<Value, any Error>) {
            values.withLock { $0[rank] = value }
        }

        func all() throws -> [Value] {
            try values.withLock { values in
                try (0..<values.count).compactMap { try values[$0]?.get() }
            }
        }
    }
}

/// What a training leaves: the losses of each pass, by their bits, and a hash of each tensor of its last
/// checkpoint.
struct Trace: Equatable, Sendable {
    var losses: [[UInt32]] = []
    var checkpoint: [String: UInt64] = [:]
    var end = TrainingResult.End.done

    /// Trains by so many processes, each with as many threads as its number says.
    ///
    /// - Parameters:
    ///   - steps: after how many steps a process wishes to stop, by its number; `nil` for never.
    static func of<R: Recipe>(
        _ options: TrainingOptions<R>, processes: Int,
        stops: @escaping @Sendable (Int) -> Int? = { _ in nil }
    ) throws -> Trace {
        let traces = try ProcessGroup.run(processes) { communicator in
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
