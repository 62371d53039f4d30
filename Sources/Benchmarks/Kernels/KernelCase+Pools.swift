internal import CKernels

extension KernelCase {
    /// The largest of each window of relu(x · scale + shift), as a batch norm's relu is pooled.
    static func pool(
        _ name: String, _ shape: kernel_conv2d_shape, _ layout: ImageLayout
    ) -> KernelCase {
        let loop = PoolLoop(shape, layout)
        return KernelCase(
            name: "\(name): pool of relu \(loop.text)",
            work: .init(0, reading: shape.input + shape.output),
            run: { loop.run([loop.step(KERNEL_POOL)], $0, hasLoopForItself: true) },
            output: loop.y, expected: { loop.plainPool() })
    }

    /// What a batch norm's gradient sums of that pool's gradient g: g and g · x, for each channel.
    static func poolGradientSums(
        _ name: String, _ shape: kernel_conv2d_shape, _ layout: ImageLayout
    ) -> KernelCase {
        let loop = PoolLoop(shape, layout)
        loop.run([loop.step(KERNEL_POOL)], nil)
        let steps = [
            loop.step(KERNEL_SUM_POOL_GRADIENT, sums: 0),
            loop.step(KERNEL_SUM_POOL_GRADIENT_PRODUCTS, sums: 1),
        ]
        return KernelCase(
            name: "\(name): sums of its gradient \(loop.text)",
            work: .init(0, reading: shape.input + 2 * shape.output),
            run: { loop.run(steps, $0) }, output: loop.sums, expected: { loop.plainSums() })
    }

    /// The gradient g itself, as the batch norm before it hands it on: g · factor + (x - center) · slope.
    static func normedPoolGradient(
        _ name: String, _ shape: kernel_conv2d_shape, _ layout: ImageLayout
    ) -> KernelCase {
        let loop = PoolLoop(shape, layout)
        loop.run([loop.step(KERNEL_POOL)], nil)
        loop.isNormed = true
        return KernelCase(
            name: "\(name): its gradient \(loop.text)",
            work: .init(0, reading: 2 * shape.input + 2 * shape.output),
            run: { loop.run([loop.step(KERNEL_POOL_GRADIENT)], $0) }, output: loop.dx,
            expected: { loop.plainGradient() })
    }
}

/// A pool, or its gradient, as a loop of a program runs it.
private final class PoolLoop {
    let y: Floats
    let dx: Floats
    /// Σ g and Σ g · x of each channel.
    let sums: Floats
    /// Whether the gradient goes through the batch norm, too.
    var isNormed = false {
        didSet {
            guard isNormed else { return }
            pooling.pointee.factor = UnsafePointer(rows[2].pointer)
            pooling.pointee.center = UnsafePointer(rows[3].pointer)
            pooling.pointee.slope = UnsafePointer(rows[4].pointer)
        }
    }

    private let shape: kernel_conv2d_shape
    private let layout: ImageLayout
    private let lanes: Int
    private let x: Floats
    private let dy: Floats
    private let partials: Floats
    /// Scale, shift, factor, center and slope, each value for all lanes.
    private let rows: [Floats]
    private let pooling = UnsafeMutablePointer<kernel_pooling>.allocate(capacity: 1)
    private let columnSums = UnsafeMutablePointer<kernel_column_sums>.allocate(capacity: 2)

    var text: String { "\(shape.n) × \(shape.h) × \(shape.w) × \(shape.c)\(layout.text)" }
    private var count: Int { layout.input(shape) }
    private var columns: Int { shape.c * lanes }
    private var tile: Int {
        let period = 2 * (layout == .rows ? shape.w : 2) * columns
        return Int(KERNEL_TILE) / period * period
    }

    init(_ shape: kernel_conv2d_shape, _ layout: ImageLayout) {
        (self.shape, self.layout) = (shape, layout)
        lanes = layout == .rows ? 1 : Int(KERNEL_BLOCK)
        (x, dx) = (Floats(random: layout.input(shape)), Floats(layout.input(shape)))
        (y, dy) = (Floats(layout.output(shape)), Floats(random: layout.output(shape)))
        sums = Floats(2 * shape.c)
        let lanes = lanes
        rows = (0..<5).map { row in
            let numbers = Floats(random: 5 * shape.c)
            let values = Floats(shape.c * lanes)
            for index in 0..<values.count {
                values.pointer[index] = numbers[row * shape.c + index / lanes]
            }
            return values
        }
        let period = 2 * (layout == .rows ? shape.w : 2) * shape.c * lanes
        let tile = Int(KERNEL_TILE) / period * period
        let tasks = kernel_fused_tasks(tile, layout.input(shape))
        partials = Floats(2 * tasks * shape.c * lanes)
        pooling.initialize(to: kernel_pooling())
        pooling.pointee.y = y.pointer
        pooling.pointee.dy = UnsafePointer(dy.pointer)
        pooling.pointee.width = layout == .rows ? shape.w : 2
        pooling.pointee.channels = shape.c * lanes
        pooling.pointee.scale = UnsafePointer(rows[0].pointer)
        pooling.pointee.shift = UnsafePointer(rows[1].pointer)
        for index in 0..<2 {
            (columnSums + index).initialize(
                to: kernel_column_sums(
                    out: sums.pointer + index * shape.c,
                    partials: partials.pointer + index * tasks * shape.c * lanes,
                    columns: shape.c * lanes, divisor: 1, lanes: lanes,
                    last_block: layout == .rows
                        ? .max : shape.n / lanes * lanes * shape.input / shape.n,
                    last_lanes: layout == .rows ? 1 : shape.n % lanes))
        }
    }

    deinit {
        pooling.deallocate()
        columnSums.deallocate()
    }

    func step(_ kind: kernel_step_kind, sums index: Int? = nil) -> kernel_step {
        var step = kernel_step()
        step.kind = kind
        step.x = kernel_operand(memory: x.pointer, stride: 1, index: 0, broadcast: nil)
        step.y = step.x
        step.out = kernel_operand(
            memory: kind == KERNEL_POOL_GRADIENT ? dx.pointer : nil, stride: 1, index: 0,
            broadcast: nil)
        step.pooling = UnsafePointer(pooling)
        if let index { step.sums = UnsafePointer(columnSums + index) }
        return step
    }

    func run(_ steps: [kernel_step], _ pool: OpaquePointer?, hasLoopForItself: Bool = false) {
        let tile = hasLoopForItself ? kernel_pool_tile(tile, count) : tile
        kernel_fused(pool, steps, steps.count, nil, 0, tile, count)
    }

    // MARK: The same by plain loops

    /// relu(x · scale + shift) at a place of the images as they lie.
    private func relu(_ place: Int) -> Float {
        let column = place % columns
        return max(0, x[place] * rows[0][column] + rows[1][column])
    }

    /// The places of each window's four pixels, and where the window's result lies.
    private func forEachWindow(_ body: ([Int], Int) -> Void) {
        let places = layout.poolPlaces(shape)
        for n in 0..<shape.n {
            for p in 0..<shape.p {
                for q in 0..<shape.q {
                    for c in 0..<shape.c {
                        let window = [(0, 0), (0, 1), (1, 0), (1, 1)].map { i, j in
                            places.input(
                                ((n * shape.h + 2 * p + i) * shape.w + 2 * q + j) * shape.c + c)
                        }
                        body(window, places.output(((n * shape.p + p) * shape.q + q) * shape.c + c))
                    }
                }
            }
        }
    }

    func plainPool() -> [Float] {
        var result = [Float](repeating: 0, count: y.count)
        forEachWindow { window, place in result[place] = window.map(relu).max() ?? 0 }
        return result
    }

    /// g, with respect to x · scale + shift.
    private func gradient() -> [Float] {
        var result = [Float](repeating: 0, count: x.count)
        forEachWindow { window, place in
            let largest = window.map(relu).max() ?? 0
            if largest > 0, let first = window.first(where: { relu($0) == largest }) {
                result[first] = dy[place]
            }
        }
        return result
    }

    func plainSums() -> [Float] {
        var sums = [Double](repeating: 0, count: 2 * shape.c)
        for (place, g) in gradient().enumerated() where g != 0 {
            sums[place % columns / lanes] += Double(g)
            sums[shape.c + place % columns / lanes] += Double(g) * Double(x[place])
        }
        return sums.map(Float.init)
    }

    func plainGradient() -> [Float] {
        gradient().enumerated().map { place, g in
            let column = place % columns
            return g * rows[2][column] + (x[place] - rows[3][column]) * rows[4][column]
        }
    }
}
