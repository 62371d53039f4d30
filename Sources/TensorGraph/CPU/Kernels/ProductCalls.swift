internal import CKernels

extension Products {
    /// The call of a product.
    static func call(_ product: Product, _ bound: Bound) -> Kernel {
        let (pool, scratch, c) = (bound.pool, bound.scratch, bound.output)
        let (a, b) = (bound.input(0), bound.input(1))
        return {
            kernel_matmul(
                pool, c, a, b, product.m, product.n, product.k, product.isFirstTransposed,
                product.isSecondTransposed, scratch)
        }
    }
}
