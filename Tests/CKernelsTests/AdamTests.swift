import CKernels
import Testing

@Suite struct AdamTests {
    @Test(arguments: [0, 1, 7, 8, 100, 8192, 8193, 20_005])
    func update(n: Int) {
        var numbers = Numbers(state: 14)
        let initial = numbers.floats(n), gradient = numbers.floats(n)
        let m = numbers.floats(n), v = numbers.floats(n).map { abs($0) }
        let (lr, beta1, beta2, epsilon): (Float, Float, Float, Float) = (1e-2, 0.9, 0.999, 1e-12)

        var expected: (variable: [Double], m: [Double], v: [Double]) = ([], [], [])
        for i in 0..<n {
            let g = Double(gradient[i])
            let newM = Double(m[i]) + (g - Double(m[i])) * (1 - Double(beta1))
            let newV = Double(v[i]) + (g * g - Double(v[i])) * (1 - Double(beta2))
            expected.m.append(newM)
            expected.v.append(newV)
            expected.variable.append(
                Double(initial[i]) - Double(lr) * newM / (newV.squareRoot() + Double(epsilon)))
        }
        var newM: [Float] = [], newV: [Float] = []
        let variable = onAllPools { pool in
            written(n) { variable in
                variable.update(from: initial, count: n)
                newM = written(n) { slotM in
                    slotM.update(from: m, count: n)
                    newV = written(n) { slotV in
                        slotV.update(from: v, count: n)
                        kernel_adam(
                            pool, variable, slotM, slotV, gradient, n, 1, lr, beta1, beta2,
                            epsilon)
                    }
                }
            }
        }
        expectClose(variable, expected.variable)
        expectClose(newM, expected.m)
        expectClose(newV, expected.v)
    }
    /// Several steps at once are that many calls.
    @Test func times() {
        var numbers = Numbers(state: 12)
        let n = 20_003
        let (start, gradient) = (numbers.floats(n), numbers.floats(n))
        func updated(_ pool: OpaquePointer?, calls: Int, times: Int) -> [Float] {
            var (m, v) = (gradient.map { $0 / 2 }, gradient.map { $0 * $0 })
            return written(n) { variable in
                variable.update(from: start, count: n)
                for _ in 0..<calls {
                    kernel_adam(pool, variable, &m, &v, gradient, n, times, 0.01, 0.9, 0.999, 1e-8)
                }
            }
        }
        let expected = updated(nil, calls: 3, times: 1)
        #expect(onAllPools { updated($0, calls: 1, times: 3) } == expected)
    }

    /// Sums over shards are those that single additions give, to the bit; and so is what is updated by
    /// them.
    @Test(arguments: [0, 1, 7, 8, 1023, 1025, 8192, 20_003], [0, 1, 3])
    func shardSums(n: Int, levelCount: Int) {
        var numbers = Numbers(state: 15)
        let (last, start, m, v) = (
            numbers.floats(n), numbers.floats(n), numbers.floats(n),
            numbers.floats(n).map { abs($0) }
        )
        let levels = (0..<levelCount).map { _ in numbers.floats(n) }
        let share: Float = 3 / 7
        var expected = last.map { $0 * share }
        for level in levels { expected = zip(level, expected).map { $0 + $1 } }
        let memory = levels.map { level in
            let copy = UnsafeMutablePointer<Float>.allocate(capacity: max(1, n))
            copy.initialize(from: level, count: n)
            return copy
        }
        defer { for copy in memory { copy.deallocate() } }
        let addresses = memory.map { Optional(UnsafePointer($0)) }
        last.withUnsafeBufferPointer { last in
            addresses.withUnsafeBufferPointer { levels in
                var sum = kernel_shard_sum(
                    last: last.baseAddress, share: share, levels: levels.baseAddress,
                    level_count: levelCount)
                let summed = onAllPools { pool in
                    written(n) { kernel_sum_shards(pool, $0, &sum, n) }
                }
                #expect(summed == expected)
                func updated(_ update: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
                    written(3 * n) { all in
                        for (part, values) in [start, m, v].enumerated() {
                            (all + part * n).update(from: values, count: n)
                        }
                        update(all)
                    }
                }
                let separately = updated {
                    kernel_adam(
                        nil, $0, $0 + n, $0 + 2 * n, expected, n, 2, 0.01, 0.9, 0.999, 1e-8)
                }
                let together = onAllPools { pool in
                    updated {
                        // In two parts, of which the second comes first.
                        for (first, count) in [(n / 3, n - n / 3), (0, n / 3)] {
                            kernel_adam_of_shards(
                                pool, $0, $0 + n, $0 + 2 * n, &sum, first, count, 2, 0.01, 0.9,
                                0.999, 1e-8)
                        }
                    }
                }
                #expect(together == separately)
            }
        }
    }

    /// A gradient that is made of products: less than a tile, whole tiles, tiles that overlap, and
    /// rows so long that they are cut.
    @Test(arguments: [
        (1, 1), (5, 40), (6, 31), (6, 32), (7, 33), (13, 100), (130, 47), (63, 784), (20, 1024),
        (9, 1030), (8, 2500),
    ])
    func products(rows: Int, columns: Int) {
        var numbers = Numbers(state: 15)
        let n = rows * columns
        let (start, m, v) = (
            numbers.floats(n), numbers.floats(n), numbers.floats(n).map { abs($0) }
        )
        for (depths, times) in [([10], 1), ([1], 2), ([3, 30], 1), ([10, 10], 2), ([], 1)] {
            let a = depths.map { numbers.floats($0 * rows) }
            let b = depths.map { numbers.floats($0 * columns) }
            var gradient = [Float](repeating: 0, count: n)
            for (term, depth) in depths.enumerated() {
                for i in 0..<depth {
                    for r in 0..<rows {
                        for c in 0..<columns {
                            gradient[r * columns + c].addProduct(
                                a[term][i * rows + r], b[term][i * columns + c])
                        }
                    }
                }
            }
            func updated(
                _ body: (
                    UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>,
                    UnsafeMutablePointer<Float>
                ) -> Void
            ) -> [Float] {
                var values: [[Float]] = [[], []]
                let variable = written(n) { variable in
                    variable.update(from: start, count: n)
                    values[0] = written(n) { slotM in
                        slotM.update(from: m, count: n)
                        values[1] = written(n) { slotV in
                            slotV.update(from: v, count: n)
                            body(variable, slotM, slotV)
                        }
                    }
                }
                return variable + values[0] + values[1]
            }
            let expected = updated {
                kernel_adam(nil, $0, $1, $2, gradient, n, times, 0.01, 0.9, 0.999, 1e-8)
            }
            let factors = zip(a, b).map { a, b in (Held(a), Held(b)) }
            let terms = zip(depths, factors).map {
                kernel_product(a: $1.0.pointer, b: $1.1.pointer, k: $0, a_row: 0)
            }
            let result = withExtendedLifetime(factors) {
                onAllPools { pool in
                    updated {
                        kernel_matmul_adam(
                            pool, KERNEL_MATMUL_ADAM_STREAMED, $0, $1, $2, rows, columns, terms,
                            terms.count, times, 0.01, 0.9, 0.999, 1e-8, nil)
                    }
                }
            }
            // The gradient is rounded otherwise where products are not added without rounding.
            expectClose(
                result, expected.map(Double.init), tolerance: 1e-4,
                "\(rows) × \(columns), \(depths), \(times) ×")
        }
    }
}

/// Values that stay where they are.
private final class Held {
    let pointer: UnsafeMutablePointer<Float>

    init(_ values: [Float]) {
        pointer = .allocate(capacity: values.count)
        pointer.initialize(from: values, count: values.count)
    }

    deinit { pointer.deallocate() }
}
