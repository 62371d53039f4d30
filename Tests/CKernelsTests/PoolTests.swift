import CKernels
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

    private func idle() {
        let clock = ContinuousClock()
        let end = clock.now + .milliseconds(20)
        while clock.now < end {}
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
