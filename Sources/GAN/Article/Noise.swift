/// Noise as `np.random.seed(seed); np.random.uniform(-1, 1, …)` draws it: the Mersenne Twister
/// MT19937 (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998), two outputs to a double of 53 bits.
///
/// The same seed feeds the generator the very noise that the article's script feeds it.
struct Noise {
    private var state: [UInt32]
    private var place = 624

    init(seed: UInt32) {
        state = [seed]
        for index in 1..<624 {
            let last = state[index - 1]
            state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(index))
        }
    }

    /// `count` numbers, uniform in [-1, 1).
    mutating func uniform(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float(-1 + 2 * nextDouble()) }
    }

    private mutating func nextDouble() -> Double {
        let (high, low) = (next() >> 5, next() >> 6)
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    private mutating func next() -> UInt32 {
        if place == 624 { twist() }
        var y = state[place]
        place += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    private mutating func twist() {
        for index in 0..<624 {
            let y = (state[index] & 0x8000_0000) | (state[(index + 1) % 624] & 0x7FFF_FFFF)
            state[index] = state[(index + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
        }
        place = 0
    }
}
