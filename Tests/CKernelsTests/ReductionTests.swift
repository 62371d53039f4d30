import CKernels
import Testing

@Suite struct ReductionTests {
    static let shapes = [
        (0, 0), (0, 5), (5, 0), (20, 0), (1, 1), (1, 13), (13, 1), (3, 7), (10, 8), (5, 9),
        (100, 11), (784, 13), (77, 16), (50, 33), (7840, 11), (4, 784), (10, 1024), (40_001, 1),
        (1, 40_003), (3, 20_000),
        (300, 260),
    ]

    @Test(arguments: shapes)
    func sums(rows: Int, columns: Int) {
        var numbers = Numbers(state: 6)
        let x = numbers.floats(rows * columns).map { $0 + 0.25 }
        var byColumn = [Double](repeating: 0, count: columns)
        var byRow = [Double](repeating: 0, count: rows)
        for i in 0..<rows {
            for j in 0..<columns {
                byColumn[j] += Double(x[i * columns + j])
                byRow[i] += Double(x[i * columns + j])
            }
        }
        // Relative to the sum of magnitudes, about half a value each.
        let rowsSummed = onAllPools { pool in
            written(columns) { kernel_sum_rows(pool, $0, x, rows, columns) }
        }
        expectClose(rowsSummed, byColumn, tolerance: 1e-6, scale: Double(rows) / 2, "sum_rows")
        let columnsSummed = onAllPools { pool in
            written(rows) { kernel_sum_columns(pool, $0, x, rows, columns) }
        }
        expectClose(
            columnsSummed, byRow, tolerance: 1e-6, scale: Double(columns) / 2, "sum_columns")
        let allSummed = onAllPools { pool in
            written(1) { kernel_sum_columns(pool, $0, x, 1, x.count) }
        }
        expectClose(
            allSummed, [byRow.reduce(0, +)], tolerance: 1e-6, scale: Double(x.count) / 2, "sum")
    }

    /// The very bits of Eigen's order, which TensorFlow's sums have.
    @Test(arguments: shapes + [(15, 11), (16, 11), (18, 9), (1961, 13), (6271, 12), (2048, 15)])
    func order(rows: Int, columns: Int) {
        guard columns > 1 else { return }
        var numbers = Numbers(state: 10)
        let x = numbers.floats(rows * columns)
        let expected = (0..<columns).map { column in
            let values = (0..<rows).map { x[$0 * columns + column] }
            guard rows >= 16, column < columns / 8 * 8 else { return values.reduce(0, +) }
            var sums: [Float] = [0, 0, 0, 0]
            for (row, value) in values[..<(rows / 4 * 4)].enumerated() { sums[row % 4] += value }
            return values[(rows / 4 * 4)...].reduce(sums[0] + sums[1] + sums[2] + sums[3], +)
        }
        #expect(
            onAllPools { pool in
                written(columns) { kernel_sum_rows(pool, $0, x, rows, columns) }
            } == expected)
    }

    /// The very bits that the differences make that are stored before they are summed.
    @Test(arguments: shapes.filter { $0.1 > 1 })
    func sumsOfSquares(rows: Int, columns: Int) {
        var numbers = Numbers(state: 9)
        let x = numbers.floats(rows * columns), center = numbers.floats(columns)
        let squares = written(x.count) { out in
            for row in 0..<rows {
                kernel_squared_difference(
                    out + row * columns, Array(x[row * columns..<(row + 1) * columns]), center,
                    columns)
            }
        }
        let sums = onAllPools { pool in
            written(columns) { kernel_sum_rows_of_squares(pool, $0, x, center, rows, columns) }
        }
        #expect(sums == written(columns) { kernel_sum_rows(nil, $0, squares, rows, columns) })
    }

    /// A long row's pieces are added as the whole row is.
    @Test(arguments: [(1, 65_536), (3, 100_003), (16, 70_000), (1, 400_000), (2, 262_145)])
    func pieces(rows: Int, columns: Int) {
        var numbers = Numbers(state: 11)
        let x = numbers.floats(rows * columns)
        let summed = onAllPools { pool in
            written(rows) { kernel_sum_columns(pool, $0, x, rows, columns) }
        }
        // So many rows are not cut.
        let many = [[Float]](repeating: x, count: 17).flatMap(\.self)
        let whole = written(17 * rows) { kernel_sum_columns(nil, $0, many, 17 * rows, columns) }
        #expect(summed == Array(whole[..<rows]))
    }

    /// Adding ones one after another to a float stops at 2²⁴.
    @Test func longSums() {
        let count = 20_000_000
        let ones = [Float](repeating: 1, count: count)
        let thirds = [Float](repeating: Float(count / 3), count: 3)
        #expect(written(3) { kernel_sum_columns(nil, $0, ones, 3, count / 3) } == thirds)
        #expect(written(1) { kernel_sum_columns(nil, $0, ones, 1, count) } == [Float(count)])
        #expect(written(2) { kernel_sum_rows(nil, $0, ones, count / 2, 2) } == [1e7, 1e7])
        #expect(written(1) { kernel_sum_rows(nil, $0, ones, count, 1) } == [Float(count)])
    }

    @Test func finite() {
        for n in [0, 1, 7, 8, 9, 2048, 2049, 5000] {
            var x = [Float](repeating: .greatestFiniteMagnitude, count: n)
            #expect(kernel_all_finite(x, n))
            for i in 0..<n where i < 20 || i > n - 20 || i % 97 == 0 {
                for bad: Float in [.infinity, -.infinity, .nan, .signalingNaN] {
                    x[i] = bad
                    #expect(!kernel_all_finite(x, n), "\(bad) at \(i) of \(n)")
                }
                x[i] = -.leastNonzeroMagnitude
            }
            #expect(kernel_all_finite(x, n))
        }
    }
}
