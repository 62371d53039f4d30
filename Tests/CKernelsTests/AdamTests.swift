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
}
