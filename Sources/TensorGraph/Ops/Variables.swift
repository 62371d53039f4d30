internal import CKernels
internal import TensorBoard

// Variables, and what writes to them. The first output of a write is the variable itself, as
// TensorFlow 1's references are.

extension Op {
    static let variable: Op = Op(
        "VariableV2",
        outputs: { [TensorType($0.node.shape("shape"), $0.node.type("dtype"))] },
        gradient: .notDifferentiable, hasEffect: true)

    static let assign: Op = Op(
        "Assign", outputs: Update.outputs, gradient: .notDifferentiable, writes: [0],
        run: { _ in
            .call { bound in
                let (variable, value) = (bound.inputs[0], bound.inputs[1])
                let bytes = variable.count * variable.type.stride
                let (to, from) = (variable.pointer, value.pointer)
                return { to.copyMemory(from: from, byteCount: bytes) }
            }
        })

    static let assignAdd: Op = Op(
        "AssignAdd", outputs: Update.outputs, gradient: .notDifferentiable, writes: [0],
        run: { Update.execution($0, kernel_add) { $0 &+ $1 } })

    static let assignSub: Op = Op(
        "AssignSub", outputs: Update.outputs, gradient: .notDifferentiable, writes: [0],
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
        gradient: .missing, writes: [0, 1, 2],
        run: { _ in
            .call { bound in
                let (pool, count) = (bound.pool, bound.inputs[0].count)
                let (rates, gradient) = (AdamRates(bound), bound.inputs[9].floats)
                return {
                    kernel_adam(
                        pool, rates.variable, rates.moments.0, rates.moments.1, gradient, count,
                        1, rates.rate, rates.betas.0[0], rates.betas.1[0], rates.epsilon[0])
                }
            }
        })
}

/// What all kernels of Adam read beside the gradient.
struct AdamRates {
    let variable: UnsafeMutablePointer<Float>
    let moments: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    let betas: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    let epsilon: UnsafeMutablePointer<Float>
    private let powers: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
    private let learningRate: UnsafeMutablePointer<Float>

    /// From the operands of an `ApplyAdam`.
    init(_ bound: Bindings) {
        let inputs = bound.inputs.map(\.floats)
        variable = inputs[0]
        moments = (inputs[1], inputs[2])
        powers = (inputs[3], inputs[4])
        learningRate = inputs[5]
        betas = (inputs[6], inputs[7])
        epsilon = inputs[8]
    }

    /// The learning rate, corrected for the moments' start at 0.
    var rate: Float {
        learningRate[0] * (1 - powers.1[0]).squareRoot() / (1 - powers.0[0])
    }
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
            let (variable, value, count) = (bound.inputs[0], bound.inputs[1], bound.inputs[0].count)
            if variable.type == .float {
                let (x, y) = (variable.floats, value.floats)
                return { floats(x, x, y, count) }
            }
            precondition(
                variable.type == .int32, "\(context.node) updates a variable of \(variable.type)")
            let (x, y) = (variable.ints, value.ints)
            return { for i in 0..<count { x[i] = ints(x[i], y[i]) } }
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
