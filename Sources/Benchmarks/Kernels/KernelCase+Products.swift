internal import CKernels

extension KernelCase {
    /// c [m, n] = a · b over k.
    static func product(
        _ name: String, _ m: Int, _ n: Int, _ k: Int, transposeA: Bool = false,
        transposeB: Bool = false
    ) -> KernelCase {
        let (a, b, c) = (Floats(random: m * k), Floats(random: k * n), Floats(m * n))
        var shape = kernel_matmul_shape(
            m: m, n: n, k: k, transpose_a: transposeA, transpose_b: transposeB)
        let way = kernel_matmul_choose(&shape)
        let scratch = Scratch()
        return KernelCase(
            name: "\(name): product \(m) × \(n) over \(k)",
            work: .init(2 * m * n * k, reading: m * k + k * n + m * n),
            run: { [shape] pool in
                withUnsafePointer(to: shape) {
                    let floats = kernel_matmul_scratch($0, way, kernel_pool_threads(pool))
                    kernel_matmul(
                        pool, way, c.pointer, a.pointer, b.pointer, $0, scratch.floats(floats))
                }
            }, output: c,
            expected: {
                Plain.product(
                    a, b, m, n, k, aStrides: transposeA ? (1, m) : (k, 1),
                    bStrides: transposeB ? (1, k) : (n, 1))
            })
    }

    /// Adam, `times` times, with a gradient [rows, columns] that is the sum of `terms` products
    /// over a batch.
    static func productAndAdam(
        _ name: String, _ rows: Int, _ columns: Int, batch: Int, terms: Int, times: Int
    ) -> KernelCase {
        let a = (0..<terms).map { _ in Floats(random: batch * rows) }
        let b = (0..<terms).map { _ in Floats(random: batch * columns) }
        let state = Floats(3 * rows * columns)
        let size = rows * columns
        let products = zip(a, b).map {
            kernel_product(a: $0.pointer, b: $1.pointer, k: batch, a_row: 0)
        }
        let way = kernel_matmul_adam_choose(rows, columns, products, terms)
        let scratch = Scratch()
        let adam = 10 * size * times
        return KernelCase(
            name:
                "\(name): Adam of \(rows) × \(columns), \(times) ×, gradient over \(terms * batch)",
            work: .init(2 * size * batch * terms + adam, updating: 3 * size),
            run: { pool in
                withExtendedLifetime((a, b, scratch)) {
                    let (variable, m, v) = (
                        state.pointer, state.pointer + size, state.pointer + 2 * size
                    )
                    let floats = kernel_matmul_adam_scratch(
                        way, rows, columns, products, terms, kernel_pool_threads(pool))
                    kernel_matmul_adam(
                        pool, way, variable, m, v, rows, columns, products, terms, times, 1e-4,
                        0.9, 0.999, 1e-3, scratch.floats(floats))
                }
            }, output: state,
            expected: {
                let gradients = zip(a, b).map {
                    Plain.product(
                        $0, $1, rows, columns, batch, aStrides: (1, rows), bStrides: (columns, 1))
                }
                let sum = (0..<size).map { index in gradients.reduce(0) { $0 + $1[index] } }
                return Plain.adam(gradient: sum, times: times)
            })
    }

    /// The largest kernel of one number at a time.
    static func softplus(_ name: String, _ count: Int) -> KernelCase {
        let (x, y) = (Floats(random: count), Floats(count))
        return KernelCase(
            name: "\(name): softplus of \(count)",
            work: .init(50 * count, reading: 2 * count),
            run: { _ in kernel_softplus(y.pointer, x.pointer, count) }, output: y,
            expected: { Plain.softplus(x) })
    }
}
