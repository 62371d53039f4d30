internal import CKernels
internal import Platform
internal import TensorBoard

extension Op {
    /// Normally distributed numbers of mean 0 and deviation 1, the very ones that TensorFlow draws
    /// on a CPU: four from each group of four 32-bit numbers, by Box and Muller's transform
    /// (tensorflow/core/lib/random/random_distributions.h).
    static let randomStandardNormal: Op = Op(
        "RandomStandardNormal",
        outputs: { [TensorType($0.shapeOperand(0), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, hasEffect: true,
        run: { _ in
            .call { bound in
                let (out, random) = (bound.outputs[0], bound.random)
                return { random.fillNormal(out.floats, count: out.count) }
            }
        })

    /// Numbers uniform in [0, 1), as TensorFlow draws them.
    static let randomUniform: Op = Op(
        "RandomUniform",
        outputs: { [TensorType($0.shapeOperand(0), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, hasEffect: true,
        run: { _ in
            .call { bound in
                let (out, random) = (bound.outputs[0], bound.random)
                return { random.fillUniform(out.floats, count: out.count) }
            }
        })
}

extension RandomState {
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

    fileprivate func fillNormal(_ out: UnsafeMutablePointer<Float>, count: Int) {
        fill(out, count: count) { x in
            let (a, b) = (Self.boxMuller(x.0, x.1), Self.boxMuller(x.2, x.3))
            return (a.0, a.1, b.0, b.1)
        }
    }

    fileprivate func fillUniform(_ out: UnsafeMutablePointer<Float>, count: Int) {
        fill(out, count: count) { x in
            (Self.uniform(x.0), Self.uniform(x.1), Self.uniform(x.2), Self.uniform(x.3))
        }
    }

    /// The low 23 bits as the fraction of a float in [1, 2), less 1.
    private static func uniform(_ bits: UInt32) -> Float {
        Float(bitPattern: 0x3F80_0000 | (bits & 0x7F_FFFF)) - 1
    }

    private static func boxMuller(_ x0: UInt32, _ x1: UInt32) -> (Float, Float) {
        let radius = (-2 * logf(max(uniform(x0), 1e-7))).squareRoot()
        let angle = Float(2 * Double.pi * Double(uniform(x1)))
        return (sinf(angle) * radius, cosf(angle) * radius)
    }
}
