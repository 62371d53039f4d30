internal import CKernels
internal import TensorFlowTypes

/// Calls that go element by element, and have no part in a loop.
enum Elements {
    static func fill(_ bound: Bound) -> Kernel {
        let (out, value) = (bound.outputs[0], bound.inputs.first?.floats)
        return { kernel_fill(out.floats, value?[0] ?? 0, out.count) }
    }

    static func compare(_ comparison: Comparison, _ bound: Bound) -> Kernel {
        let (out, x, y) = (bound.outputs[0], bound.inputs[0], bound.inputs[1])
        let (ofX, ofY) = (Walk(x.shape, in: out.shape), Walk(y.shape, in: out.shape))
        let bools = out.pointer.assumingMemoryBound(to: Bool.self)
        func call<T: Comparable>(_ x: UnsafePointer<T>, _ y: UnsafePointer<T>) -> Kernel {
            {
                for i in 0..<out.count {
                    bools[i] = comparison.holds(x[ofX.place(i)], y[ofY.place(i)])
                }
            }
        }
        switch x.type {
        case .float: return call(x.floats, y.floats)
        case .int32: return call(x.ints, y.ints)
        default: preconditionFailure("\(bound.step.name): \(x.type) are not compared")
        }
    }

    static func select(byRows: Bool, _ bound: Bound) -> Kernel {
        precondition(
            bound.outputs[0].type == .float,
            "\(bound.step.name): no choice between tensors of \(bound.outputs[0].type)")
        let (out, condition) = (bound.outputs[0], bound.inputs[0])
        let (x, y) = (bound.input(1), bound.input(2))
        let bools = condition.pointer.assumingMemoryBound(to: Bool.self)
        var shapes = bound.inputs.map(\.shape)
        if byRows { shapes[0] += [Int](repeating: 1, count: out.shape.count - 1) }
        let walks = shapes.map { Walk($0, in: out.shape) }
        return {
            for i in 0..<out.count {
                out.floats[i] =
                    bools[walks[0].place(i)] ? x[walks[1].place(i)] : y[walks[2].place(i)]
            }
        }
    }

    static func cast(_ bound: Bound) -> Kernel {
        let (out, x) = (bound.outputs[0], bound.inputs[0])
        switch (x.type, out.type) {
        case (.bool, .float):
            let bools = x.pointer.assumingMemoryBound(to: Bool.self)
            return { for i in 0..<out.count { out.floats[i] = bools[i] ? 1 : 0 } }
        case (.int32, .float):
            return { for i in 0..<out.count { out.floats[i] = Float(x.ints[i]) } }
        default:
            preconditionFailure("\(bound.step.name): no cast from \(x.type) to \(out.type)")
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
