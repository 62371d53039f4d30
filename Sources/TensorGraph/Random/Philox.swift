/// The counter-based generator Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011), keyed as TensorFlow keys it.
struct Philox {
    private var counter: (UInt32, UInt32, UInt32, UInt32)
    private let key: (UInt32, UInt32)

    /// The generator that a TensorFlow op with the attributes `seed` and `seed2` starts with.
    init(seed: UInt64, seed2: UInt64) {
        key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        counter = (0, 0, UInt32(truncatingIfNeeded: seed2), UInt32(truncatingIfNeeded: seed2 >> 32))
    }

    /// The next four numbers, each uniform over all 32-bit integers.
    mutating func next() -> (UInt32, UInt32, UInt32, UInt32) {
        var (x0, x1, x2, x3) = counter
        var (k0, k1) = key
        for _ in 0..<10 {
            let a = UInt64(x0) * 0xD251_1F53
            let b = UInt64(x2) * 0xCD9E_8D57
            (x0, x1, x2, x3) = (
                UInt32(b >> 32) ^ x1 ^ k0, UInt32(truncatingIfNeeded: b),
                UInt32(a >> 32) ^ x3 ^ k1, UInt32(truncatingIfNeeded: a)
            )
            k0 &+= 0x9E37_79B9
            k1 &+= 0xBB67_AE85
        }
        skip(1)
        return (x0, x1, x2, x3)
    }

    /// Passes over `count` calls of `next`.
    mutating func skip(_ count: UInt64) {
        let low = UInt64(counter.0) | UInt64(counter.1) << 32
        let (sum, overflow) = low.addingReportingOverflow(count)
        counter.0 = UInt32(truncatingIfNeeded: sum)
        counter.1 = UInt32(truncatingIfNeeded: sum >> 32)
        guard overflow else { return }
        counter.2 &+= 1
        if counter.2 == 0 { counter.3 &+= 1 }
    }
}

/// How far a random op has drawn: every run draws on.
final class RandomState {
    var generator: Philox

    init(_ generator: Philox) {
        self.generator = generator
    }
}
