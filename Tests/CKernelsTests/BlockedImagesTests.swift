import CKernels
import Testing

/// Images in blocks of sixteen, beside the same images as rows.
@Suite struct BlockedImagesTests {
    /// A convolution, and the orders of its images' pixels.
    struct Case: Sendable, CustomTestStringConvertible {
        let conv: Convolution
        let x: kernel_pixel_order
        let y: kernel_pixel_order

        var testDescription: String { "\(conv.testDescription), \(x.rawValue) to \(y.rawValue)" }

        static let all =
            [
                // The network's; whole blocks, and some images more.
                Convolution.same(32, 28, 28, 1, filter: (3, 3), to: 11),
                .same(21, 14, 14, 11, filter: (3, 3), to: 13),
                .same(1, 4, 6, 2, filter: (3, 3), to: 1), .same(16, 2, 2, 3, filter: (5, 5), to: 4),
                // As many outputs as fill the tiles of each instruction set, and more.
                .same(17, 4, 4, 3, filter: (3, 3), to: 6),
                .same(3, 4, 4, 14, filter: (3, 3), to: 27),
                .same(40, 6, 2, 7, filter: (1, 1), to: 2),
                .same(18, 4, 8, 5, filter: (3, 2), to: 5),
                Convolution(5, 8, 8, 3, filter: (3, 3), to: 3, pads: (0, 0, 0, 0)),
                // Enough channels for Winograd's way, and as many as it can take.
                .same(18, 6, 10, 6, filter: (3, 3), to: 7),
                .same(5, 2, 4, 32, filter: (3, 3), to: 31),
                Convolution(20, 10, 8, 8, filter: (3, 3), to: 9, pads: (0, 0, 0, 0)),
            ].flatMap { conv in
                [(KERNEL_ROWS, KERNEL_WINDOWS), (KERNEL_WINDOWS, KERNEL_ROWS)].map {
                    Case(conv: conv, x: $0.0, y: $0.1)
                }
            }
            + [
                // Outputs that are no whole tiles.
                Convolution.same(17, 7, 5, 13, filter: (3, 3), to: 11),
                .same(3, 1, 3, 6, filter: (3, 3), to: 6),
                Convolution(9, 4, 9, 7, filter: (3, 3), to: 8, pads: (2, 2, 2, 2)),
            ].map { Case(conv: $0, x: KERNEL_ROWS, y: KERNEL_ROWS) }
    }

    /// Images [n, h, w, c] as a kernel takes them, the lanes behind the last of them NaN.
    private func blocked(
        _ images: [Float], _ n: Int, _ h: Int, _ w: Int, _ c: Int, _ order: kernel_pixel_order
    ) -> [Float] {
        var result = [Float](repeating: .nan, count: (n + 15) / 16 * 16 * h * w * c)
        forEach(n, h, w, c, order) { image, place in result[place] = images[image] }
        return result
    }

    private func unblocked(
        _ blocks: [Float], _ n: Int, _ h: Int, _ w: Int, _ c: Int, _ order: kernel_pixel_order
    ) -> [Double] {
        var result = [Double](repeating: 0, count: n * h * w * c)
        forEach(n, h, w, c, order) { image, place in result[image] = Double(blocks[place]) }
        return result
    }

    private func forEach(
        _ n: Int, _ h: Int, _ w: Int, _ c: Int, _ order: kernel_pixel_order,
        _ body: (_ image: Int, _ place: Int) -> Void
    ) {
        for index in 0..<n * h * w * c {
            let (i, row, column) = (index / c / w / h, index / c / w % h, index / c % w)
            let window = (row / 2 * (w / 2) + column / 2) * 4 + row % 2 * 2 + column % 2
            let pixel = order == KERNEL_WINDOWS ? window : row * w + column
            body(index, ((i / 16 * h * w + pixel) * c + index % c) * 16 + i % 16)
        }
    }

    private func withScratch(
        _ floats: Int, _ count: Int,
        _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
        var result: [Float] = []
        _ = written(floats) { scratch in result = written(count) { body($0, scratch) } }
        return result
    }

    @Test(arguments: Case.all)
    func convolution(_ test: Case) {
        var s = test.conv.shape
        var numbers = Numbers(state: 31)
        let x = numbers.floats(test.conv.xCount), w = numbers.floats(test.conv.wCount)
        let dy = numbers.floats(test.conv.yCount), bias = numbers.floats(s.k)
        let (xBlocks, dyBlocks) = (
            blocked(x, s.n, s.h, s.w, s.c, test.x), blocked(dy, s.n, s.p, s.q, s.k, test.y)
        )
        let taps = KERNEL_CONV2D_TAPS
        let parts = [
            KERNEL_CONV2D_FORWARD, KERNEL_CONV2D_INPUT_GRADIENT, KERNEL_CONV2D_FILTER_GRADIENT,
        ]
        var plain = [Float](
            repeating: 0, count: parts.map { kernel_conv2d_scratch(&s, $0, taps, 1) }.max() ?? 0)
        let terms = Double(test.conv.wCount) / Double(s.k)

        var expected = [Float](repeating: 0, count: dy.count)
        kernel_conv2d(nil, taps, &expected, x, w, bias, &s, &plain)
        for way in Set([taps.rawValue, kernel_conv2d_choose(&s, parts[0], true).rawValue]) {
            let way = kernel_conv2d_way(way)
            let y = onAllPools { pool in
                withScratch(kernel_blocked_conv2d_scratch(&s, parts[0], way), dyBlocks.count) {
                    kernel_blocked_conv2d(pool, way, $0, test.y, xBlocks, test.x, w, bias, &s, $1)
                }
            }
            expectClose(
                expected, unblocked(y, s.n, s.p, s.q, s.k, test.y), tolerance: 4e-6,
                scale: terms.squareRoot(), "y")
        }

        expected = [Float](repeating: 0, count: x.count)
        let channelBias = numbers.floats(s.c)
        kernel_conv2d_input_gradient(nil, taps, &expected, dy, w, channelBias, &s, &plain)
        for way in Set([taps.rawValue, kernel_conv2d_choose(&s, parts[1], true).rawValue]) {
            let way = kernel_conv2d_way(way)
            let dx = onAllPools { pool in
                withScratch(kernel_blocked_conv2d_scratch(&s, parts[1], way), xBlocks.count) {
                    kernel_blocked_conv2d_input_gradient(
                        pool, way, $0, test.x, dyBlocks, test.y, w, channelBias, &s, $1)
                }
            }
            expectClose(
                expected, unblocked(dx, s.n, s.h, s.w, s.c, test.x), tolerance: 4e-6,
                scale: Double(s.r * s.s * s.k).squareRoot(), "dx")
        }

        let dw = onAllPools { pool in
            withScratch(kernel_blocked_conv2d_scratch(&s, parts[2], taps), w.count) {
                kernel_blocked_conv2d_filter_gradient(
                    pool, $0, xBlocks, test.x, dyBlocks, test.y, &s, $1)
            }
        }
        expected = [Float](repeating: 0, count: w.count)
        kernel_conv2d_filter_gradient(nil, taps, &expected, x, dy, &s, &plain)
        expectClose(
            expected, dw.map(Double.init), tolerance: 4e-6,
            scale: Double(s.n * s.p * s.q).squareRoot(), "dw")
    }

    @Test(arguments: [1, 15, 16, 17, 50], [1, 7, 8, 100, 3000])
    func conversions(count: Int, size: Int) {
        var numbers = Numbers(state: 32)
        let images = numbers.floats(count * size)
        let blocks = onAllPools { pool in
            written((count + 15) / 16 * 16 * size) {
                kernel_block_images(pool, $0, images, count, size)
            }
        }
        #expect(
            unblocked(blocks, count, 1, size, 1, KERNEL_ROWS) == images.map(Double.init))
        let back = onAllPools { pool in
            written(images.count) { kernel_unblock_images(pool, $0, blocks, count, size) }
        }
        #expect(back == images)
    }
}
