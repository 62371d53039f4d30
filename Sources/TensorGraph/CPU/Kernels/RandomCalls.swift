internal import Platform

extension RandomState {
    /// The call that draws an output's numbers: the very ones that TensorFlow draws on a CPU, four
    /// from each group of four 32-bit numbers (tensorflow/core/lib/random/random_distributions.h).
    func call(_ distribution: Distribution, _ bound: Bound) -> Kernel {
        let out = bound.outputs[0]
        return switch distribution {
        case .normal: { self.fillNormal(out.floats, count: out.count) }
        case .uniform: { self.fillUniform(out.floats, count: out.count) }
        }
    }

    /// The generator passes over 256 groups for each number after a run, however few it took:
    /// TensorFlow's `ReserveRandomOutputs`.
    private func fill(
        _ out: UnsafeMutablePointer<Float>, count: Int,
        _ group: ((UInt32, UInt32, UInt32, UInt32)) -> (Float, Float, Float, Float)
    ) {
        var drawing = generator
        generator.skip(UInt64(count) * 256)
        for start in stride(from: 0, to: count, by: 4) {
            let numbers = group(drawing.next())
            withUnsafeBytes(of: numbers) { bytes in
                let four = bytes.assumingMemoryBound(to: Float.self)
                for i in 0..<min(4, count - start) { out[start + i] = four[i] }
            }
        }
    }

    private func fillNormal(_ out: UnsafeMutablePointer<Float>, count: Int) {
        fill(out, count: count) { x in
            let (a, b) = (Self.boxMuller(x.0, x.1), Self.boxMuller(x.2, x.3))
            return (a.0, a.1, b.0, b.1)
        }
    }

    private func fillUniform(_ out: UnsafeMutablePointer<Float>, count: Int) {
        fill(out, count: count) { x in
            (Self.uniform(x.0), Self.uniform(x.1), Self.uniform(x.2), Self.uniform(x.3))
        }
    }

    /// The low 23 bits as the fraction of a float in [1, 2), less 1.
    private static func uniform(_ bits: UInt32) -> Float {
        Float(bitPattern: 0x3F80_0000 | (bits & 0x7F_FFFF)) - 1
    }

    private static func boxMuller(_ x0: UInt32, _ x1: UInt32) -> (Float, Float) {
        // Box and Muller's transform.
        let radius = (-2 * logf(max(uniform(x0), 1e-7))).squareRoot()
        let angle = Float(2 * Double.pi * Double(uniform(x1)))
        return (sinf(angle) * radius, cosf(angle) * radius)
    }
}
