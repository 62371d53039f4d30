internal import CKernels

/// How element-wise ops run: in tiles, on all threads, with operands repeated where they are broadcast.
enum Elementwise {
    static func unary(_ function: @escaping kernel_unary, _ bound: Bindings) -> Kernel {
        let (out, x) = (bound.outputs[0].floats, bound.inputs[0].floats)
        return Parallel.tiles(bound.outputs[0].count, pool: bound.pool) { range in
            function(out + range.lowerBound, x + range.lowerBound, range.count)
        }
    }

    static func binary(_ function: @escaping kernel_binary, _ bound: Bindings) -> Kernel {
        let (result, x, y) = (bound.outputs[0], bound.inputs[0], bound.inputs[1])
        let (out, count) = (result.floats, result.count)
        if count == 0 { return {} }
        let (repeatX, repeatY) = (
            Repetition(of: x.shape, in: result.shape), Repetition(of: y.shape, in: result.shape)
        )
        switch (repeatX, repeatY) {
        case (.whole, .whole):
            return Parallel.tiles(count, pool: bound.pool) { range in
                let start = range.lowerBound
                function(out + start, x.floats + start, y.floats + start, range.count)
            }
        case (.whole, .rows(let period)):
            let tile = Tile(row: y, period: period)
            return Parallel.tiles(count, grain: tile.size, pool: bound.pool, before: tile.fill) {
                let start = $0.lowerBound
                function(out + start, x.floats + start, tile.floats, $0.count)
            }
        case (.rows(let period), .whole):
            let tile = Tile(row: x, period: period)
            return Parallel.tiles(count, grain: tile.size, pool: bound.pool, before: tile.fill) {
                let start = $0.lowerBound
                function(out + start, tile.floats, y.floats + start, $0.count)
            }
        default:
            return strided(function, result, x, y)
        }
    }

    /// How often an operand's elements come up in a result that it is broadcast to.
    private enum Repetition {
        /// Each once.
        case whole
        /// The whole operand again and again, every so many elements of the result.
        case rows(period: Int)
        /// Some other way.
        case other

        init(of shape: [Int], in result: [Int]) {
            let count = shape.reduce(1, *)
            let trailing = Array(shape.drop { $0 == 1 })
            if count == result.reduce(1, *) {
                self = .whole
            } else if trailing == Array(result.suffix(trailing.count)) {
                self = .rows(period: count)
            } else {
                self = .other
            }
        }
    }

    /// A row repeated until it fills a tile, so that short rows are worked on as one long one.
    private final class Tile {
        let floats: UnsafeMutablePointer<Float>
        let size: Int
        private let row: Buffer
        private let period: Int

        init(row: Buffer, period: Int) {
            self.row = row
            self.period = period
            size = max(1, (Parallel.grain / 2) / period) * period
            floats = .allocate(capacity: size)
        }

        deinit {
            floats.deallocate()
        }

        func fill() {
            kernel_repeat_row(floats, row.floats, size / period, period)
        }
    }

    /// Any broadcast, one number at a time through the op's own function.
    private static func strided(
        _ function: @escaping kernel_binary, _ result: Buffer, _ x: Buffer, _ y: Buffer
    ) -> Kernel {
        let walks = (Walk(x.shape, in: result.shape), Walk(y.shape, in: result.shape))
        return {
            for index in 0..<result.count {
                function(
                    result.floats + index, x.floats + walks.0.place(index),
                    y.floats + walks.1.place(index), 1)
            }
        }
    }
}

/// Where the elements of an operand stand that is broadcast to a larger shape.
struct Walk {
    /// For each dimension of the result: its size, and the distance in the operand between neighbours along it.
    private let dimensions: [(size: Int, stride: Int)]

    init(_ shape: [Int], in result: [Int]) {
        var stride = 1
        var dimensions: [(Int, Int)] = []
        for axis in result.indices.reversed() {
            let own = axis - (result.count - shape.count)
            let size = own < 0 ? 1 : shape[own]
            dimensions.append((result[axis], size == 1 ? 0 : stride))
            stride *= size
        }
        self.dimensions = dimensions
    }

    /// The operand's element for the result's element `index`, both in row-major order.
    func place(_ index: Int) -> Int {
        var (rest, place) = (index, 0)
        for (size, stride) in dimensions {
            place += rest % size * stride
            rest /= size
        }
        return place
    }
}

extension Parallel {
    /// As `tiles`, with something to be done first, on one thread.
    fileprivate static func tiles(
        _ count: Int, grain: Int, pool: OpaquePointer?, before: @escaping () -> Void,
        _ body: @escaping (Range<Int>) -> Void
    ) -> Kernel {
        let tiles = tiles(count, grain: grain, pool: pool, body)
        return {
            before()
            tiles()
        }
    }
}

/// Copies that repeat their operand.
enum Broadcast {
    /// `out` is filled with `x`, broadcast to its shape.
    static func copy(_ out: Buffer, from x: Buffer, pool: OpaquePointer?) -> Kernel {
        let trailing = Array(x.shape.drop { $0 == 1 })
        if trailing == Array(out.shape.suffix(trailing.count)) {
            return { kernel_repeat_row(out.floats, x.floats, out.count / max(x.count, 1), x.count) }
        }
        let walk = Walk(x.shape, in: out.shape)
        return { for index in 0..<out.count { out.floats[index] = x.floats[walk.place(index)] } }
    }

    /// `out` is filled with copies of `x`, laid side by side.
    static func tile(_ out: Buffer, from x: Buffer) -> Kernel {
        var strides: [(size: Int, own: Int, stride: Int)] = []
        var stride = 1
        for axis in out.shape.indices.reversed() {
            strides.append((out.shape[axis], x.shape[axis], stride))
            stride *= x.shape[axis]
        }
        return { [strides] in
            for index in 0..<out.count {
                var (rest, place) = (index, 0)
                for (size, own, stride) in strides {
                    place += rest % size % own * stride
                    rest /= size
                }
                out.floats[index] = x.floats[place]
            }
        }
    }
}
