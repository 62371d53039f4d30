import Foundation
import Synchronization
import TensorGraph

/// Processes that speak to each other, each of which is a thread here.
enum Processes {
    /// What each of so many processes gives.
    static func run<Result: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (MessageCommunicator<LocalMessenger>) throws -> Result
    ) throws -> [Result] {
        let group = LocalMessenger.Group(count: count)
        let results = Gathered<Result>()
        let done = DispatchSemaphore(value: 0)
        for rank in 0..<count {
            Thread {
                let communicator = MessageCommunicator(LocalMessenger(rank: rank, group))
                let result = Swift.Result { () throws -> Result in try body(communicator) }
                results.values.withLock { $0[rank] = result }
                done.signal()
            }.start()
        }
        for _ in 0..<count { done.wait() }
        return try results.values.withLock { values in
            try (0..<count).compactMap { try values[$0]?.get() }
        }
    }

    private final class Gathered<Value: Sendable>: Sendable {
        let values: Mutex<[Int: Result<Value, any Error>]> = Mutex([:])
    }
}
