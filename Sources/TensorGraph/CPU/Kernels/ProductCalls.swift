internal import CKernels

extension Products {
    /// The call of a product.
    static func call(_ bound: Bound) -> Kernel {
        guard case .product(let shape, let way) = bound.way else {
            preconditionFailure("\(bound.step.name) is no product")
        }
        let (pool, scratch, c) = (bound.pool, bound.scratch, bound.output)
        let (a, b) = (bound.input(0), bound.input(1))
        return {
            withUnsafePointer(to: shape) { kernel_matmul(pool, way, c, a, b, $0, scratch) }
        }
    }
}
