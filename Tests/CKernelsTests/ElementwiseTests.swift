import CKernels
import Platform
import Testing

/// A kernel, what it computes, and how far from it it may be.
struct UnaryCase: Sendable, CustomTestStringConvertible {
    let name: String
    let kernel: @Sendable (UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, Int) -> Void
    let reference: @Sendable (Double) -> Double
    let ulps: Double

    var testDescription: String { name }

    static let all = [
        UnaryCase(name: "neg", kernel: kernel_neg, reference: { -$0 }, ulps: 0),
        UnaryCase(name: "exp", kernel: kernel_exp, reference: { exp($0) }, ulps: 1),
        UnaryCase(name: "log", kernel: kernel_log, reference: { log($0) }, ulps: 0.9),
        UnaryCase(name: "sqrt", kernel: kernel_sqrt, reference: { $0.squareRoot() }, ulps: 0.5),
        UnaryCase(
            name: "rsqrt", kernel: kernel_rsqrt, reference: { 1 / $0.squareRoot() }, ulps: 1.5),
        UnaryCase(name: "reciprocal", kernel: kernel_reciprocal, reference: { 1 / $0 }, ulps: 0.5),
        UnaryCase(name: "square", kernel: kernel_square, reference: { $0 * $0 }, ulps: 0.5),
        UnaryCase(
            name: "relu", kernel: kernel_relu, reference: { $0.isNaN ? $0 : max($0, 0) }, ulps: 0),
        UnaryCase(
            name: "sigmoid", kernel: kernel_sigmoid,
            reference: { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }, ulps: 2.4),
        UnaryCase(
            name: "softplus", kernel: kernel_softplus,
            reference: { $0.isNaN ? $0 : max($0, 0) + log1p(exp(-abs($0))) }, ulps: 1.8),
        UnaryCase(name: "tanh", kernel: kernel_tanh, reference: { tanh($0) }, ulps: 1.4),
    ]
}

/// Unit in the last place of the float nearest to `value`, the largest float's for what rounds to infinity.
private func ulp(_ value: Double) -> Double {
    let nearest = Float(value)
    return Double(nearest.isFinite ? nearest.ulp : Float.greatestFiniteMagnitude.ulp)
}

@Suite struct ElementwiseTests {
    /// Special values, and some of every binade, both signs.
    static let inputs: [Float] = {
        var values: [Float] = [
            0, -0.0, .infinity, -.infinity, .nan, 1, -1, .greatestFiniteMagnitude,
            -.greatestFiniteMagnitude, .leastNormalMagnitude, -.leastNormalMagnitude,
            .leastNonzeroMagnitude, -.leastNonzeroMagnitude, 88.72283, 88.72284, -87.33654,
            -87.33655,
            -103.97208, -103.97209, -104, 89, 0.41421354, 0.41421357, 0.70710677, 0.7071068,
            0.625, -0.625, 0.62499994,
        ]
        var numbers = Numbers(state: 2)
        for exponent in 0..<UInt32(255) {
            for _ in 0..<12 {
                let fraction = UInt32.random(in: 0..<(1 << 23), using: &numbers)
                let value = Float(bitPattern: exponent << 23 | fraction)
                values += [value, -value]
            }
        }
        // Where exp, tanh and the like are neither 0 nor 1 nor infinite.
        values += (0..<20_000).map { _ in Float.random(in: -110...110, using: &numbers) }
        values += (0..<20_000).map { _ in Float.random(in: -2...2, using: &numbers) }
        return values
    }()

    @Test(arguments: UnaryCase.all)
    func unary(_ item: UnaryCase) {
        let inputs = Self.inputs
        let values = written(inputs.count) { item.kernel($0, inputs, inputs.count) }
        var worst = (error: 0.0, input: Float(0))
        for (x, y) in zip(inputs, values) {
            let wanted = item.reference(Double(x))
            if wanted.isNaN || y.isNaN {
                #expect(wanted.isNaN && y.isNaN, "\(item.name)(\(x)) = \(y), expected \(wanted)")
                continue
            }
            // A result may be rounded to infinity only where its true value would be.
            if y.isInfinite || Float(wanted).isInfinite {
                #expect(y == Float(wanted), "\(item.name)(\(x)) = \(y), expected \(wanted)")
                continue
            }
            let error = abs(Double(y) - wanted) / ulp(wanted)
            if error > worst.error { worst = (error, x) }
        }
        #expect(worst.error <= item.ulps, "\(worst.error) ulp at \(worst.input)")
    }

    /// All lengths around a vector's, in place and not.
    @Test(arguments: UnaryCase.all)
    func lengths(_ item: UnaryCase) {
        var numbers = Numbers(state: 3)
        for n in 0...35 {
            let x = numbers.floats(n).map { abs($0) }
            let expected = x.map { item.reference(Double($0)) }
            let apart = written(n) { item.kernel($0, x, n) }
            let inPlace = written(n) {
                $0.update(from: x, count: n)
                item.kernel($0, $0, n)
            }
            expectClose(apart, expected, tolerance: 3e-7, "\(item.name) of \(n)")
            #expect(inPlace == apart)
        }
    }

    struct BinaryCase: Sendable, CustomTestStringConvertible {
        let name: String
        let kernel:
            @Sendable (
                UnsafeMutablePointer<Float>?, UnsafePointer<Float>?, UnsafePointer<Float>?, Int
            ) -> Void
        let reference: @Sendable (Double, Double) -> Double

        var testDescription: String { name }

        static let all = [
            BinaryCase(name: "add", kernel: kernel_add, reference: { $0 + $1 }),
            BinaryCase(name: "sub", kernel: kernel_sub, reference: { $0 - $1 }),
            BinaryCase(name: "mul", kernel: kernel_mul, reference: { $0 * $1 }),
            BinaryCase(name: "div", kernel: kernel_div, reference: { $0 / $1 }),
            BinaryCase(
                name: "squared_difference", kernel: kernel_squared_difference,
                reference: { ($0 - $1) * ($0 - $1) }),
            BinaryCase(
                name: "relu_grad", kernel: kernel_relu_grad, reference: { $1 > 0 ? $0 : 0 }),
            BinaryCase(
                name: "sigmoid_grad", kernel: kernel_sigmoid_grad,
                reference: { $1 * $0 * (1 - $0) }),
            BinaryCase(
                name: "rsqrt_grad", kernel: kernel_rsqrt_grad,
                reference: { $1 * -0.5 * ($0 * $0 * $0) }),
            BinaryCase(
                name: "tanh_grad", kernel: kernel_tanh_grad, reference: { $1 * (1 - $0 * $0) }),
            BinaryCase(
                name: "max", kernel: kernel_max,
                reference: { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }),
            BinaryCase(
                name: "min", kernel: kernel_min,
                reference: { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }),
        ]
    }

    @Test(arguments: BinaryCase.all)
    func binary(_ item: BinaryCase) {
        var numbers = Numbers(state: 4)
        let special: [Float] = [0, -0.0, 1, -1, .infinity, -.infinity, .nan, 3.5]
        for n in [0, 1, 7, 8, 9, 31, 64, 100] {
            var x = numbers.floats(n), y = numbers.floats(n)
            if n == 64 {
                x = special.flatMap { value in special.map { _ in value } }
                y = special.flatMap { _ in special }
            }
            let expected = zip(x, y).map { item.reference(Double($0), Double($1)) }
            let apart = written(n) { item.kernel($0, x, y, n) }
            expectClose(apart, expected, "\(item.name) of \(n)")
            let inX = written(n) {
                $0.update(from: x, count: n)
                item.kernel($0, $0, y, n)
            }
            let inY = written(n) {
                $0.update(from: y, count: n)
                item.kernel($0, x, $0, n)
            }
            #expect(inX.map(\.bitPattern) == apart.map(\.bitPattern))
            #expect(inY.map(\.bitPattern) == apart.map(\.bitPattern))
        }
    }

    @Test func fill() {
        for n in [0, 1, 8, 13, 100] {
            #expect(written(n) { kernel_fill($0, 2.5, n) } == [Float](repeating: 2.5, count: n))
        }
    }

    @Test func repeatRow() {
        var numbers = Numbers(state: 5)
        for (rows, columns) in [
            (0, 3), (3, 0), (1, 1), (7, 1), (1, 11), (1000, 11), (9, 784), (5, 3000),
        ] {
            let row = numbers.floats(columns)
            let values = written(rows * columns) { kernel_repeat_row($0, row, rows, columns) }
            #expect(values == (0..<rows).flatMap { _ in row })
        }
    }
}
