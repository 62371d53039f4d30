import TensorGraph
import TestSupport

/// Processes that speak to each other, each of which is a thread here.
enum Processes {
    /// What each of so many processes gives.
    static func run<Result: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (MessageCommunicator<LocalMessenger>) throws -> Result
    ) throws -> [Result] {
        let group = LocalMessenger.Group(count: count)
        return try concurrently(count) {
            try body(MessageCommunicator(LocalMessenger(rank: $0, group)))
        }
    }
}
