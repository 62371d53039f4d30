// Convolutions and pools, each by its definition.

extension Reference {
    static func convolution(
        _ convolution: Convolution, _ inputs: [Array], _ count: Int
    ) -> [Double] {
        let g = convolution.geometry
        let (first, second) = (inputs[0].elements, inputs[1].elements)
        var result = [Double](repeating: 0, count: count)
        for n in 0..<g.n {
            for p in 0..<g.p {
                for q in 0..<g.q {
                    let output = ((n * g.p + p) * g.q + q) * g.k
                    forEachPixel(g, p, q) { row, column, r, s in
                        let pixel = ((n * g.h + row) * g.w + column) * g.c
                        for c in 0..<g.c {
                            let filter = ((r * g.s + s) * g.c + c) * g.k
                            for k in 0..<g.k {
                                switch convolution.part {
                                case .forward:
                                    result[output + k] += first[pixel + c] * second[filter + k]
                                case .inputGradient:
                                    result[pixel + c] += first[filter + k] * second[output + k]
                                case .filterGradient:
                                    result[filter + k] += first[pixel + c] * second[output + k]
                                }
                            }
                        }
                    }
                }
            }
        }
        guard convolution.hasBias else { return result }
        let channels = inputs[2].elements
        return result.indices.map { result[$0] + channels[$0 % channels.count] }
    }

    /// The pixels below an output's window, with their places in the window.
    private static func forEachPixel(
        _ g: WindowGeometry, _ p: Int, _ q: Int, _ body: (Int, Int, Int, Int) -> Void
    ) {
        for r in 0..<g.r {
            let row = p * g.strideH + r - g.padTop
            guard (0..<g.h).contains(row) else { continue }
            for s in 0..<g.s {
                let column = q * g.strideW + s - g.padLeft
                if (0..<g.w).contains(column) { body(row, column, r, s) }
            }
        }
    }

    static func pool(_ pool: Pool, _ inputs: [Array], _ count: Int) -> [Double] {
        let g = pool.geometry
        let x = inputs[0].elements
        var pooled = x
        if pool.scaling != .none {
            let (scale, shift) = (inputs[pool.imageCount], inputs[pool.imageCount + 1])
            // Rounded as single floats are: the gradient goes to where forward and it agree.
            for i in x.indices {
                let (a, b) = (scale.elements[i % g.c], shift.elements[i % g.c])
                pooled[i] = Double(max(Float(x[i]) * Float(a) + Float(b), 0))
            }
        }
        var result = [Double](repeating: 0, count: count)
        for output in 0..<(g.n * g.p * g.q * g.k) {
            switch pool.part {
            case .forward: result[output] = largest(pooled, g, output)
            case .gradient:
                let y = inputs[1].elements[output]
                guard let pixel = g.firstPixel(of: output, where: { pooled[$0] == y }),
                    pool.scaling == .none || y > 0
                else { continue }
                result[pixel] += inputs[2].elements[output]
            case .gradientOfGradient:
                let y = inputs[1].elements[output]
                let pixel = g.firstPixel(of: output) { pooled[$0] == y }
                result[output] = pixel.map { inputs[2].elements[$0] } ?? 0
            }
        }
        guard pool.scaling == .normed else { return result }
        let (factor, center) = (inputs[5].elements, inputs[6].elements)
        let slope = inputs[7].broadcast(to: inputs[0].shape)
        return result.indices.map { i in
            result[i] * factor[i % g.c] + (x[i] - center[i % g.c]) * slope(i)
        }
    }

    private static func largest(_ x: [Double], _ g: WindowGeometry, _ output: Int) -> Double {
        let (row, column) = (output / g.k / g.q % g.p, output / g.k % g.q)
        var result = -Double.infinity
        forEachPixel(g, row, column) { h, w, _, _ in
            result = max(
                result, x[((output / g.k / g.q / g.p * g.h + h) * g.w + w) * g.c + output % g.k])
        }
        return result
    }
}

extension WindowGeometry {
    /// The first pixel, in row-major order, of the window of an output of which `condition` holds.
    fileprivate func firstPixel(of output: Int, where condition: (Int) -> Bool) -> Int? {
        let (row, column) = (output / k / q % p, output / k % q)
        for i in 0..<r {
            let y = row * strideH + i - padTop
            guard (0..<h).contains(y) else { continue }
            for j in 0..<s {
                let x = column * strideW + j - padLeft
                guard (0..<w).contains(x) else { continue }
                let pixel = ((output / k / q / p * h + y) * w + x) * c + output % k
                if condition(pixel) { return pixel }
            }
        }
        return nil
    }
}
