internal import TensorFlowTypes

// Ops that give or take bools, and changes of type.

extension Op {
    static let comparisons: [Op] = [
        .greater, .greaterEqual, .less, .lessEqual, .equal, .notEqual, .cast,
    ]

    static let greater: Op = comparison("Greater", .greater)
    static let greaterEqual: Op = comparison("GreaterEqual", .greaterEqual)
    static let less: Op = comparison("Less", .less)
    static let lessEqual: Op = comparison("LessEqual", .lessEqual)
    static let equal: Op = comparison("Equal", .equal)
    static let notEqual: Op = comparison("NotEqual", .notEqual)

    /// Whether something holds of the elements of two tensors, broadcast; of floats, or of int32.
    private static func comparison(_ name: String, _ comparison: Comparison) -> Op {
        Op(
            name, outputs: Infer.comparison, gradient: .notDifferentiable,
            fold: { context in
                guard let x = context.values[0]?.int, let y = context.values[1]?.int else {
                    return nil
                }
                return [Value(comparison.holds(x, y))]
            },
            lower: { _ in .step(.compare(comparison)) })
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
            case .double, .uint8, .string, .bytes: return nil
            }
            switch context.node.type("DstT") {
            case .float: return [Value(numbers.map(Float.init), shape: value.shape)]
            case .int32:
                return [Value(.int32(numbers.map { Int32($0) }), shape: value.shape)]
            default: return nil
            }
        },
        types: ["SrcT": 0],
        lower: { context in
            context.inputs[0].type == context.outputs[0].type ? .view(of: 0) : .step(.cast)
        })
}
