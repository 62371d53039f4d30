import CKernels
import Testing

/// A gradient made of large batches, and Adam's steps with it, beside the two one after the other.
@Suite struct LargeUpdateTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let rows: Int, columns: Int, batches: [Int], times: Int

        init(_ rows: Int, _ columns: Int, _ batches: [Int], times: Int = 1) {
            (self.rows, self.columns, self.batches, self.times) = (rows, columns, batches, times)
        }

        var testDescription: String {
            "[\(rows), \(columns)] over \(batches), \(times) times"
        }
    }

    @Test(arguments: [
        // The network's, scaled down; tiles and panels that are not whole; more rows of a batch
        // than a tile holds, and terms that begin amid one; matrices smaller than a panel.
        Shape(637, 96, [128, 128], times: 2), Shape(1024, 49, [128]),
        Shape(300, 70, [70], times: 3), Shape(8, 32, [100]), Shape(9, 33, [65, 1]),
        Shape(23, 31, [700]), Shape(41, 64, [300, 400]), Shape(64, 5, [90, 200, 90]),
        Shape(7, 40, [128, 3], times: 2), Shape(1, 1, [70]),
        // Few rows of a batch, whose gradient is stored.
        Shape(20, 33, [10, 5], times: 2), Shape(3, 1, [1]),
    ])
    func update(_ shape: Shape) {
        let (rows, columns) = (shape.rows, shape.columns)
        let count = rows * columns
        var numbers = Numbers(state: 41)
        let a = shape.batches.map { numbers.floats($0 * rows) }
        let b = shape.batches.map { numbers.floats($0 * columns) }
        let start = numbers.floats(count), m = numbers.floats(count)
        let v = numbers.floats(count).map { abs($0) }
        let (lr, beta1, beta2, epsilon): (Float, Float, Float, Float) = (1e-2, 0.9, 0.999, 1e-2)

        var expected = (
            variable: start.map(Double.init), m: m.map(Double.init), v: v.map(Double.init)
        )
        for i in 0..<rows {
            for j in 0..<columns {
                var g = 0.0
                for (t, k) in shape.batches.enumerated() {
                    for p in 0..<k {
                        g += Double(a[t][p * rows + i]) * Double(b[t][p * columns + j])
                    }
                }
                let at = i * columns + j
                for _ in 0..<shape.times {
                    expected.m[at] += (g - expected.m[at]) * (1 - Double(beta1))
                    expected.v[at] += (g * g - expected.v[at]) * (1 - Double(beta2))
                    expected.variable[at] -=
                        Double(lr) * expected.m[at]
                        / (expected.v[at].squareRoot() + Double(epsilon))
                }
            }
        }

        let operands = (a + b).map { values in
            let copy = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
            copy.initialize(from: values, count: values.count)
            return copy
        }
        defer { for operand in operands { operand.deallocate() } }
        let terms = shape.batches.indices.map {
            kernel_product(
                a: operands[$0], b: operands[a.count + $0], k: shape.batches[$0],
                a_row: 0)
        }
        let chosen = kernel_matmul_adam_choose(rows, columns, terms, terms.count)
        for way in Set([chosen.rawValue, KERNEL_MATMUL_ADAM_STORED.rawValue]) {
            let way = kernel_matmul_adam_way(way)
            var newM: [Float] = [], newV: [Float] = []
            let variable = onAllPools { pool in
                let size = kernel_matmul_adam_scratch(
                    way, rows, columns, terms, terms.count, kernel_pool_threads(pool))
                return written(count) { variable in
                    variable.update(from: start, count: count)
                    newM = written(count) { slotM in
                        slotM.update(from: m, count: count)
                        newV = written(count) { slotV in
                            slotV.update(from: v, count: count)
                            _ = written(size) { scratch in
                                kernel_matmul_adam(
                                    pool, way, variable, slotM, slotV, rows, columns, terms,
                                    terms.count, shape.times, lr, beta1, beta2, epsilon, scratch
                                )
                            }
                        }
                    }
                }
            }
            // Rounding leaves some multiple of √k units in a gradient's last place, and v squares it.
            let scale = Double(shape.batches.reduce(0, +)).squareRoot()
            expectClose(newM, expected.m, tolerance: 2e-6, scale: scale, "m")
            expectClose(newV, expected.v, tolerance: 4e-6, scale: scale, "v")
            expectClose(variable, expected.variable, tolerance: 2e-6, scale: scale, "var")
        }
    }

    /// Some rows are updated to the same bits as in an update of all, wherever they begin.
    @Test(arguments: [
        (Shape(637, 96, [128, 128], times: 2), 5), (Shape(300, 70, [70], times: 3), 3),
        (Shape(41, 64, [300, 400]), 4), (Shape(200, 33, [10, 5], times: 2), 7),
        (Shape(64, 2048, [32]), 16), (Shape(6, 40, [9]), 6),
    ])
    func someRows(_ shape: Shape, parts: Int) {
        let (rows, columns) = (shape.rows, shape.columns)
        var numbers = Numbers(state: 43)
        let operands = shape.batches.flatMap { k in
            [numbers.floats(k * rows), numbers.floats(k * columns)]
        }
        .map { values in
            let copy = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
            copy.initialize(from: values, count: values.count)
            return copy
        }
        defer { for operand in operands { operand.deallocate() } }
        let start = [0, 1, 2].map { _ in numbers.floats(rows * columns).map(abs) }
        let terms = shape.batches.enumerated().map { index, k in
            kernel_product(a: operands[2 * index], b: operands[2 * index + 1], k: k, a_row: rows)
        }
        let way = kernel_matmul_adam_choose(rows, columns, terms, terms.count)
        guard way != KERNEL_MATMUL_ADAM_STORED else { return }
        func update(_ parts: Int) -> [[UInt32]] {
            let arrays = start.map { numbers in
                let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: numbers.count)
                _ = copy.initialize(from: numbers)
                return copy
            }
            defer { for array in arrays { array.deallocate() } }
            for part in 0..<parts {
                let (first, end) = (part * rows / parts, (part + 1) * rows / parts)
                #expect(parts == 1 || end - first >= Int(kernel_matmul_adam_rows(way)))
                let own = terms.map { term in
                    kernel_product(a: term.a + first, b: term.b, k: term.k, a_row: term.a_row)
                }
                let places = arrays.map { $0.baseAddress.map { $0 + first * columns } }
                kernel_matmul_adam(
                    nil, way, places[0], places[1], places[2], end - first, columns, own, own.count,
                    shape.times, 1e-2, 0.9, 0.999, 1e-2, nil)
            }
            return arrays.map { $0.map(\.bitPattern) }
        }
        let whole = update(1)
        #expect(whole[0] != start[0].map(\.bitPattern))
        #expect(update(parts) == whole)
    }
}
