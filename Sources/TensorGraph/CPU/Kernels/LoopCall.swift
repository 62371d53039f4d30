internal import CKernels
internal import TensorFlowTypes

/// How a loop of a program runs: in tiles, on all threads, with operands repeated where they are
/// broadcast.
enum LoopCall {
    /// One step of a loop: what it computes, and from what.
    struct Member {
        let function: Function
        let operands: [Operand]
        /// Where its result goes; `nil` for one that only later members read.
        let result: UnsafeMutablePointer<Float>?

        enum Function {
            case elements(ElementFunction)
            /// Of all operands.
            case sum
            /// With the shape of images that are stored in blocks.
            case columnSums(columns: Int, divisor: Float, images: [Int]?)
            case pooling(Pooling)
        }

        /// A pool of windows of 2 × 2, or its gradient.
        struct Pooling {
            let width: Int
            let channels: Int
            let isGradient: Bool
        }

        enum Operand: Equatable {
            /// Memory that holds as many elements as the result.
            case whole(UnsafeMutablePointer<Float>)
            /// Memory that holds the first elements, which come again and again, each for so many
            /// lanes.
            case row(UnsafeMutablePointer<Float>, count: Int, lanes: Int)
            /// Memory that is broadcast in another way.
            case broadcast(UnsafeMutablePointer<Float>, Broadcast)
            /// The result of an earlier member.
            case member(Int)
        }

        /// Whether it reads the result of the member of that index.
        func reads(_ index: Int) -> Bool { operands.contains(.member(index)) }
    }

    /// A call of a loop over `count` elements, `tile` at a time.
    static func kernel(_ members: [Member], count: Int, tile: Int, pool: OpaquePointer?) -> Kernel {
        let tile = isPoolByItself(members) ? kernel_pool_tile(tile, count) : tile
        let list = Steps(members, tasks: kernel_fused_tasks(tile, count))
        let (steps, stepCount) = (list.steps, list.stepCount)
        let (rows, rowCount) = (list.rows, list.rowCount)
        return {
            kernel_fused(pool, steps, stepCount, rows, rowCount, tile, count)
            // What the steps point to lives as long as the kernel.
            extendLifetime(list)
        }
    }

    /// Whether a pool has the loop for itself, and nothing in tiles.
    private static func isPoolByItself(_ members: [Member]) -> Bool {
        guard members.count == 1, case .pooling(let pool) = members[0].function,
            !pool.isGradient
        else { return false }
        return members[0].operands.dropFirst().allSatisfy { operand in
            if case .row(_, pool.channels, 1) = operand { true } else { false }
        }
    }
}

extension Binder {
    /// One call for all steps of a loop.
    func loop(_ steps: [Program.StepID]) -> Kernel {
        let kinds = steps.compactMap { LoopKind(program[$0], program) }
        let kind = kinds.dropFirst().reduce(kinds[0]) { $0.joined(with: $1) ?? $0 }
        let members = steps.indices.map { member(program[steps[$0]], of: steps[..<$0]) }
        return LoopCall.kernel(
            members, count: kind.count, tile: kind.tile, pool: resources.pool)
    }

    private func member(
        _ step: Step, of earlier: ArraySlice<Program.StepID>
    ) -> LoopCall.Member {
        precondition(
            program[step.outputs[0]].type == .float,
            "\(step.name): arithmetic on \(program[step.outputs[0]].type) works on values that follow from shapes only"
        )
        let isOfElements = step.primitive.loopRole == .elements
        let elements = isOfElements ? step.outputs[0] : step.inputs[0]
        let order = program.blockOrder(elements)
        let lanes = order == nil ? 1 : Loops.block
        // What is summed, and images that are pooled, are read one by one.
        let shape = program.storedShape(elements)
        let firstRepeating = step.firstRepeatingOperand
        let operands = step.inputs.enumerated().map { index, input -> LoopCall.Member.Operand in
            let source = program.memory(input)
            if let place = earlier.firstIndex(where: { program[$0].outputs.contains(source) }) {
                return .member(place)
            }
            let buffer = memory[input]
            guard index >= firstRepeating else { return .whole(buffer.floats) }
            switch LoopOperand(of: buffer.shape, in: shape, lanes: lanes) {
            case .whole: return .whole(buffer.floats)
            case .row(let count):
                return .row(buffer.floats, count: count, lanes: count == 1 ? 1 : lanes)
            case .broadcast:
                return .broadcast(buffer.floats, Broadcast(of: buffer.shape, in: shape))
            }
        }
        let function: LoopCall.Member.Function
        switch step.primitive {
        case .elementwise(let element): function = .elements(element)
        case .reduce(let reduction):
            function = .columnSums(
                columns: reduction.columns * lanes, divisor: reduction.divisor,
                images: order == nil ? nil : program.storedShape(step.inputs[0]))
        case .pool(let pool):
            // A window that lies by itself is an image of two pairs of pixels.
            function = .pooling(
                .init(
                    width: order == nil ? pool.geometry.w : 2, channels: pool.geometry.c * lanes,
                    isGradient: pool.isGradient))
        default: function = .sum
        }
        return .init(
            function: function, operands: operands,
            result: memory.find(step.outputs[0])?.floats)
    }
}

extension Step {
    /// The first operand in a loop that may repeat: all before it are read one by one.
    fileprivate var firstRepeatingOperand: Int {
        switch primitive {
        case .pool(let pool): pool.imageCount
        case .reduce: inputs.count
        default: 0
        }
    }
}
