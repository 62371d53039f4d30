/// What a step by several processes takes, by what computing and messages take alone.
///
/// A process sums its gradients bucket by bucket, each as soon as it is there. A bucket of b bytes goes
/// through 2 log₂ n exchanges of 2 (n - 1)/n · b bytes in all (recursive halving and doubling), of which
/// each waits for the latency α:
///
///     link(b) = 2 log₂ n · α + 2 (n - 1)/n · b · β
///
/// The link takes one bucket after the other; the processor does a part κ · b of that itself, copying and
/// adding, which delays what it computes. Then each bucket makes its steps of Adam, in the same order,
/// when its sum is there.
struct CostModel {
    /// Seconds that a message takes to arrive, without its bytes.
    var latency: Double
    /// Seconds a byte on the link, both ways at once.
    var secondsPerByte: Double
    /// Seconds a byte of the processor.
    var processorPerByte = 0.0

    /// What one process computes in a step.
    struct Computing {
        /// Seconds in all.
        var total: Double
        /// After how many seconds each bucket is there, in order.
        var ready: [Double]
        /// The bytes of each.
        var bytes: [Double]

        /// A step that is so much longer.
        func scaled(by factor: Double) -> Computing {
            Computing(total: total * factor, ready: ready.map { $0 * factor }, bytes: bytes)
        }
    }

    /// Seconds that a sum of so many bytes takes on the link.
    func link(_ bytes: Double, processes: Int) -> Double {
        let rounds = 2 * Double(processes.trailingZeroBitCount)
        return rounds * latency + sent(bytes, processes) * secondsPerByte
    }

    /// The bytes that a process sends for a sum of so many.
    func sent(_ bytes: Double, _ processes: Int) -> Double {
        2 * Double(processes - 1) / Double(processes) * bytes
    }

    /// Seconds of a step.
    func step(_ computing: Computing, processes: Int) -> Double {
        guard processes > 1, let last = computing.ready.last else { return computing.total }
        let all = computing.bytes.reduce(0, +)
        // The processor's part, as far as it is done before the last gradients are there.
        var (delay, free) = (0.0, 0.0)
        var arrivals: [Double] = []
        for (ready, bytes) in zip(computing.ready, computing.bytes) {
            free = max(free, ready + delay) + link(bytes, processes: processes)
            arrivals.append(free)
            if ready < last { delay += sent(bytes, processes) * processorPerByte }
        }
        var time = last + delay
        for (arrival, bytes) in zip(arrivals, computing.bytes) {
            time = max(time, arrival) + (computing.total - last) * bytes / max(all, 1)
        }
        return time
    }

    /// The part of the sums' time that goes by behind computing, in 0...1, by the model.
    func hidden(_ computing: Computing, processes: Int) -> Double {
        let alone = computing.bytes.reduce(0) { $0 + link($1, processes: processes) }
        guard alone > 0 else { return 0 }
        return 1 - (step(computing, processes: processes) - computing.total) / alone
    }
}
