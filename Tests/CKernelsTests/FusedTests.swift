import CKernels
import Testing

/// Loops over several element-wise steps, with sums and pooling in them.
@Suite struct FusedTests {
    /// Memory that steps may point to.
    private final class Block<Element> {
        let pointer: UnsafeMutablePointer<Element>

        init(_ elements: [Element]) {
            pointer = .allocate(capacity: max(elements.count, 1))
            pointer.initialize(from: elements, count: elements.count)
        }

        deinit { pointer.deallocate() }

        /// The first so many elements.
        func elements(_ count: Int) -> [Element] {
            Array(UnsafeBufferPointer(start: pointer, count: count))
        }
    }

    private func operand(
        _ pointer: UnsafeMutablePointer<Float>, stride: Int = 1
    ) -> kernel_operand {
        kernel_operand(memory: pointer, stride: stride, index: 0, broadcast: nil)
    }

    private func register(_ index: Int) -> kernel_operand {
        kernel_operand(memory: nil, stride: 0, index: index, broadcast: nil)
    }

    private func step(
        _ out: kernel_operand, _ x: kernel_operand, _ y: kernel_operand? = nil,
        unary: kernel_unary? = nil, binary: kernel_binary? = nil,
        sums: UnsafePointer<kernel_column_sums>? = nil,
        pooling: UnsafePointer<kernel_pooling>? = nil
    ) -> kernel_step {
        var step = kernel_step()
        (step.out, step.x, step.y) = (out, x, y ?? x)
        (step.sums, step.pooling) = (sums, pooling)
        let isPooled = pooling != nil
        if sums != nil {
            let isOfProducts = binary != nil
            step.kind =
                isPooled
                ? (isOfProducts ? KERNEL_SUM_POOL_GRADIENT_PRODUCTS : KERNEL_SUM_POOL_GRADIENT)
                : (isOfProducts ? KERNEL_SUM_PRODUCTS : KERNEL_SUM)
        } else if let binary {
            step.kind = KERNEL_BINARY
            step.function.binary = binary
        } else if let unary {
            step.kind = KERNEL_UNARY
            step.function.unary = unary
        } else if let pooling {
            step.kind = pooling.pointee.dy == nil ? KERNEL_POOL : KERNEL_POOL_GRADIENT
        }
        return step
    }

    /// (x · row)², with the product in a register, and the sums of its columns and of x's.
    @Test(arguments: [
        (1, 11), (2, 11), (7, 11), (64, 11), (65, 13), (1000, 11), (7840, 11), (9, 1024), (300, 3),
        (20000, 2),
    ])
    func sums(rows: Int, columns: Int) {
        let count = rows * columns
        var numbers = Numbers(state: 20)
        let x = numbers.floats(count), row = numbers.floats(columns)
        let (xBlock, rowBlock) = (Block(x), Block(row))
        var tileRows = 1
        while 2 * tileRows * columns <= Int(KERNEL_TILE) { tileRows *= 2 }
        let tile = tileRows * columns
        let tasks = kernel_fused_tasks(tile, count)

        let results = onAllPools { pool in
            written(count + 2 * columns) { out in
                let repeated = Block([Float](repeating: 0, count: Int(KERNEL_TILE)))
                let partials = Block([Float](repeating: untouched, count: 2 * tasks * columns))
                let sums = Block([
                    kernel_column_sums(
                        out: out + count, partials: partials.pointer, columns: columns, divisor: 1,
                        lanes: 1, last_block: .max, last_lanes: 1),
                    kernel_column_sums(
                        out: out + count + columns, partials: partials.pointer + tasks * columns,
                        columns: columns, divisor: 4, lanes: 1, last_block: .max, last_lanes: 1),
                ])
                let steps = [
                    step(
                        register(3), operand(xBlock.pointer), operand(repeated.pointer, stride: 0),
                        binary: kernel_mul),
                    step(register(0), register(3), sums: sums.pointer),
                    step(operand(out), register(3), unary: kernel_square),
                    step(register(0), operand(xBlock.pointer), sums: sums.pointer + 1),
                ]
                let repeats = [
                    kernel_row(
                        row: rowBlock.pointer, tile: repeated.pointer, columns: columns, lanes: 1)
                ]
                kernel_fused(pool, steps, steps.count, repeats, 1, tile, count)
            }
        }

        let products = x.enumerated().map { $1 * row[$0 % columns] }
        #expect(Array(results[..<count]) == products.map { $0 * $0 })
        for (place, values, divisor) in [(count, products, 1.0), (count + columns, x, 4.0)] {
            var expected = [Double](repeating: 0, count: columns)
            for (index, value) in values.enumerated() {
                expected[index % columns] += Double(value) / divisor
            }
            // Partial sums grow like √rows, and a tree rounds each number log(rows) times.
            expectClose(
                Array(results[place..<place + columns]), expected, tolerance: 1e-6,
                scale: Double(rows).squareRoot(), "\(rows) rows")
        }
    }

    /// A pool by itself takes as many tiles at once as leave sixteen pieces, and no part of one.
    @Test(arguments: [(704, 128, 5632), (704, 32, 1408), (704, 17, 704), (616, 48, 1848)])
    func poolTiles(tile: Int, tiles: Int, expected: Int) {
        #expect(kernel_pool_tile(tile, tile * tiles) == expected)
        #expect(kernel_pool_tile(tile, tile * tiles + 1) == tile)
    }

    /// The same as the kernels that pool whole images.
    @Test(arguments: [(1, 2, 2, 8), (3, 28, 28, 11), (5, 14, 14, 13), (40, 4, 6, 17)])
    func pooling(images: Int, height: Int, width: Int, channels: Int) {
        let count = images * height * width * channels
        var numbers = Numbers(state: 21)
        // Few different numbers, so that there are ties, and a NaN.
        var x = numbers.floats(count).map { ($0 * 4).rounded() }
        x[count / 2] = .nan
        let dy = numbers.floats(count / 4)
        var shape = kernel_conv2d_shape(
            n: images, h: height, w: width, c: channels, r: 2, s: 2, p: height / 2, q: width / 2,
            k: channels, stride_h: 2, stride_w: 2, pad_top: 0, pad_left: 0)
        let y = written(count / 4) { kernel_max_pool(nil, $0, x, &shape) }
        let dx = written(count) { kernel_max_pool_gradient(nil, $0, x, y, dy, &shape) }
        let (xBlock, yBlock, dyBlock) = (Block(x), Block(y), Block(dy))
        let grain = 2 * width * channels
        let tile = Int(KERNEL_TILE) / grain * grain

        let pooled = onAllPools { pool in
            written(count / 4) { out in
                let pooling = Block([
                    kernel_pooling(
                        y: out, dy: nil, width: width, channels: channels, scale: nil, shift: nil,
                        factor: nil, center: nil, slope: nil, slope_varies: false)
                ])
                let steps = [
                    step(register(0), operand(xBlock.pointer), pooling: pooling.pointer)
                ]
                kernel_fused(pool, steps, 1, nil, 0, tile, count)
            }
        }
        #expect(pooled.map(\.bitPattern) == y.map(\.bitPattern))

        let gradient = onAllPools { pool in
            written(count) { out in
                let pooling = Block([
                    kernel_pooling(
                        y: yBlock.pointer, dy: dyBlock.pointer, width: width, channels: channels,
                        scale: nil, shift: nil,
                        factor: nil, center: nil, slope: nil, slope_varies: false)
                ])
                let steps = [step(operand(out), operand(xBlock.pointer), pooling: pooling.pointer)]
                kernel_fused(pool, steps, 1, nil, 0, tile, count)
            }
        }
        #expect(gradient == dx)
    }

    /// One step does what scaling, shifting, relu and pooling do one after another, to the bit, and so
    /// do their gradients: what is given to a window's first largest pixel is what reached it.
    @Test(arguments: [
        (1, 2, 16), (7, 2, 176), (300, 2, 208), (40, 2, 256), (30, 28, 11), (14, 14, 13), (3, 4, 8),
    ])
    func scaledPooling(pairs: Int, width: Int, channels: Int) {
        let count = pairs * 2 * width * channels
        var numbers = Numbers(state: 22)
        // Few different numbers, so that there are ties, and a NaN.
        var x = numbers.floats(count).map { ($0 * 4).rounded() }
        x[count / 2] = .nan
        let dy = numbers.floats(count / 4)
        let row = numbers.floats(2 * channels)
        let (xBlock, dyBlock) = (Block(x), Block(dy))
        let (scale, shift) = (Block(Array(row[..<channels])), Block(Array(row[channels...])))
        let tile = Int(KERNEL_TILE) / (2 * width * channels) * 2 * width * channels

        func run(isScaled: Bool, _ pool: OpaquePointer?) -> [Float] {
            written(count / 4 + count) { out in
                func pooling(gradient: Bool) -> kernel_pooling {
                    kernel_pooling(
                        y: out, dy: gradient ? UnsafePointer(dyBlock.pointer) : nil, width: width,
                        channels: channels, scale: isScaled ? UnsafePointer(scale.pointer) : nil,
                        shift: isScaled ? UnsafePointer(shift.pointer) : nil, factor: nil,
                        center: nil, slope: nil, slope_varies: false)
                }
                let scales = Block([Float](repeating: 0, count: tile))
                let shifts = Block([Float](repeating: 0, count: tile))
                let rows = [
                    kernel_row(
                        row: scale.pointer, tile: scales.pointer, columns: channels, lanes: 1),
                    kernel_row(
                        row: shift.pointer, tile: shifts.pointer, columns: channels, lanes: 1),
                ]
                for gradient in [false, true] {
                    let pools = Block([pooling(gradient: gradient)])
                    let to = gradient ? operand(out + count / 4) : register(0)
                    var steps = [step(to, operand(xBlock.pointer), pooling: pools.pointer)]
                    if !isScaled {
                        steps = [
                            step(
                                register(1), operand(xBlock.pointer),
                                operand(scales.pointer, stride: 0), binary: kernel_mul),
                            step(
                                register(2), register(1), operand(shifts.pointer, stride: 0),
                                binary: kernel_add),
                            step(register(3), register(2), unary: kernel_relu),
                            step(register(4), register(3), pooling: pools.pointer),
                        ]
                        if gradient {
                            steps.append(
                                step(to, register(4), register(3), binary: kernel_relu_grad))
                        }
                    }
                    kernel_fused(pool, steps, steps.count, rows, 2, tile, count)
                }
            }
        }
        let scaled = onAllPools { run(isScaled: true, $0) }
        #expect(scaled.map(\.bitPattern) == run(isScaled: false, nil).map(\.bitPattern))
    }

    /// The sums of the gradient of a scaled pooling, and of its products with the images, are those of
    /// the gradient that is made.
    @Test(arguments: [
        (1, 2, 16), (7, 2, 176), (300, 2, 208), (40, 2, 256), (30, 28, 11), (14, 14, 13), (3, 4, 8),
    ])
    func sumsOfScaledGradients(pairs: Int, width: Int, channels: Int) {
        let count = pairs * 2 * width * channels
        let tile = Int(KERNEL_TILE) / (2 * width * channels) * 2 * width * channels
        var numbers = Numbers(state: 24)
        // Few different numbers, so that there are ties.
        let x = numbers.floats(count).map { ($0 * 4).rounded() }
        let (xBlock, dyBlock) = (Block(x), Block(numbers.floats(count / 4)))
        let (scale, shift) = (Block(numbers.floats(channels)), Block(numbers.floats(channels)))
        let y = Block([Float](repeating: untouched, count: count / 4))
        let (forward, backward) = (pooling(gradient: false), pooling(gradient: true))
        func pooling(gradient: Bool) -> Block<kernel_pooling> {
            Block([
                kernel_pooling(
                    y: y.pointer, dy: gradient ? UnsafePointer(dyBlock.pointer) : nil, width: width,
                    channels: channels, scale: scale.pointer, shift: shift.pointer, factor: nil,
                    center: nil, slope: nil, slope_varies: false)
            ])
        }
        let pool = step(register(0), operand(xBlock.pointer), pooling: forward.pointer)
        withUnsafePointer(to: pool) { kernel_fused(nil, $0, 1, nil, 0, tile, count) }
        let dx = written(count) { out in
            let step = step(operand(out), operand(xBlock.pointer), pooling: backward.pointer)
            withUnsafePointer(to: step) { kernel_fused(nil, $0, 1, nil, 0, tile, count) }
        }

        let tasks = kernel_fused_tasks(tile, count)
        let sums = onAllPools { pool in
            written(2 * channels) { out in
                let partials = Block([Float](repeating: untouched, count: 2 * tasks * channels))
                let sums = Block(
                    (0..<2).map {
                        kernel_column_sums(
                            out: out + $0 * channels,
                            partials: partials.pointer + $0 * tasks * channels, columns: channels,
                            divisor: 1, lanes: 1, last_block: .max, last_lanes: 1)
                    })
                let steps = (0..<2).map {
                    step(
                        register(0), operand(xBlock.pointer), binary: $0 == 1 ? kernel_mul : nil,
                        sums: sums.pointer + $0, pooling: backward.pointer)
                }
                kernel_fused(pool, steps, 2, nil, 0, tile, count)
            }
        }
        var expected = [Double](repeating: 0, count: 2 * channels)
        for index in dx.indices {
            expected[index % channels] += Double(dx[index])
            expected[channels + index % channels] += Double(dx[index]) * Double(x[index])
        }
        expectClose(
            sums, expected, tolerance: 1e-6,
            scale: 4 * Double(count / channels).squareRoot())
    }

    /// One step does what the gradient of a scaled pooling and a batch norm's steps behind it do, to the
    /// bit, whether the slope repeats or not.
    @Test(
        arguments: [(1, 2, 16), (7, 2, 176), (300, 2, 208), (30, 28, 11), (14, 14, 13), (3, 4, 8)],
        [false, true])
    func normedGradient(sizes: (pairs: Int, width: Int, channels: Int), varies: Bool) {
        let (width, channels) = (sizes.width, sizes.channels)
        let count = sizes.pairs * 2 * width * channels
        let tile = Int(KERNEL_TILE) / (2 * width * channels) * 2 * width * channels
        var numbers = Numbers(state: 25)
        // Few different numbers, so that there are ties.
        let x = Block(numbers.floats(count).map { ($0 * 4).rounded() })
        let (dy, y) = (Block(numbers.floats(count / 4)), Block(numbers.floats(count / 4)))
        let rows = (0..<4).map { _ in numbers.floats(channels) }
        let repeated = rows.map { row in Block((0..<tile).map { row[$0 % channels] }) }
        let slope = Block(varies ? numbers.floats(count) : repeated[3].elements(tile))
        func pooling(isNormed: Bool, isGradient: Bool = true) -> Block<kernel_pooling> {
            Block([
                kernel_pooling(
                    y: y.pointer, dy: isGradient ? UnsafePointer(dy.pointer) : nil, width: width,
                    channels: channels, scale: repeated[0].pointer, shift: repeated[1].pointer,
                    factor: isNormed ? UnsafePointer(repeated[2].pointer) : nil,
                    center: repeated[1].pointer, slope: slope.pointer, slope_varies: varies)
            ])
        }
        let pools = [
            pooling(isNormed: false, isGradient: false), pooling(isNormed: false),
            pooling(isNormed: true),
        ]
        let image = operand(x.pointer)
        let row = { operand($0.pointer, stride: 0) } as (Block<Float>) -> kernel_operand
        func run(
            _ pool: OpaquePointer?, _ steps: [kernel_step], to out: UnsafeMutablePointer<Float>
        ) {
            var steps = steps
            steps[steps.count - 1].out = operand(out)
            kernel_fused(pool, steps, steps.count, nil, 0, tile, count)
        }
        let forward = step(register(0), image, pooling: pools[0].pointer)
        withUnsafePointer(to: forward) { kernel_fused(nil, $0, 1, nil, 0, tile, count) }
        let apart = written(count) {
            let steps = [
                step(register(0), image, pooling: pools[1].pointer),
                step(register(1), register(0), row(repeated[2]), binary: kernel_mul),
                step(register(2), image, row(repeated[1]), binary: kernel_sub),
                step(
                    register(3), register(2), operand(slope.pointer, stride: varies ? 1 : 0),
                    binary: kernel_mul),
                step(register(4), register(1), register(3), binary: kernel_add),
            ]
            run(nil, steps, to: $0)
        }
        let together = onAllPools { pool in
            written(count) {
                run(pool, [step(register(0), image, pooling: pools[2].pointer)], to: $0)
            }
        }
        #expect(together == apart)
    }

    /// Of images in blocks the lanes behind the last image are left out, whatever they hold.
    @Test(arguments: [1, 15, 16, 33, 80], [false, true])
    func sumsOfLanes(images: Int, areProducts: Bool) {
        let (pixels, channels) = (36, 11)
        let blocks = (images + 15) / 16
        let columns = channels * 16
        var numbers = Numbers(state: 23)
        var x = numbers.floats(blocks * pixels * columns)
        var y = numbers.floats(x.count)
        var expected = [Double](repeating: 0, count: channels)
        for index in x.indices {
            guard index / (pixels * columns) * 16 + index % 16 < images else {
                (x[index], y[index]) = (.nan, .infinity)
                continue
            }
            expected[index / 16 % channels] +=
                Double(x[index]) * (areProducts ? Double(y[index]) : 1) / 4
        }
        let (xBlock, yBlock) = (Block(x), Block(y))
        let tile = 4 * columns
        let sums = onAllPools { pool in
            written(channels) { out in
                let partials = Block(
                    [Float](
                        repeating: untouched,
                        count: kernel_fused_tasks(tile, x.count) * columns))
                let sums = Block([
                    kernel_column_sums(
                        out: out, partials: partials.pointer, columns: columns, divisor: 4,
                        lanes: 16, last_block: images / 16 * pixels * columns,
                        last_lanes: images % 16)
                ])
                let steps = [
                    step(
                        register(0), operand(xBlock.pointer), operand(yBlock.pointer),
                        binary: areProducts ? kernel_mul : nil, sums: sums.pointer)
                ]
                kernel_fused(pool, steps, 1, nil, 0, tile, x.count)
            }
        }
        expectClose(
            sums, expected, tolerance: 1e-6, scale: Double(images * pixels).squareRoot())
    }
}
