internal import TensorBoard

// Ops that give or take bools, and changes of type.

extension Op {
    static let greater: Op = comparison("Greater", { $0 > $1 }, { $0 > $1 })
    static let greaterEqual: Op = comparison("GreaterEqual", { $0 >= $1 }, { $0 >= $1 })
    static let less: Op = comparison("Less", { $0 < $1 }, { $0 < $1 })
    static let lessEqual: Op = comparison("LessEqual", { $0 <= $1 }, { $0 <= $1 })
    static let equal: Op = comparison("Equal", { $0 == $1 }, { $0 == $1 })
    static let notEqual: Op = comparison("NotEqual", { $0 != $1 }, { $0 != $1 })

    /// Whether something holds of the elements of two tensors, broadcast; of floats, or of int32.
    private static func comparison(
        _ name: String, _ floats: @escaping @Sendable (Float, Float) -> Bool,
        _ ints: @escaping @Sendable (Int32, Int32) -> Bool
    ) -> Op {
        Op(
            name, outputs: Infer.comparison, gradient: .notDifferentiable,
            fold: { context in
                guard let x = context.values[0]?.int, let y = context.values[1]?.int else {
                    return nil
                }
                return [Value(ints(Int32(x), Int32(y)))]
            },
            run: { context in Compare.call(context, floats, ints) })
    }

    static let cast: Op = Op(
        "Cast",
        outputs: { [TensorType($0.shape(0), $0.node.type("DstT"))] },
        gradient: .rule { node, dy in
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
    static func call(
        _ context: OpContext, _ floats: @escaping @Sendable (Float, Float) -> Bool,
        _ ints: @escaping @Sendable (Int32, Int32) -> Bool
    ) -> Execution {
        .call { bound in
            let (out, x, y) = (bound.outputs[0], bound.inputs[0], bound.inputs[1])
            let (ofX, ofY) = (Walk(x.shape, in: out.shape), Walk(y.shape, in: out.shape))
            let bools = out.pointer.assumingMemoryBound(to: Bool.self)
            switch x.type {
            case .float:
                return {
                    for i in 0..<out.count {
                        bools[i] = floats(x.floats[ofX.place(i)], y.floats[ofY.place(i)])
                    }
                }
            case .int32:
                return {
                    for i in 0..<out.count {
                        bools[i] = ints(x.ints[ofX.place(i)], y.ints[ofY.place(i)])
                    }
                }
            default:
                preconditionFailure("\(context.node): tensors of \(x.type) are not compared")
            }
        }
    }
}
