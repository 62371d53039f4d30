internal import CKernels
internal import TensorFlowTypes

/// Calls that go element by element, and have no part in a loop.
enum Elements {
    static func fill(_ bound: Bound) -> Kernel {
        let (out, value) = (bound.outputs[0], bound.inputs.first?.floats)
        return { kernel_fill(out.floats, value?[0] ?? 0, out.count) }
    }

    static func compare(_ comparison: Comparison, _ bound: Bound) -> Kernel {
        let (out, type) = (bound.outputs[0], bound.inputs[0].type)
        precondition(
            type == .float || type == .int32, "\(bound.step.name): \(type) are not compared")
        let operands = Numbers(
            bound.inputs.map { Broadcast(of: $0.shape, in: out.shape).kernel($0.floats) })
        let (pool, count, kind) = (bound.pool, out.count, comparison.kernel)
        let bools = out.pointer.assumingMemoryBound(to: Bool.self)
        return {
            kernel_compare(pool, bools, kind, type == .int32, operands.pointer, count)
            extendLifetime(operands)
        }
    }

    static func select(byRows: Bool, _ bound: Bound) -> Kernel {
        let (out, count) = (bound.outputs[0], bound.outputs[0].count)
        precondition(
            out.type == .float,
            "\(bound.step.name): no choice between tensors of \(out.type)")
        var shapes = bound.inputs.map(\.shape)
        if byRows { shapes[0] += [Int](repeating: 1, count: out.shape.count - 1) }
        let operands = Numbers(
            zip(shapes, bound.inputs).map { Broadcast(of: $0, in: out.shape).kernel($1.floats) })
        let pool = bound.pool
        return {
            kernel_select(pool, out.floats, operands.pointer, count)
            extendLifetime(operands)
        }
    }

    static func cast(_ bound: Bound) -> Kernel {
        let (out, x, pool, count) = (
            bound.output, bound.inputs[0], bound.pool, bound.outputs[0].count
        )
        switch (x.type, bound.outputs[0].type) {
        case (.bool, .float):
            let bools = x.pointer.assumingMemoryBound(to: Bool.self)
            return { kernel_cast_bools(pool, out, bools, count) }
        case (.int32, .float): return { kernel_cast_integers(pool, out, x.ints, count) }
        default:
            preconditionFailure(
                "\(bound.step.name): no cast from \(x.type) to \(bound.outputs[0].type)")
        }
    }
}

extension Comparison {
    /// As the kernels take it.
    fileprivate var kernel: kernel_comparison {
        switch self {
        case .greater: KERNEL_GREATER
        case .greaterEqual: KERNEL_GREATER_EQUAL
        case .less: KERNEL_LESS
        case .lessEqual: KERNEL_LESS_EQUAL
        case .equal: KERNEL_EQUAL
        case .notEqual: KERNEL_NOT_EQUAL
        }
    }
}

extension Step {
    /// The node that it stands for, for messages.
    var name: String {
        stands.last.map { "\($0.node)" } ?? "step \(id.number)"
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
