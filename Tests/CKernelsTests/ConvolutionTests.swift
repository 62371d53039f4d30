import CKernels
import Testing

/// A convolution's shape, with the output that it has for its padding.
struct Convolution: Sendable, CustomTestStringConvertible {
    let shape: kernel_conv2d_shape

    /// `pads`: above, below, left, right.
    init(
        _ n: Int, _ h: Int, _ w: Int, _ c: Int, filter: (Int, Int), to k: Int,
        stride: (Int, Int) = (1, 1),
        pads: (Int, Int, Int, Int)
    ) {
        shape = kernel_conv2d_shape(
            n: n, h: h, w: w, c: c, r: filter.0, s: filter.1,
            p: (h + pads.0 + pads.1 - filter.0) / stride.0 + 1,
            q: (w + pads.2 + pads.3 - filter.1) / stride.1 + 1, k: k,
            stride_h: stride.0, stride_w: stride.1, pad_top: pads.0, pad_left: pads.2)
    }

    /// TensorFlow's SAME padding: as many outputs as strides, the odd pixel of padding below and right.
    static func same(
        _ n: Int, _ h: Int, _ w: Int, _ c: Int, filter: (Int, Int), to k: Int,
        stride: (Int, Int) = (1, 1)
    ) -> Convolution {
        func pads(_ length: Int, _ filter: Int, _ stride: Int) -> (Int, Int) {
            let count = (length + stride - 1) / stride
            let total = max(0, (count - 1) * stride + filter - length)
            return (total / 2, total - total / 2)
        }
        let (top, bottom) = pads(h, filter.0, stride.0)
        let (left, right) = pads(w, filter.1, stride.1)
        return Convolution(
            n, h, w, c, filter: filter, to: k, stride: stride, pads: (top, bottom, left, right))
    }

    var testDescription: String {
        let s = shape
        return
            "[\(s.n), \(s.h), \(s.w), \(s.c)] to [\(s.n), \(s.p), \(s.q), \(s.k)] by \(s.r) × \(s.s), "
            + "stride \(s.stride_h) × \(s.stride_w), pads \(s.pad_top), \(s.pad_left)"
    }

    var xCount: Int { shape.n * shape.h * shape.w * shape.c }
    var yCount: Int { shape.n * shape.p * shape.q * shape.k }
    var wCount: Int { shape.r * shape.s * shape.c * shape.k }

    /// Calls `body` with the indices of x and y and the position in the filter, for each output pixel and each tap that is not padding.
    func forEachTap(_ body: (_ x: Int, _ y: Int, _ tap: Int) -> Void) {
        let s = shape
        for n in 0..<s.n {
            for p in 0..<s.p {
                for q in 0..<s.q {
                    for r in 0..<s.r {
                        for t in 0..<s.s {
                            let i = p * s.stride_h + r - s.pad_top
                            let j = q * s.stride_w + t - s.pad_left
                            guard (0..<s.h).contains(i), (0..<s.w).contains(j) else { continue }
                            body((n * s.h + i) * s.w + j, (n * s.p + p) * s.q + q, r * s.s + t)
                        }
                    }
                }
            }
        }
    }

    static let all = [
        // The network's.
        same(3, 28, 28, 1, filter: (3, 3), to: 11), same(2, 14, 14, 11, filter: (3, 3), to: 13),
        same(10, 20, 1, 1, filter: (3, 3), to: 13), same(10, 20, 1, 13, filter: (3, 3), to: 11),
        // Pairs of outputs in every number, blocks of outputs, rows of padding only, a cut image.
        same(2, 4, 2, 5, filter: (3, 3), to: 9), same(1, 5, 7, 1, filter: (3, 3), to: 16),
        same(1, 6, 25, 2, filter: (2, 3), to: 12), same(2, 5, 13, 18, filter: (3, 3), to: 32),
        same(1, 7, 20, 33, filter: (5, 3), to: 43), same(2, 1, 70, 1, filter: (3, 3), to: 10),
        Convolution(2, 3, 9, 3, filter: (3, 3), to: 11, pads: (4, 3, 6, 5)),
        Convolution(2, 8, 11, 4, filter: (3, 3), to: 15, pads: (0, 0, 0, 0)),
        // One image, many images.
        same(1, 28, 28, 1, filter: (3, 3), to: 11), same(70, 5, 5, 2, filter: (3, 3), to: 3),
        // VALID.
        Convolution(2, 9, 8, 3, filter: (3, 3), to: 5, pads: (0, 0, 0, 0)),
        Convolution(1, 3, 3, 4, filter: (3, 3), to: 16, pads: (0, 0, 0, 0)),
        // Strides, even filters, uneven padding.
        same(2, 9, 7, 3, filter: (2, 2), to: 4),
        same(2, 9, 7, 3, filter: (4, 2), to: 4, stride: (2, 2)),
        same(2, 10, 12, 5, filter: (3, 3), to: 9, stride: (2, 3)),
        same(1, 8, 8, 2, filter: (1, 1), to: 17, stride: (3, 3)),
        same(2, 11, 5, 1, filter: (5, 5), to: 1), same(2, 6, 6, 8, filter: (5, 5), to: 1),
        same(2, 6, 7, 16, filter: (3, 1), to: 2), same(1, 6, 7, 17, filter: (1, 3), to: 33),
        same(1, 4, 4, 40, filter: (3, 3), to: 40), same(2, 5, 5, 1, filter: (1, 1), to: 1),
        // Many channels: by products at Winograd's points; tiles of all sizes, pieces of filters.
        same(5, 9, 8, 16, filter: (4, 4), to: 18, stride: (2, 2)),
        same(1, 7, 10, 21, filter: (3, 3), to: 33), same(3, 6, 5, 17, filter: (2, 2), to: 16),
        same(2, 8, 9, 18, filter: (5, 5), to: 16),
        same(8, 7, 9, 16, filter: (6, 5), to: 17, stride: (2, 2)),
        same(6, 8, 7, 16, filter: (4, 3), to: 19, stride: (2, 1)),
        Convolution(2, 8, 9, 16, filter: (3, 3), to: 20, pads: (2, 0, 1, 3)),
        // A filter larger than the image, padding wider than the filter, rows and columns that no output reads.
        same(2, 2, 2, 3, filter: (7, 7), to: 3), same(1, 1, 1, 1, filter: (3, 3), to: 1),
        Convolution(1, 3, 4, 2, filter: (2, 2), to: 3, pads: (4, 3, 5, 2)),
        Convolution(1, 8, 8, 2, filter: (2, 2), to: 3, stride: (4, 3), pads: (0, 0, 0, 0)),
        Convolution(1, 1, 1, 1, filter: (1, 1), to: 1, stride: (2, 2), pads: (2, 2, 2, 2)),
        // Wide rows are bands of one; a tall image is many.
        same(1, 3, 2100, 1, filter: (3, 3), to: 2), same(1, 300, 20, 2, filter: (3, 3), to: 9),
        // Nothing.
        same(0, 5, 5, 2, filter: (3, 3), to: 3), same(2, 5, 5, 0, filter: (3, 3), to: 3),
        same(2, 5, 5, 3, filter: (3, 3), to: 0), same(2, 0, 5, 3, filter: (3, 3), to: 2),
    ]
}

@Suite struct ConvolutionTests {
    /// Rounding errors are relative to the size of a dot product of so many terms of size 1/4.
    private func scale(_ terms: Int) -> Double { 1 + Double(terms).squareRoot() }

    /// Runs `body` with scratch memory of the size asked for; expects it not to write more.
    private func withScratch(
        _ conv: Convolution, _ part: kernel_conv2d_part, _ way: kernel_conv2d_way,
        _ pool: OpaquePointer?, _ count: Int,
        _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
        var shape = conv.shape
        var result: [Float] = []
        _ = written(kernel_conv2d_scratch(&shape, part, way, kernel_pool_threads(pool))) {
            scratch in
            result = written(count) { body($0, scratch) }
        }
        return result
    }

    /// The filter as a way takes it.
    private func filter(
        _ w: [Float], _ conv: Convolution, _ part: kernel_conv2d_part, _ way: kernel_conv2d_way
    ) -> [Float] {
        var shape = conv.shape
        let count = kernel_conv2d_packed_filter(&shape, part, way)
        guard count > 0 else { return w }
        return onAllPools { pool in
            written(count) { kernel_conv2d_pack_filter(pool, way, $0, w, &shape, part) }
        }
    }

    /// The way that is chosen, and the one that takes every shape.
    private func ways(_ conv: Convolution, _ part: kernel_conv2d_part) -> [kernel_conv2d_way] {
        var shape = conv.shape
        let chosen = kernel_conv2d_choose(&shape, part, false)
        return chosen == KERNEL_CONV2D_TAPS ? [chosen] : [chosen, KERNEL_CONV2D_TAPS]
    }

    @Test(arguments: Convolution.all)
    func forward(_ conv: Convolution) {
        var shape = conv.shape
        let (c, k) = (shape.c, shape.k)
        var numbers = Numbers(state: 9)
        let x = numbers.floats(conv.xCount), w = numbers.floats(conv.wCount)
        var expected = [Double](repeating: 0, count: conv.yCount)
        conv.forEachTap { px, py, tap in
            for i in 0..<c {
                for o in 0..<k {
                    expected[py * k + o] += Double(x[px * c + i]) * Double(w[(tap * c + i) * k + o])
                }
            }
        }
        let bias = numbers.floats(k)
        let part = KERNEL_CONV2D_FORWARD
        for way in ways(conv, part) {
            let w = filter(w, conv, part, way)
            let y = onAllPools { pool in
                withScratch(conv, part, way, pool, conv.yCount) {
                    kernel_conv2d(pool, way, $0, x, w, nil, &shape, $1)
                }
            }
            expectClose(y, expected, tolerance: 2e-6, scale: scale(conv.wCount / max(k, 1)))

            // With biases: the very sums, and the biases added.
            let biased = onAllPools { pool in
                withScratch(conv, part, way, pool, conv.yCount) {
                    kernel_conv2d(pool, way, $0, x, w, bias, &shape, $1)
                }
            }
            let isSame = biased == y.enumerated().map { $1 + bias[$0 % k] }
            #expect(isSame)
        }
    }

    @Test(arguments: Convolution.all)
    func inputGradient(_ conv: Convolution) {
        var shape = conv.shape
        let (c, k) = (shape.c, shape.k)
        var numbers = Numbers(state: 10)
        let dy = numbers.floats(conv.yCount), w = numbers.floats(conv.wCount)
        let bias = numbers.floats(c)
        var expected = [Double](repeating: 0, count: conv.xCount)
        conv.forEachTap { px, py, tap in
            for i in 0..<c {
                for o in 0..<k {
                    expected[px * c + i] +=
                        Double(dy[py * k + o]) * Double(w[(tap * c + i) * k + o])
                }
            }
        }
        let part = KERNEL_CONV2D_INPUT_GRADIENT
        for way in ways(conv, part) {
            let w = filter(w, conv, part, way)
            let dx = onAllPools { pool in
                withScratch(conv, part, way, pool, conv.xCount) {
                    kernel_conv2d_input_gradient(pool, way, $0, dy, w, nil, &shape, $1)
                }
            }
            expectClose(dx, expected, tolerance: 2e-6, scale: scale(conv.wCount / max(c, 1)))

            let biased = onAllPools { pool in
                withScratch(conv, part, way, pool, conv.xCount) {
                    kernel_conv2d_input_gradient(pool, way, $0, dy, w, bias, &shape, $1)
                }
            }
            let isSame = biased == dx.enumerated().map { $1 + bias[$0 % c] }
            #expect(isSame)
        }
    }

    @Test(arguments: Convolution.all)
    func filterGradient(_ conv: Convolution) {
        var shape = conv.shape
        let (c, k) = (shape.c, shape.k)
        var numbers = Numbers(state: 11)
        let x = numbers.floats(conv.xCount), dy = numbers.floats(conv.yCount)
        var expected = [Double](repeating: 0, count: conv.wCount)
        conv.forEachTap { px, py, tap in
            for i in 0..<c {
                for o in 0..<k {
                    expected[(tap * c + i) * k + o] +=
                        Double(x[px * c + i]) * Double(dy[py * k + o])
                }
            }
        }
        let part = KERNEL_CONV2D_FILTER_GRADIENT
        for way in ways(conv, part) {
            let dw = onAllPools { pool in
                withScratch(conv, part, way, pool, conv.wCount) {
                    kernel_conv2d_filter_gradient(pool, way, $0, x, dy, &shape, $1)
                }
            }
            expectClose(dw, expected, tolerance: 2e-6, scale: scale(conv.yCount / max(k, 1)))
        }
    }
}
