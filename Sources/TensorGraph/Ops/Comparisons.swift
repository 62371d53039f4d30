internal import TensorBoard

// Ops that give or take bools, and changes of type.

extension Op {
    static let greater: Op = Op(
        "Greater", outputs: Infer.comparison, run: { _ in Compare.call { $0 > $1 } })

    static let less: Op = Op(
        "Less", outputs: Infer.comparison, run: { _ in Compare.call { $0 < $1 } })

    static let equal: Op = Op(
        "Equal", outputs: Infer.comparison,
        fold: { context in
            guard let x = context.values[0]?.int, let y = context.values[1]?.int else { return nil }
            return [Value(x == y)]
        },
        run: { context in
            preconditionFailure(
                "\(context.node): only single integers that follow from shapes are equal")
        })

    static let cast: Op = Op(
        "Cast",
        outputs: { [TensorType($0.shape(0), $0.node.type("DstT"))] },
        gradient: { node, dy in
            guard let dy = dy[0], node.inputs[0].type == .float else { return [nil] }
            return [dy]
        },
        fold: { context in
            guard let value = context.values[0], value.count <= 64 else { return nil }
            let numbers: [Double]
            switch value.elements {
            case .float(let floats): numbers = floats.map(Double.init)
            case .int32(let ints): numbers = ints.map(Double.init)
            case .int64(let ints): numbers = ints.map(Double.init)
            case .bool(let bools): numbers = bools.map { $0 ? 1 : 0 }
            case .string: return nil
            }
            switch context.node.type("DstT") {
            case .float: return [Value(numbers.map(Float.init), shape: value.shape)]
            case .int32:
                return [Value(.int32(numbers.map { Int32($0) }), shape: value.shape)]
            default: return nil
            }
        },
        types: ["SrcT": 0],
        run: { context in
            let types = (context.inputs[0].type, context.outputs[0].type)
            switch types {
            case (.float, .float): return .alias(0)
            case (.bool, .float):
                return .call { bound in
                    let (out, x) = (bound.outputs[0], bound.inputs[0])
                    let bools = x.pointer.assumingMemoryBound(to: Bool.self)
                    return { for i in 0..<out.count { out.floats[i] = bools[i] ? 1 : 0 } }
                }
            case (.int32, .float):
                return .call { bound in
                    let (out, x) = (bound.outputs[0], bound.inputs[0])
                    return { for i in 0..<out.count { out.floats[i] = Float(x.ints[i]) } }
                }
            default:
                preconditionFailure("\(context.node): no cast from \(types.0) to \(types.1)")
            }
        })
}

/// How comparisons run: one number at a time, for they are rare and small.
private enum Compare {
    static func call(_ rule: @escaping @Sendable (Float, Float) -> Bool) -> Execution {
        .call { bound in
            let (out, x, y) = (bound.outputs[0], bound.inputs[0], bound.inputs[1])
            precondition(
                x.count == y.count || x.count == 1 || y.count == 1,
                "shapes \(x.shape) and \(y.shape) are not compared")
            let bools = out.pointer.assumingMemoryBound(to: Bool.self)
            return {
                for i in 0..<out.count {
                    bools[i] = rule(x.floats[x.count == 1 ? 0 : i], y.floats[y.count == 1 ? 0 : i])
                }
            }
        }
    }
}
