internal import Platform

/// Numbers that follow from a seed, a purpose and an index alone, so that those of any step can be
/// drawn without those before it: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", OOPSLA 2014), started at a hash of the three.
struct RandomStream {
    /// What numbers are drawn for.
    enum Purpose: UInt64 {
        case order = 1
        case noise, labels, mix, shown, reference
    }

    private var state: UInt64

    init(seed: UInt32, _ purpose: Purpose, _ index: Int) {
        state = UInt64(seed) << 32 | purpose.rawValue
        state = next() ^ UInt64(truncatingIfNeeded: index)
        state = next()
    }

    /// 64 random bits.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Leaves out so many draws of 64 bits.
    mutating func skip(_ count: Int) {
        state &+= UInt64(count) &* 0x9E37_79B9_7F4A_7C15
    }

    /// A whole number in 0..<count, each as likely but for one part in 2⁶⁴ / count.
    mutating func below(_ count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// Numbers uniform in 0..<1.
    mutating func uniform(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(next() >> 40) * 0x1p-24 }
    }

    /// Normally distributed numbers of mean 0 and deviation 1, by the transform of Box and Muller.
    mutating func normal(_ count: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in stride(from: 0, to: count, by: 2) {
                let bits = next()
                // In (0, 1], so that its logarithm is finite.
                let u = Float((bits >> 40) + 1) * 0x1p-24
                let angle = 2 * Float.pi * Float(bits & 0xFF_FFFF) * 0x1p-24
                let radius = (-2 * log(u)).squareRoot()
                buffer.initializeElement(at: index, to: radius * cos(angle))
                if index + 1 < count {
                    buffer.initializeElement(at: index + 1, to: radius * sin(angle))
                }
            }
            filled = count
        }
    }

    /// Some of the numbers that ``normal(_:)`` draws from here.
    func normal(_ range: Range<Int>) -> [Float] {
        var stream = self
        // Each draw makes two.
        let start = range.lowerBound / 2
        stream.skip(start)
        return Array(
            stream.normal(range.upperBound - 2 * start).dropFirst(range.lowerBound - 2 * start))
    }

    /// 0..<count in random order.
    mutating func permutation(_ count: Int) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, below(last + 1))
        }
        return order
    }
}
