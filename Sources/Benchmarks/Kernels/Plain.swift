internal import CKernels
internal import Platform

/// The kernels' results by the simplest loops, to check them by.
enum Plain {
    static func product(
        _ a: Floats, _ b: Floats, _ m: Int, _ n: Int, _ k: Int, aStrides: (Int, Int),
        bStrides: (Int, Int)
    ) -> [Float] {
        var c = [Float](repeating: 0, count: m * n)
        c.withUnsafeMutableBufferPointer { c in
            for i in 0..<m {
                for p in 0..<k {
                    let factor = a.pointer[i * aStrides.0 + p * aStrides.1]
                    for j in 0..<n {
                        c[i * n + j] += factor * b.pointer[p * bStrides.0 + j * bStrides.1]
                    }
                }
            }
        }
        return c
    }

    /// var, m and v, one after the other, from zeros.
    static func adam(gradient: [Float], times: Int) -> [Float] {
        let size = gradient.count
        var state = [Float](repeating: 0, count: 3 * size)
        for (index, g) in gradient.enumerated() {
            var (value, m, v): (Float, Float, Float) = (0, 0, 0)
            for _ in 0..<times {
                m += (g - m) * (1 - 0.9)
                v += (g * g - v) * (1 - 0.999)
                value -= 1e-4 * m / (v.squareRoot() + 1e-3)
            }
            state[index] = value
            state[size + index] = m
            state[2 * size + index] = v
        }
        return state
    }

    static func softplus(_ x: Floats) -> [Float] {
        (0..<x.count).map { Float(log1p(exp(Double(x[$0])))) }
    }

    /// Calls `body` with the places of an input, a weight and an output, for each tap of each
    /// output's filter.
    static func taps(_ shape: kernel_conv2d_shape, _ body: (Int, Int, Int) -> Void) {
        for n in 0..<shape.n {
            for p in 0..<shape.p {
                for q in 0..<shape.q {
                    let output = ((n * shape.p + p) * shape.q + q) * shape.k
                    for r in 0..<shape.r {
                        for s in 0..<shape.s {
                            let y = p * shape.stride_h + r - shape.pad_top
                            let x = q * shape.stride_w + s - shape.pad_left
                            guard 0..<shape.h ~= y, 0..<shape.w ~= x else { continue }
                            for c in 0..<shape.c {
                                let input = ((n * shape.h + y) * shape.w + x) * shape.c + c
                                let filter = ((r * shape.s + s) * shape.c + c) * shape.k
                                for k in 0..<shape.k { body(input, filter + k, output + k) }
                            }
                        }
                    }
                }
            }
        }
    }
}
