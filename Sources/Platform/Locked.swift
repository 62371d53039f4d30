/// A value that one thread at a time may use.
///
/// Over POSIX's mutex and not the standard library's, which ThreadSanitizer does not know on Linux.
package final class Locked<Value>: @unchecked Sendable {
    private let monitor = Monitor()
    private var value: Value

    package init(_ value: Value) {
        self.value = value
    }

    /// Gives the value to a closure while no other thread has it.
    package func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try monitor.locked { () throws(Failure) in try body(&value) }
    }
}
