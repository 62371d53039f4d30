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
            let (y, dx) = (bound.input(1), bound.input(2))
            return {
                withUnsafePointer(to: shape) {
                    kernel_max_pool_second_gradient(threads, out, x, y, dx, $0)
                }
            }
        }
    }
}
