import CKernels
import Testing

@Suite struct MatmulTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        let m: Int, n: Int, k: Int

        init(_ m: Int, _ n: Int, _ k: Int) {
            (self.m, self.n, self.k) = (m, n, k)
        }

        var testDescription: String { "[\(m), \(k)] · [\(k), \(n)]" }
    }

    /// The network's shapes, scaled down where the reference would take long, and odd ones.
    static let shapes: [Shape] = {
        var shapes = [
            Shape(10, 128, 637), Shape(10, 1, 1024), Shape(10, 131, 220), Shape(10, 98, 1024),
            Shape(637, 33, 10), Shape(1024, 1, 10), Shape(10, 637, 100), Shape(10, 1024, 1),
            Shape(128, 130, 70), Shape(128, 1, 300), Shape(250, 150, 40), Shape(61, 70, 600),
            Shape(1, 1024, 100), Shape(1, 100, 1025), Shape(32, 300, 21), Shape(2000, 3, 5),
            Shape(3, 2000, 5), Shape(3, 5, 4000),
            // Whole tiles, with little and much of k; rows that lie a power of two apart; more
            // than a cache holds.
            Shape(27, 64, 15), Shape(25, 32, 16), Shape(33, 64, 45), Shape(128, 70, 1024),
            Shape(30, 40, 1300), Shape(700, 40, 200),
        ]
        for m in [0, 1, 2, 5, 6, 7, 13] {
            for n in [0, 1, 3, 8, 15, 16, 17, 40] {
                for k in [0, 1, 2, 7, 9, 33] { shapes.append(Shape(m, n, k)) }
            }
        }
        return shapes
    }()

    private func multiply(
        _ pool: OpaquePointer?, _ a: [Float], _ b: [Float], _ shape: Shape, _ transposeA: Bool,
        _ transposeB: Bool, way: kernel_matmul_way? = nil
    ) -> [Float] {
        var of = kernel_matmul_shape(
            m: shape.m, n: shape.n, k: shape.k, transpose_a: transposeA, transpose_b: transposeB)
        let way = way ?? kernel_matmul_choose(&of)
        let size = kernel_matmul_scratch(&of, way, kernel_pool_threads(pool))
        var product: [Float] = []
        _ = written(size) { scratch in
            product = written(shape.m * shape.n) {
                kernel_matmul(pool, way, $0, a, b, &of, size == 0 ? nil : scratch)
            }
        }
        return product
    }

    @Test(arguments: shapes)
    func products(_ shape: Shape) {
        let (m, n, k) = (shape.m, shape.n, shape.k)
        var numbers = Numbers(state: 7)
        let a = numbers.floats(m * k), b = numbers.floats(k * n)
        var expected = [Double](repeating: 0, count: m * n)
        for i in 0..<m {
            for p in 0..<k {
                let ai = Double(a[i * k + p])
                for j in 0..<n { expected[i * n + j] += ai * Double(b[p * n + j]) }
            }
        }
        let transposedA = (0..<k * m).map { a[$0 % m * k + $0 / m] }
        let transposedB = (0..<n * k).map { b[$0 % k * n + $0 / k] }
        for (transposeA, transposeB) in [
            (false, false), (false, true), (true, false), (true, true),
        ] {
            let left = transposeA ? transposedA : a, right = transposeB ? transposedB : b
            let threaded = m * n * k > 50_000
            let product =
                threaded
                ? onAllPools { multiply($0, left, right, shape, transposeA, transposeB) }
                : multiply(nil, left, right, shape, transposeA, transposeB)
            // Of a dot product's k terms of size 1/4, rounding leaves some multiple of √k units in the last place.
            expectClose(
                product, expected, tolerance: 2e-6, scale: 1 + Double(k).squareRoot(),
                "\(transposeA) \(transposeB)")
            let packed = multiply(
                nil, left, right, shape, transposeA, transposeB, way: KERNEL_MATMUL_PACKED)
            expectClose(
                packed, expected, tolerance: 2e-6, scale: 1 + Double(k).squareRoot(),
                "\(transposeA) \(transposeB), packed")
        }
    }

    @Test(arguments: [
        (Shape(24, 30, 40), false, KERNEL_MATMUL_STREAMED),
        (Shape(25, 30, 40), false, KERNEL_MATMUL_PACKED),
        (Shape(24, 30, 40), true, KERNEL_MATMUL_DOTS),
        (Shape(25, 30, 40), true, KERNEL_MATMUL_PACKED),
        (Shape(300, 1, 40), false, KERNEL_MATMUL_DOTS),
        (Shape(300, 20, 1), true, KERNEL_MATMUL_OUTER),
    ])
    func aShapeChoosesAWay(_ shape: Shape, transposeB: Bool, way: kernel_matmul_way) {
        var of = kernel_matmul_shape(
            m: shape.m, n: shape.n, k: shape.k, transpose_a: false, transpose_b: transposeB)
        #expect(kernel_matmul_choose(&of) == way)
    }

    @Test func notANumberStaysInItsRowAndColumn() {
        let shape = Shape(13, 19, 21)
        var numbers = Numbers(state: 8)
        var a = numbers.floats(13 * 21), b = numbers.floats(21 * 19)
        a[4 * 21 + 3] = .nan
        b[20 * 19 + 18] = .infinity
        let product = multiply(nil, a, b, shape, false, false)
        for i in 0..<13 {
            for j in 0..<19 {
                #expect(product[i * 19 + j].isNaN == (i == 4))
                #expect(product[i * 19 + j].isInfinite == (i != 4 && j == 18))
            }
        }
    }
}
