import Foundation
import Synchronization

/// Calls `body` in so many threads at once, whatever the number of processors.
///
/// - Parameter body: is given its thread's number, from 0.
/// - Returns: what each gives, by its number.
/// - Throws: what the first of them by number has thrown, when all are done.
public func concurrently<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Result
) throws -> [Result] {
    let gathered = Gathered<Result>()
    let done = DispatchSemaphore(value: 0)
    for number in 0..<count {
        let thread = Thread {
            let result = Swift.Result { () throws -> Result in try body(number) }
            gathered.results.withLock { $0[number] = result }
            done.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    for _ in 0..<count { done.wait() }
    return try gathered.results.withLock { results in
        try (0..<count).compactMap { try results[$0]?.get() }
    }
}

private final class Gathered<Value: Sendable>: Sendable {
    let results: Mutex<[Int: Result<Value, any Error>]> = Mutex([:])
}
