internal import CBenchmarks

/// What the machine can do at best, measured.
final class Bounds {
    private let threads: Threads
    /// Floating-point operations a second, a multiply-add being two.
    let peak: Double
    private var known: [Access: [Int: Double]] = [:]

    /// What is gone through between two looks at the clock, at least.
    private static let leastBytes = 1 << 24

    /// How memory is gone through.
    enum Access: String {
        case reading, updating
    }

    /// What a kernel cannot do without.
    struct Work {
        /// Floating-point operations.
        var operations: Double
        /// Bytes that it goes through, once.
        var bytes: Double
        var access: Access
    }

    init(_ threads: Threads) {
        self.threads = threads
        let repeats = 200_000
        func rate(_ operations: Int32, _ probe: @escaping (Int) -> Float) -> Double {
            let sums = Floats(threads.count)
            let timing = Timing.of(.milliseconds(300)) {
                threads.run(threads.count) { sums.pointer[$0] = probe(repeats) }
            }
            return Double(repeats * Int(operations) * threads.count) / timing.minimum.seconds
        }
        peak = max(
            rate(Int32(PROBE_OPERATIONS_8)) { probe_multiply_add_8($0) },
            rate(Int32(PROBE_OPERATIONS_16)) { probe_multiply_add_16($0) })
    }

    /// Bytes a second through so many bytes, again and again: of the cache that holds them, or of
    /// memory. What is updated counts twice, read and written.
    ///
    /// - Parameter bytes: is rounded up to a power of two.
    func bandwidth(_ access: Access, bytes: Int) -> Double {
        var size = 1 << 15
        while size < bytes { size *= 2 }
        if let known = known[access]?[size] { return known }
        let memory = Floats(size / 4)
        let tasks = threads.count * 2
        let part = memory.count / tasks
        let sums = Floats(tasks)
        // As often as makes the start of the threads' work not count.
        let repeats = max(1, Self.leastBytes / size)
        let timing = Timing.of(.milliseconds(200)) {
            threads.run(tasks) { task in
                let start = memory.pointer + task * part
                for _ in 0..<repeats {
                    switch access {
                    case .reading: sums.pointer[task] = probe_read(start, part)
                    case .updating: probe_update(start, part)
                    }
                }
            }
        }
        let bytes = Double(size * repeats) * (access == .updating ? 2 : 1)
        let rate = bytes / timing.minimum.seconds
        known[access, default: [:]][size] = rate
        return rate
    }

    /// The least seconds for some work, and whether arithmetic is what takes them.
    func limit(_ work: Work) -> (seconds: Double, isArithmetic: Bool) {
        let footprint = work.access == .updating ? work.bytes / 2 : work.bytes
        let arithmetic = work.operations / peak
        let memory = work.bytes / bandwidth(work.access, bytes: Int(footprint))
        return (max(arithmetic, memory), arithmetic > memory)
    }

    func table() -> BenchmarkTable {
        var table = BenchmarkTable(
            "bounds", "The machine's bounds, measured, threads \(threads.count)",
            columns: "bound", "rate", "unit")
        table.add("multiply-add in registers", .number(peak / 1e9), "GFLOP/s")
        for (bytes, name) in [(1 << 17, "128 KB"), (1 << 23, "8 MB"), (1 << 28, "256 MB")] {
            for access in [Access.reading, .updating] {
                table.add(
                    "\(access.rawValue) \(name)", .number(bandwidth(access, bytes: bytes) / 1e9),
                    "GB/s")
            }
        }
        return table
    }
}
