import Platform
import RecordIO

/// The processors of the machine that a sweep may fill with runs.
enum Processors {
    /// Those that this process is bound to, as by `taskset` and by schedulers; and where it is bound to
    /// none, but others were started beside it by `mpirun`, its part.
    static var own: Int {
        let all = System.processorCount
        if let bound, bound < all { return max(1, bound) }
        let names = ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"]
        let beside = names.lazy.compactMap { name in
            getenv(name).flatMap { Int(String(cString: $0)) }
        }.first
        return max(1, all / max(1, beside ?? 1))
    }

    /// How many processors this process may run on; `nil` where the system does not tell.
    private static var bound: Int? {
        let descriptor = Descriptor.open("/proc/self/status", O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 14)
        let count = read(descriptor, &bytes, bytes.count)
        return bound(status: String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self))
    }

    /// The processors in a process's status, as `Cpus_allowed:\tff,ffffffff`: a bit for each.
    static func bound(status: String) -> Int? {
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed:") }
        guard let mask = line?.drop(while: { $0 != "\t" }).dropFirst() else { return nil }
        let digits = mask.compactMap(\.hexDigitValue)
        return digits.isEmpty ? nil : digits.reduce(0) { $0 + $1.nonzeroBitCount }
    }
}
