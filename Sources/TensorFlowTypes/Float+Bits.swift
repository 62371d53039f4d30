// Numbers of 16 bits, by their bits. Not by `Float16`, which some systems lack.

extension Float {
    /// The number whose IEEE 754 binary16 has these bits.
    package init(halfBits bits: UInt16) {
        let sign: Float = bits & 0x8000 == 0 ? 1 : -1
        let (exponent, fraction) = (Int(bits >> 10 & 0x1f), UInt32(bits & 0x3ff))
        switch exponent {
        case 0: self = sign * Float(fraction) * 0x1p-24
        case 31:
            self.init(bitPattern: UInt32(bits & 0x8000) << 16 | 0x7f80_0000 | fraction << 13)
        default:
            let scale = Float(sign: .plus, exponent: exponent - 25, significand: 1)
            self = sign * Float(1024 + fraction) * scale
        }
    }

    /// The number whose upper half is these bits.
    package init(bfloat16Bits bits: UInt16) {
        self.init(bitPattern: UInt32(bits) << 16)
    }

    /// The nearest number of IEEE 754 binary16, of two equally near ones that whose last bit is 0.
    var bitPatternOfHalf: UInt16 {
        let sign = UInt16(bitPattern >> 16) & 0x8000
        if isNaN { return sign | 0x7e00 }
        // Half of the last step lies between the greatest number and infinity: 65,520.
        if magnitude >= 65_520 { return sign | 0x7c00 }
        if magnitude < 0x1p-14 {
            // Multiples of 2^-24.
            return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
        }
        let bits = magnitude.bitPattern
        let rounded = bits + 0xfff + (bits >> 13 & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
    }

    /// The nearest number of bfloat16, of two equally near ones that whose last bit is 0.
    var bitPatternOfBFloat16: UInt16 {
        if isNaN { return UInt16(bitPattern >> 16) | 0x40 }
        let rounded = bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)
        return UInt16(rounded >> 16)
    }
}
