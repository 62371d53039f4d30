import CKernels
import TestSupport
import Testing

/// Comparisons and choices of operands that are broadcast in any way, against the plain definition.
@Suite struct ChoiceTests {
    /// A few dimensions, and for each of three operands how it lies in them.
    private struct Shapes {
        let sizes: [Int]
        let strides: [[Int]]
        let counts: [Int]
        let count: Int

        init(_ numbers: inout SeededGenerator) {
            let rank = Int.random(in: 1...4, using: &numbers)
            let sizes = (0..<rank).map { _ in Int.random(in: 1...19, using: &numbers) }
            var strides: [[Int]] = []
            var counts: [Int] = []
            for _ in 0..<3 {
                let isWhole = Int.random(in: 0..<3, using: &numbers) == 0
                var (own, count) = ([Int](repeating: 0, count: rank), 1)
                for axis in (0..<rank).reversed() where isWhole || Bool.random(using: &numbers) {
                    own[axis] = count
                    count *= sizes[axis]
                }
                strides.append(own)
                counts.append(count)
            }
            (self.sizes, self.strides, self.counts) = (sizes, strides, counts)
            count = sizes.reduce(1, *)
        }

        /// An operand as the kernels take it; a whole one as one dimension.
        func operand(_ index: Int, _ memory: UnsafePointer<Float>?) -> kernel_broadcast {
            counts[index] == count
                ? broadcast(memory, sizes: [count], strides: [1])
                : broadcast(memory, sizes: sizes, strides: strides[index])
        }

        func element<T>(_ index: Int, _ operand: Int, _ elements: [T]) -> T {
            elements[place(index, sizes, strides[operand])]
        }
    }

    private static let comparisons: [(kernel_comparison, @Sendable (Double, Double) -> Bool)] = [
        (KERNEL_GREATER, { $0 > $1 }), (KERNEL_GREATER_EQUAL, { $0 >= $1 }),
        (KERNEL_LESS, { $0 < $1 }), (KERNEL_LESS_EQUAL, { $0 <= $1 }),
        (KERNEL_EQUAL, { $0 == $1 }), (KERNEL_NOT_EQUAL, { $0 != $1 }),
    ]

    /// Of floats, with NaN and both zeros, and of integers.
    @Test(arguments: 0..<30)
    func comparisons(_ seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let shapes = Shapes(&numbers)
        let kinds: [Float] = [.nan, -.infinity, 0, -0.0, 1, 2]
        let floats = shapes.counts.map { count in
            (0..<count).map { _ in kinds.randomElement(using: &numbers) ?? 0 }
        }
        let integers = shapes.counts.map { count in
            (0..<count).map { _ in Int32.random(in: -2...1, using: &numbers) }
        }
        for (comparison, holds) in Self.comparisons {
            let ofFloats = Self.compared(shapes, comparison, floats, areIntegers: false)
            let ofIntegers = Self.compared(shapes, comparison, integers, areIntegers: true)
            for index in 0..<shapes.count {
                let (x, y) = (
                    shapes.element(index, 0, floats[0]), shapes.element(index, 1, floats[1])
                )
                #expect(ofFloats[index] == holds(Double(x), Double(y)), "\(x) and \(y)")
                let (i, j) = (
                    shapes.element(index, 0, integers[0]), shapes.element(index, 1, integers[1])
                )
                #expect(ofIntegers[index] == holds(Double(i), Double(j)), "\(i) and \(j)")
            }
        }
    }

    private static func compared<T>(
        _ shapes: Shapes, _ comparison: kernel_comparison, _ elements: [[T]], areIntegers: Bool
    ) -> [Bool] {
        let pool = kernel_pool_create(2)
        defer { kernel_pool_destroy(pool) }
        var out = [Bool](repeating: false, count: shapes.count)
        elements[0].withUnsafeBytes { x in
            elements[1].withUnsafeBytes { y in
                let operands = [x, y].enumerated().map {
                    shapes.operand($0, $1.bindMemory(to: Float.self).baseAddress)
                }
                kernel_compare(pool, &out, comparison, areIntegers, operands, shapes.count)
            }
        }
        return out
    }

    @Test(arguments: 0..<40)
    func selections(_ seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let shapes = Shapes(&numbers)
        let condition = (0..<shapes.counts[0]).map { _ in Bool.random(using: &numbers) }
        let (x, y) = (
            (0..<shapes.counts[1]).map { _ in Float.random(in: 0...1, using: &numbers) },
            (0..<shapes.counts[2]).map { _ in Float.random(in: -1..<0, using: &numbers) }
        )
        let chosen = condition.withUnsafeBytes { bytes in
            x.withUnsafeBufferPointer { x in
                y.withUnsafeBufferPointer { y in
                    let operands = [
                        shapes.operand(0, bytes.bindMemory(to: Float.self).baseAddress),
                        shapes.operand(1, x.baseAddress), shapes.operand(2, y.baseAddress),
                    ]
                    return onAllPools { pool in
                        written(shapes.count) {
                            kernel_select(pool, $0, operands, shapes.count)
                        }
                    }
                }
            }
        }
        for index in 0..<shapes.count {
            let expected =
                shapes.element(index, 0, condition)
                ? shapes.element(index, 1, x) : shapes.element(index, 2, y)
            #expect(chosen[index] == expected, "\(shapes.sizes) \(shapes.strides)")
        }
    }

    @Test(arguments: [0, 1, 7, 100_000])
    func casts(count: Int) {
        var numbers = SeededGenerator(seed: 3)
        let bools = (0..<count).map { _ in Bool.random(using: &numbers) }
        let integers = (0..<count).map { _ in Int32.random(in: -1000...1000, using: &numbers) }
        #expect(
            onAllPools { pool in written(count) { kernel_cast_bools(pool, $0, bools, count) } }
                == bools.map { $0 ? 1 : 0 })
        #expect(
            onAllPools { pool in
                written(count) { kernel_cast_integers(pool, $0, integers, count) }
            } == integers.map(Float.init))
    }
}
