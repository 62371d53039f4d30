internal import CKernels

/// Calls of pools that have no part in a loop.
enum Pools {
    static func call(_ pool: Pool, _ bound: Bound) -> Kernel {
        let (threads, out, shape) = (bound.pool, bound.output, pool.geometry.kernelShape)
        let x = bound.input(0)
        switch pool.part {
        case .forward:
            return { withUnsafePointer(to: shape) { kernel_max_pool(threads, out, x, $0) } }
        case .gradient:
            let (y, dy) = (bound.input(1), bound.input(2))
            return {
                withUnsafePointer(to: shape) {
                    kernel_max_pool_gradient(threads, out, x, y, dy, $0)
                }
            }
        case .gradientOfGradient:
            let (y, dx, count) = (bound.input(1), bound.input(2), bound.outputs[0].count)
            let geometry = pool.geometry
            return {
                for index in 0..<count {
                    let place = geometry.firstPixel(of: index) { x[$0] == y[index] }
                    out[index] = place.map { dx[$0] } ?? 0
                }
            }
        }
    }
}

extension WindowGeometry {
    /// The first pixel, in row-major order, of the window of an output of which `condition` holds.
    func firstPixel(of output: Int, where condition: (Int) -> Bool) -> Int? {
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
