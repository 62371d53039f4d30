import CKernels
import Foundation
import Synchronization
import Testing

@Suite struct PoolTests {
    /// Runs a job that counts the runs of each index.
    private func runs(_ pool: OpaquePointer?, _ count: Int) -> [Int32] {
        var runs = [Int32](repeating: 0, count: count)
        runs.withUnsafeMutableBufferPointer {
            kernel_pool_run(
                pool, count, { $0?.assumingMemoryBound(to: Int32.self)[$1] += 1 }, $0.baseAddress)
        }
        return runs
    }

    @Test(arguments: [-1, 0, 1, 2, 3, 7] as [Int32])
    func runsEachIndexOnce(threads: Int32) {
        let pool = kernel_pool_create(threads)
        defer { kernel_pool_destroy(pool) }
        #expect(kernel_pool_threads(pool) == max(1, threads))
        for count in [0, 1, 2, 3, 10, 1000] {
            #expect(runs(pool, count) == [Int32](repeating: 1, count: count))
        }
    }

    @Test func withoutAPool() {
        #expect(kernel_pool_threads(nil) == 1)
        #expect(runs(nil, 5) == [1, 1, 1, 1, 1])
        kernel_pool_destroy(nil)
    }

    /// Jobs of all sizes back to back, and now and then a pause that is long enough for the workers to park.
    @Test func survivesManyShortJobs() {
        let pool = kernel_pool_create(4)
        defer { kernel_pool_destroy(pool) }
        var numbers = Numbers(state: 1)
        for job in 0..<20_000 {
            let count = Int.random(in: 1...12, using: &numbers)
            #expect(runs(pool, count).allSatisfy { $0 == 1 })
            if job % 4000 == 0 { idle() }
        }
    }

    /// What the threads of a job tell each other.
    private final class Board: Sendable {
        let count: Int
        let begun = Atomic<Int>(0)
        let threads: Mutex<[Int: pthread_t]> = Mutex([:])

        init(count: Int) { self.count = count }

        /// Runs `body` for each index.
        func run(
            _ pool: OpaquePointer?, _ body: @escaping @Sendable (Board, Int) -> Void
        ) {
            let job = Job(board: self, body: body)
            kernel_pool_run(
                pool, count,
                { context, index in
                    guard let context else { return }
                    let job = Unmanaged<Job>.fromOpaque(context).takeUnretainedValue()
                    job.body(job.board, index)
                }, Unmanaged.passUnretained(job).toOpaque())
        }
    }

    private final class Job: Sendable {
        let board: Board
        let body: @Sendable (Board, Int) -> Void

        init(board: Board, body: @escaping @Sendable (Board, Int) -> Void) {
            self.board = board
            self.body = body
        }
    }

    /// What a thread wrote in one job it finds in its cache in the next.
    @Test func aThreadKeepsItsShare() {
        let pool = kernel_pool_create(2)
        defer { kernel_pool_destroy(pool) }
        let board = Board(count: 2)
        var workers: Set<pthread_t> = []
        for job in 1...100 {
            board.run(pool) { board, index in
                board.threads.withLock { $0[index] = pthread_self() }
                // Both indices are run at once, so by different threads.
                let all = (board.begun.add(1, ordering: .relaxed).newValue + 1) / 2 * 2
                while board.begun.load(ordering: .relaxed) < all {}
            }
            let threads = board.threads.withLock { $0 }
            #expect(threads[0] == pthread_self(), "job \(job)")
            workers.formUnion(threads[1].map { [$0] } ?? [])
        }
        #expect(workers.count == 1)
    }

    /// An index that waits for all others does not keep those of its share waiting.
    @Test(arguments: [0, 5, 9]) func othersTakeTheRestOfAShare(held: Int) {
        let pool = kernel_pool_create(2)
        defer { kernel_pool_destroy(pool) }
        let board = Board(count: 10)
        board.threads.withLock { $0[held] = pthread_self() }
        board.run(pool) { board, index in
            board.begun.add(1, ordering: .relaxed)
            guard board.threads.withLock({ $0[index] != nil }) else { return }
            while board.begun.load(ordering: .relaxed) < board.count {}
        }
        #expect(board.begun.load(ordering: .relaxed) == 10)
    }

    /// While the caller waits for a worker it does what is to be done aside, and nothing more when that
    /// is taken away.
    @Test func doesAsidesWhileItWaits() {
        let pool = kernel_pool_create(2)
        defer { kernel_pool_destroy(pool) }
        let board = Board(count: 2)
        let counts = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        defer { counts.deallocate() }
        for isOffered in [true, false, true] {
            counts.pointee = 0
            if isOffered {
                kernel_pool_set_aside(
                    pool,
                    { context in
                        guard let counts = context?.assumingMemoryBound(to: Int.self),
                            counts.pointee < 5
                        else { return false }
                        counts.pointee += 1
                        return true
                    }, counts)
            } else {
                kernel_pool_set_aside(pool, nil, nil)
            }
            board.begun.store(0, ordering: .relaxed)
            board.run(pool) { board, index in
                // Both begin before the worker takes its time.
                board.begun.add(1, ordering: .relaxed)
                while board.begun.load(ordering: .relaxed) < board.count {}
                guard index == 1 else { return }
                let end = ContinuousClock.now + .milliseconds(20)
                while ContinuousClock.now < end {}
            }
            #expect(counts.pointee == (isOffered ? 5 : 0))
        }
    }

    private func idle() {
        let clock = ContinuousClock()
        let end = clock.now + .milliseconds(20)
        while clock.now < end {}
    }

    /// Two indices: the caller's takes until another thread has begun the other one, or some time.
    private final class Meeting: Sendable {
        let caller = pthread_self()
        let isSlow = Atomic(true)
        let elsewhere = Atomic(0)

        /// Whether another thread has had a part in it.
        func happens(in pool: OpaquePointer?) -> Bool {
            elsewhere.store(0, ordering: .relaxed)
            kernel_pool_run(
                pool, 2,
                { context, _ in
                    guard let context else { return }
                    Unmanaged<Meeting>.fromOpaque(context).takeUnretainedValue().attend()
                }, Unmanaged.passUnretained(self).toOpaque())
            return elsewhere.load(ordering: .relaxed) > 0
        }

        private func attend() {
            if pthread_equal(pthread_self(), caller) == 0 {
                elsewhere.add(1, ordering: .relaxed)
                if isSlow.load(ordering: .relaxed) { usleep(5000) }
            } else {
                for _ in 0..<20 where elsewhere.load(ordering: .relaxed) == 0 { usleep(50) }
            }
        }
    }

    /// A worker that holds the caller up, as one does whose core the kernel gives to other processes,
    /// gets nothing for a while, and is tried again.
    @Test func whoIsWaitedForRests() throws {
        let pool = kernel_pool_create(2)
        defer { kernel_pool_destroy(pool) }
        let meeting = Meeting()
        /// Whether meetings happen, or not, eight times on end, within so many seconds.
        func comes(_ happens: Bool, within seconds: Double) -> Bool {
            let deadline = ContinuousClock.now + .seconds(seconds)
            var onEnd = 0
            while onEnd < 8, ContinuousClock.now < deadline {
                onEnd = meeting.happens(in: pool) == happens ? onEnd + 1 : 0
            }
            return onEnd == 8
        }
        #expect(comes(true, within: 30))
        #expect(comes(false, within: 30))
        meeting.isSlow.store(false, ordering: .relaxed)
        #expect(comes(true, within: 30))
    }

    @Test(arguments: [1, 2, 3]) func aLimitLeavesTheOthersOut(threads: Int32) {
        let pool = kernel_pool_create(3)
        defer { kernel_pool_destroy(pool) }
        kernel_pool_limit(pool, threads)
        for count in [1, 2, 3, 100] {
            #expect(runs(pool, count) == [Int32](repeating: 1, count: count))
        }
        #expect(kernel_pool_threads(pool) == 3)
        kernel_pool_limit(pool, 100)
        #expect(runs(pool, 9) == [Int32](repeating: 1, count: 9))
    }

    @Test func poolsComeAndGo() {
        for threads in 1...20 {
            let pool = kernel_pool_create(Int32(threads % 5))
            if threads.isMultiple(of: 2) { #expect(runs(pool, 3) == [1, 1, 1]) }
            kernel_pool_destroy(pool)
        }
    }

    /// Within a job denormals are zero in every thread, the caller's too; outside the caller keeps its mode.
    @Test func flushesDenormals() {
        let pool = kernel_pool_create(3)
        defer { kernel_pool_destroy(pool) }
        var values = [Float](repeating: Float.leastNormalMagnitude, count: 64)
        values.withUnsafeMutableBufferPointer {
            kernel_pool_run(
                pool, $0.count, { $0?.assumingMemoryBound(to: Float.self)[$1] *= 0.5 },
                $0.baseAddress)
        }
        #expect(values.allSatisfy { $0 == 0 })
        var half: Float = 0.5
        withUnsafeMutablePointer(to: &half) { kernel_square($0, [Float.leastNormalMagnitude], 0) }
        #expect(half * Float.leastNormalMagnitude != 0)

        let state = kernel_denormals_flush()
        #expect(half * Float.leastNormalMagnitude == 0)
        kernel_denormals_restore(state)
        #expect(half * Float.leastNormalMagnitude != 0)
    }
}
