internal import CKernels
internal import TensorBoard

// Variables, and what writes to them. The first output of a write is the variable itself, as
// TensorFlow 1's references are.

extension Op {
    static let variable: Op = Op(
        "VariableV2",
        outputs: { [TensorType($0.node.shape("shape"), $0.node.type("dtype"))] },
        hasEffect: true)

    static let assign: Op = Op(
        "Assign", outputs: Update.outputs, writes: [0],
        run: { _ in
            .call { bound in
                let (variable, value) = (bound.inputs[0], bound.inputs[1])
                let bytes = variable.count * variable.type.stride
                return { variable.pointer.copyMemory(from: value.pointer, byteCount: bytes) }
            }
        })

    static let assignAdd: Op = Op(
        "AssignAdd", outputs: Update.outputs, writes: [0],
        run: { Update.execution($0, kernel_add) { $0 &+ $1 } })

    static let assignSub: Op = Op(
        "AssignSub", outputs: Update.outputs, writes: [0],
        run: { Update.execution($0, kernel_sub) { $0 &- $1 } })

    /// TensorFlow 1's Adam, from (var, m, v, beta1ᵗ, beta2ᵗ, learning rate, beta1, beta2, epsilon,
    /// gradient).
    static let applyAdam: Op = Op(
        "ApplyAdam",
        outputs: { context in
            for input in [1, 2, 9] {
                context.require(
                    context.shape(input).isCompatible(with: context.shape(0)),
                    "the gradient and both moments have the variable's shape")
            }
            return [context.inputs[0]]
        },
        writes: [0, 1, 2],
        run: { _ in
            .call { bound in
                let inputs = bound.inputs.map(\.floats)
                let count = bound.inputs[0].count
                return {
                    let (power1, power2) = (inputs[3][0], inputs[4][0])
                    let rate = inputs[5][0] * (1 - power2).squareRoot() / (1 - power1)
                    kernel_adam(
                        bound.pool, inputs[0], inputs[1], inputs[2], inputs[9], count, rate,
                        inputs[6][0], inputs[7][0], inputs[8][0])
                }
            }
        })
}

private enum Update {
    static let outputs: @Sendable (OpContext) -> [TensorType] = { context in
        context.require(
            context.shape(0).isCompatible(with: context.shape(1)),
            "the value has another shape than the variable")
        return [context.inputs[0]]
    }

    /// variable = rule(variable, value), element by element.
    static func execution(
        _ context: OpContext, _ floats: @escaping kernel_binary,
        _ ints: @escaping @Sendable (Int32, Int32) -> Int32
    ) -> Execution {
        .call { bound in
            let (variable, value) = (bound.inputs[0], bound.inputs[1])
            if variable.type == .float {
                return { floats(variable.floats, variable.floats, value.floats, variable.count) }
            }
            precondition(
                variable.type == .int32, "\(context.node) updates a variable of \(variable.type)")
            return {
                for i in 0..<variable.count {
                    variable.ints[i] = ints(variable.ints[i], value.ints[i])
                }
            }
        }
    }
}

extension Graph {
    /// A node that gives `variable` a value.
    public func assign(_ variable: Variable, _ value: some TensorConvertible) -> Node {
        assign(variable.reference, value.tensor)
    }

    func assign(_ reference: Tensor, _ value: Tensor, locking: Bool = true) -> Node {
        update(
            .assign, "Assign", reference, value, locking: locking,
            ["validate_shape": .bool(true)])
    }

    /// A node that adds `value` to `variable`.
    func assignAdd(_ variable: Variable, _ value: Tensor, name: String? = nil) -> Node {
        update(.assignAdd, name, variable.reference, value)
    }

    /// A node that subtracts `value` from `variable`.
    func assignSub(_ variable: Variable, _ value: Tensor, name: String? = nil) -> Node {
        update(.assignSub, name, variable.reference, value)
    }

    private func update(
        _ op: Op, _ name: String?, _ reference: Tensor, _ value: Tensor, locking: Bool = false,
        _ attributes: [String: AttributeValue] = [:]
    ) -> Node {
        precondition(
            reference.node.isVariable, "\(op.name) writes to variables, not to \(reference)")
        return colocated(with: reference.node) {
            add(
                op, name, [reference, value],
                attributes: attributes.merging(["use_locking": .bool(locking)]) { $1 })
        }
    }
}
