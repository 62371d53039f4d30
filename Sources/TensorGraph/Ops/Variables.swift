internal import TensorFlowTypes

// Variables, and what writes to them. The first output of a write is the variable itself, as
// TensorFlow 1's references are.

extension Op {
    static let variables: [Op] = [.variable, .assign, .assignAdd, .assignSub, .applyAdam]

    static let variable: Op = Op(
        "VariableV2",
        outputs: { [TensorType($0.node.shape("shape"), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, role: .variable, hasEffect: true)

    static let assign: Op = Op(
        "Assign", outputs: Update.outputs, gradient: .notDifferentiable, writes: [0],
        lower: { _ in .step(.assign) })

    static let assignAdd: Op = Op(
        "AssignAdd", outputs: Update.outputs, gradient: .notDifferentiable, writes: [0],
        lower: { _ in .step(.update(isSubtracted: false)) })

    static let assignSub: Op = Op(
        "AssignSub", outputs: Update.outputs, gradient: .notDifferentiable, writes: [0],
        lower: { _ in .step(.update(isSubtracted: true)) })

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
        gradient: .missing, writes: [0, 1, 2],
        lower: { _ in .step(.adam(times: 1)) })
}

private enum Update {
    static let outputs: @Sendable (OpContext) -> [TensorType] = { context in
        context.require(
            context.shape(0).isCompatible(with: context.shape(1)),
            "the value has another shape than the variable")
        return [context.inputs[0]]
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
