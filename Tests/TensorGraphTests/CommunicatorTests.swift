import Foundation
import Synchronization
import TensorGraph
import Testing

/// Sums, broadcasts and gathered bytes over messages between threads.
@Suite struct CommunicatorTests {
    /// What each of so many processes gives.
    private func run<Result: Sendable>(
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

    /// Numbers of which no two orders of summing give the same bits.
    private static func numbers(_ rank: Int, _ count: Int) -> [Float] {
        (0..<count).map { index in
            let bits = UInt32(truncatingIfNeeded: (rank + 1) &* 2_654_435_761 &* (index &+ 17))
            return Float(bits % 10_007)
                * Float(sign: .plus, exponent: Int(bits % 23) - 11, significand: 1)
        }
    }

    private static func tree(_ parts: [[Float]]) -> [Float] {
        guard parts.count > 1 else { return parts[0] }
        let half = parts.count / 2
        return zip(tree(Array(parts[..<half])), tree(Array(parts[half...]))).map { $0 + $1 }
    }

    /// Sums of any length are those of the tree, to the bit, in all processes.
    @Test(arguments: [1, 2, 4, 8], [1, 2, 3, 7, 1024, 1025, 1031, 40_000])
    func sums(processes: Int, count: Int) throws {
        let results = try run(processes) { communicator in
            var numbers = Self.numbers(communicator.rank, count)
            var others = Self.numbers(communicator.rank + 100, 2 * count)
            try numbers.withUnsafeMutableBufferPointer { numbers in
                try others.withUnsafeMutableBufferPointer { others in
                    try communicator.beginSum(numbers)
                    try communicator.advanceSums()
                    try communicator.beginSum(others)
                    try communicator.finishSums()
                }
            }
            return [numbers, others]
        }
        let expected = Self.tree((0..<processes).map { Self.numbers($0, count) })
        let others = Self.tree((0..<processes).map { Self.numbers($0 + 100, 2 * count) })
        for result in results { #expect(result == [expected, others]) }
    }

    /// A process sends what a ring would have it send, but for few numbers.
    @Test func sendsLittle() throws {
        for processes in [2, 4, 8] {
            let sent = try run(processes) { communicator in
                var numbers = [Float](repeating: 1, count: 100_000)
                try numbers.withUnsafeMutableBufferPointer {
                    try communicator.beginSum($0)
                    try communicator.finishSums()
                }
                return communicator.sentBytes
            }
            let ring = 2 * 400_000 * (processes - 1) / processes
            #expect(sent == Array(repeating: ring, count: processes))
        }
    }

    @Test(arguments: [1, 2, 4, 8])
    func broadcastsAndGathers(processes: Int) throws {
        let results = try run(processes) { communicator in
            let told = try communicator.broadcast(
                communicator.isFirst ? Array("the first one's".utf8) : [9])
            let own = [UInt8](repeating: UInt8(communicator.rank), count: communicator.rank * 3)
            return [told] + (try communicator.gather(own))
        }
        let expected =
            [Array("the first one's".utf8)]
            + (0..<processes).map { [UInt8](repeating: UInt8($0), count: $0 * 3) }
        for result in results { #expect(result == expected) }
    }
}
