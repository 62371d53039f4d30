internal import CKernels

/// How element-wise nodes run: in tiles, on all threads, with operands repeated where they are
/// broadcast.
enum Elementwise {
    /// Elements of a tile at the most.
    static let tileSize = Int(KERNEL_TILE)
    /// Nodes of a group at the most, so that each could have a register for its result.
    static let mostNodes = Int(KERNEL_REGISTERS)

    /// One node of a group: what it computes, and from what.
    struct Member {
        /// The function, or a sum of all operands where there is none.
        let function: Function
        let operands: [Operand]
        /// Where its result goes; `nil` for one that only later members read.
        let result: UnsafeMutablePointer<Float>?

        enum Function {
            case unary(kernel_unary)
            case binary(kernel_binary)
            case sum
            /// With the shape of images that are stored in blocks.
            case columnSums(columns: Int, divisor: Float, images: [Int]?)
            case pooling(width: Int, channels: Int, isGradient: Bool)
        }

        enum Operand: Equatable {
            /// Memory that holds as many elements as the result.
            case whole(UnsafeMutablePointer<Float>)
            /// Memory that holds the first elements, which come again and again, each for so many
            /// lanes.
            case row(UnsafeMutablePointer<Float>, count: Int, lanes: Int)
            /// The result of an earlier member of the group.
            case member(Int)
        }

        /// Whether it reads the result of the member of that index.
        func reads(_ index: Int) -> Bool { operands.contains(.member(index)) }
    }

    /// A kernel for a group of nodes of `count` elements, `tile` at a time.
    static func kernel(_ members: [Member], count: Int, tile: Int, pool: OpaquePointer?) -> Kernel {
        let tile = tile * tilesAtOnce(members, count: count, tile: tile)
        let program = Program(members, tasks: kernel_fused_tasks(tile, count))
        let (steps, stepCount) = (program.steps, program.stepCount)
        let (rows, rowCount) = (program.rows, program.rowCount)
        return {
            kernel_fused(pool, steps, stepCount, rows, rowCount, tile, count)
            // What the steps point to lives as long as the kernel.
            extendLifetime(program)
        }
    }

    /// How many tiles are worth to be one: for a pool that has a loop for itself, and nothing in
    /// registers, as many as leave some for each thread.
    private static func tilesAtOnce(_ members: [Member], count: Int, tile: Int) -> Int {
        guard members.count == 1,
            case .pooling(_, let channels, isGradient: false) = members[0].function,
            members[0].operands.dropFirst().allSatisfy({ operand in
                if case .row(_, channels, 1) = operand { true } else { false }
            }), count % tile == 0
        else { return 1 }
        let tiles = count / tile
        return (1...8).last { tiles % $0 == 0 && tiles / $0 >= 16 } ?? 1
    }

    /// How often an operand's elements come up in a result that it is broadcast to.
    enum Repetition: Equatable {
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

    /// A binary op with an operand that no tile can hold: long rows one by one, any other broadcast
    /// element by element.
    static func single(_ function: @escaping kernel_binary, _ bound: Bindings) -> Kernel {
        let (result, x, y) = (bound.outputs[0], bound.inputs[0], bound.inputs[1])
        let (out, left, right) = (result.floats, x.floats, y.floats)
        let repetitions = (
            Repetition(of: x.shape, in: result.shape), Repetition(of: y.shape, in: result.shape)
        )
        switch repetitions {
        case (.whole, .rows(let period)):
            return Parallel.tiles(result.count, grain: period, pool: bound.pool) {
                let start = $0.lowerBound
                function(out + start, left + start, right, $0.count)
            }
        case (.rows(let period), .whole):
            return Parallel.tiles(result.count, grain: period, pool: bound.pool) {
                let start = $0.lowerBound
                function(out + start, left, right + start, $0.count)
            }
        default:
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
}

/// Where the elements of an operand stand that is broadcast to a larger shape.
struct Walk {
    /// For each dimension of the result: its size, and the distance in the operand between
    /// neighbours along it.
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

/// Copies that repeat their operand.
enum Broadcast {
    /// `out` is filled with `x`, broadcast to its shape.
    static func copy(_ out: Buffer, from x: Buffer) -> Kernel {
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
