import TensorGraph
import TestSupport

/// Processes that speak to each other, each of which is a thread here.
enum Processes {
    /// What each of so many processes gives.
    ///
    /// - Parameter wantsThread: whether messages move while a process computes, as between hosts.
    static func run<Result: Sendable>(
        _ count: Int, wantsThread: Bool = true,
        _ body: @escaping @Sendable (MessageCommunicator) throws -> Result
    ) throws -> [Result] {
        let group = LocalMessenger.Group(count: count)
        return try concurrently(count) {
            let link = LocalMessenger(rank: $0, group, wantsThread: wantsThread)
            return try body(MessageCommunicator(link))
        }
    }
}
