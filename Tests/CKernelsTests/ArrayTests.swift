import CKernels
import Testing

/// Moves and sums over any dimensions, at random shapes, against the plain definition.
@Suite struct ArrayTests {
    /// A few dimensions, of which some are long and some are 0.
    private static func sizes(
        _ rank: Int, atMost total: Int, _ numbers: inout Numbers
    ) -> [Int] {
        var count = 1
        return (0..<rank).map { _ in
            let size: Int
            switch Int.random(in: 0..<12, using: &numbers) {
            case 0: size = Int.random(in: 1...3000, using: &numbers)
            case 1...3: size = Int.random(in: 1...300, using: &numbers)
            case 4: size = Int.random(in: 0...1, using: &numbers)
            default: size = Int.random(in: 1...20, using: &numbers)
            }
            let fits = count * size <= total ? size : 2
            count *= fits
            return fits
        }
    }

    /// The error is that of a tree: some ulps of the sum of the terms' magnitudes, however many
    /// there are.
    @Test(arguments: 0..<60)
    func sums(_ seed: UInt64) {
        var numbers = Numbers(state: seed)
        let rank = Int.random(in: 1...5, using: &numbers)
        let isFirstSummed = rank == 1 || Bool.random(using: &numbers)
        let sizes = Self.sizes(rank, atMost: 300_000, &numbers)
        var (strides, results) = ([Int](repeating: 0, count: rank), 1)
        for axis in (0..<rank).reversed() where axis.isMultiple(of: 2) != isFirstSummed {
            strides[axis] = results
            results *= sizes[axis]
        }
        let x = numbers.floats(sizes.reduce(1, *)).map { $0 + 0.25 }
        var expected = [Double](repeating: 0, count: results)
        var magnitudes = expected
        for (index, value) in x.enumerated() {
            expected[place(index, sizes, strides)] += Double(value)
            magnitudes[place(index, sizes, strides)] += abs(Double(value))
        }
        var scratch = [Float](
            repeating: .nan, count: kernel_reduce_scratch(sizes, rank, isFirstSummed))
        let sums = onAllPools { pool in
            written(results) {
                kernel_reduce(pool, $0, x, sizes, rank, isFirstSummed, &scratch)
            }
        }
        expectClose(
            sums, expected, tolerance: 1e-6, scale: magnitudes.max() ?? 1,
            "\(sizes) \(isFirstSummed)")
    }

    /// Any distances on either side: gaps between what is written, copies of what is read, backwards.
    @Test(arguments: 0..<80)
    func moves(_ seed: UInt64) {
        var numbers = Numbers(state: seed)
        let rank = Int.random(in: 0...5, using: &numbers)
        let sizes = Self.sizes(rank, atMost: 100_000, &numbers)
        var (from, to) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
        var (read, written) = (Int.random(in: 1...2, using: &numbers), 1)
        var (first, last) = (0, 0)
        for axis in (0..<rank).reversed() {
            to[axis] = written
            written *= sizes[axis] + (Int.random(in: 0..<5, using: &numbers) == 0 ? 1 : 0)
            let kind = Int.random(in: 0..<4, using: &numbers)
            from[axis] = [0, -read, read, read][kind]
            if kind > 0 { read *= max(sizes[axis], 1) }
            let end = from[axis] * max(sizes[axis] - 1, 0)
            (first, last) = (first + min(end, 0), last + max(end, 0))
        }
        let x = numbers.floats(last - first + 1)
        var expected = [Float](repeating: 7, count: written)
        for index in 0..<sizes.reduce(1, *) {
            expected[place(index, sizes, to)] = x[place(index, sizes, from) - first]
        }
        let dimensions = sizes.indices.map {
            kernel_move_dimension(size: sizes[$0], from: from[$0], to: to[$0])
        }
        let moved = onAllPools { pool in
            CKernelsTests.written(written) { out in
                out.update(repeating: 7, count: written)
                x.withUnsafeBufferPointer {
                    guard let start = $0.baseAddress else { return }
                    kernel_move(pool, out, start - first, dimensions, rank)
                }
            }
        }
        #expect(moved == expected, "\(sizes) \(from) \(to)")
    }

    @Test(arguments: [
        (0, 3, 1), (1, 1, 1), (700, 3, 1), (90, 2000, 1), (64, 32, 16), (50, 1040, 16),
    ])
    func rows(rows: Int, columns: Int, lanes: Int) {
        var numbers = Numbers(state: 5)
        let x = numbers.floats(rows * columns), row = numbers.floats(columns / lanes)
        let sums = onAllPools { pool in
            written(x.count) { out in
                out.update(from: x, count: x.count)
                kernel_add_row(pool, out, row, rows, columns, lanes)
            }
        }
        #expect(sums == x.indices.map { x[$0] + row[$0 % columns / lanes] })
        let thirds = onAllPools { pool in
            written(x.count) { out in
                out.update(from: x, count: x.count)
                kernel_divide(pool, out, 3, x.count)
            }
        }
        #expect(thirds == x.map { $0 / 3 })
    }
}
