import Foundation
import Synchronization
public import Testing

/// Lets a test wait for processes, servers or the clock on one of some threads of its own.
///
/// Tests run on as many threads as there are processors. One that waits there keeps a processor from
/// those that compute. Not for a test with a time limit, which counts from before it has a thread.
public struct WaitingTrait: TestTrait, SuiteTrait, TestScoping {
    /// All tests of a suite wait.
    public var isRecursive: Bool { true }

    /// Runs a test on one of the threads.
    public func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        try await withTaskExecutorPreference(WaitingThreads.shared) { try await function() }
    }
}

extension Trait where Self == WaitingTrait {
    /// The test waits for processes, servers or the clock.
    public static var waiting: Self { WaitingTrait() }
}

/// Threads for tests that wait: so many wait at once.
private final class WaitingThreads: TaskExecutor {
    static let shared = WaitingThreads(count: ProcessInfo.processInfo.activeProcessorCount + 2)

    private let jobs = Mutex<[UnownedJob]>([])
    private let available = DispatchSemaphore(value: 0)

    private init(count: Int) {
        for _ in 0..<count {
            let thread = Thread { [unowned self] in
                while true { runNext() }
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        available.signal()
    }

    private func runNext() {
        available.wait()
        let job = jobs.withLock { $0.removeFirst() }
        job.runSynchronously(on: asUnownedTaskExecutor())
    }
}
