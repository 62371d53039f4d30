internal import CKernels

/// Calls that move elements.
enum Arrays {
    /// Elements of operands at other places.
    static func rearrange(_ rearrangement: Rearrangement, _ bound: Bound) -> Kernel {
        let pool = bound.pool
        let moves = rearrangement.moves.map { move -> Kernel in
            precondition(
                move.dimensions.count <= Int(KERNEL_RANK),
                "\(bound.step.name) moves elements along too many dimensions")
            let dimensions = Numbers(
                move.dimensions.map {
                    kernel_move_dimension(size: $0.size, from: $0.from, to: $0.to)
                })
            let to = bound.outputs[move.result].floats + move.start.to
            let from = bound.inputs[move.operand].floats + move.start.from
            return {
                kernel_move(pool, to, from, dimensions.pointer, dimensions.count)
                extendLifetime(dimensions)
            }
        }
        let zeros = rearrangement.leavesZeros ? bound.outputs : []
        guard moves.count != 1 || !zeros.isEmpty else { return moves[0] }
        return {
            for output in zeros { kernel_fill(output.floats, 0, output.count) }
            for move in moves { move() }
        }
    }
}

/// Numbers that a kernel reads, at a place that stays.
final class Numbers<Element> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int

    init(_ elements: [Element]) {
        count = elements.count
        pointer = .allocate(capacity: max(count, 1))
        pointer.initialize(from: elements, count: count)
    }

    deinit { pointer.deallocate() }
}
