import CKernels
import Testing

@Suite struct MaxPoolTests {
    static let shapes = [
        // The network's.
        Convolution(3, 28, 28, 11, filter: (2, 2), to: 11, stride: (2, 2), pads: (0, 0, 0, 0)),
        Convolution(2, 14, 14, 13, filter: (2, 2), to: 13, stride: (2, 2), pads: (0, 0, 0, 0)),
        Convolution.same(10, 20, 1, 13, filter: (2, 2), to: 13, stride: (2, 2)),
        // Overlapping windows, windows with gaps, odd sizes, channels of every kind.
        Convolution.same(2, 7, 9, 8, filter: (3, 3), to: 8),
        Convolution.same(1, 5, 5, 1, filter: (2, 3), to: 1),
        Convolution.same(2, 9, 8, 3, filter: (3, 2), to: 3, stride: (2, 2)),
        Convolution.same(1, 9, 9, 17, filter: (2, 2), to: 17, stride: (3, 3)),
        Convolution(1, 7, 7, 9, filter: (3, 3), to: 9, stride: (2, 2), pads: (0, 0, 0, 0)),
        Convolution(5, 4, 6, 32, filter: (2, 2), to: 32, stride: (2, 2), pads: (0, 0, 0, 0)),
        Convolution(9, 30, 30, 7, filter: (1, 1), to: 7, pads: (0, 0, 0, 0)),
        // A window of padding alone.
        Convolution(1, 2, 2, 8, filter: (2, 2), to: 8, stride: (2, 2), pads: (2, 0, 2, 0)),
        Convolution.same(0, 4, 4, 3, filter: (2, 2), to: 3),
        Convolution.same(2, 4, 4, 0, filter: (2, 2), to: 0),
    ]

    /// The maxima, and the index of x that each came from.
    private func reference(_ conv: Convolution, _ x: [Float]) -> (y: [Double], from: [Int?]) {
        let c = conv.shape.c
        var y = [Double](repeating: -.infinity, count: conv.yCount)
        var from = [Int?](repeating: nil, count: conv.yCount)
        conv.forEachTap { px, py, _ in
            for i in 0..<c {
                let value = Double(x[px * c + i]), best = y[py * c + i]
                guard from[py * c + i] == nil || value > best || (value.isNaN && !best.isNaN) else {
                    continue
                }
                y[py * c + i] = value
                from[py * c + i] = px * c + i
            }
        }
        return (y, from)
    }

    /// Values of a few kinds, so that windows hold equal maxima; some of them special.
    private func inputs(_ conv: Convolution, special: Bool) -> [Float] {
        var numbers = Numbers(state: 12)
        let kinds: [Float] =
            special ? [-.infinity, .infinity, .nan, 0, -0.0, 1, -1] : [-2, -1, 0, 1, 2]
        return (0..<conv.xCount).map { _ in kinds.randomElement(using: &numbers) ?? 0 }
    }

    @Test(arguments: shapes, [false, true])
    func both(_ conv: Convolution, special: Bool) {
        var shape = conv.shape
        var numbers = Numbers(state: 13)
        let x = inputs(conv, special: special), dy = numbers.floats(conv.yCount)
        let (expected, from) = reference(conv, x)
        let y = onAllPools { pool in written(conv.yCount) { kernel_max_pool(pool, $0, x, &shape) } }
        expectClose(y, expected, tolerance: 0)

        var gradient = [Double](repeating: 0, count: conv.xCount)
        for (place, value) in zip(from, dy) {
            if let place { gradient[place] += Double(value) }
        }
        let dx = onAllPools { pool in
            written(conv.xCount) { kernel_max_pool_gradient(pool, $0, x, y, dy, &shape) }
        }
        expectClose(dx, gradient)

        // Its gradient takes from where that went to.
        let given = numbers.floats(conv.xCount)
        let second = onAllPools { pool in
            written(conv.yCount) {
                kernel_max_pool_second_gradient(pool, $0, x, y, given, &shape)
            }
        }
        #expect(second == from.map { $0.map { given[$0] } ?? 0 })
    }
}
