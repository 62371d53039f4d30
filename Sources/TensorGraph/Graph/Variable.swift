public import TensorFlowTypes

/// A tensor that keeps its value from run to run: TensorFlow 1's reference variable.
///
/// Four nodes stand for it: the variable itself, its initial value, the assignment of one to the
/// other, and `read`.
public struct Variable: TensorConvertible, Hashable {
    /// The `VariableV2` node: what assignments write to.
    public let node: Node
    /// The node that sets the initial value.
    public let initializer: Node
    /// The value at the time of reading.
    public let tensor: Tensor

    /// The name, such as `discriminator/conv1/weights`.
    public var name: String { node.name }
    /// The shape, which is known whole.
    public var shape: [Int] { node.output().shape.known ?? [] }
    /// The type of the elements.
    public var type: DataType { node.outputs[0].type }
    /// The variable itself, as the target of an assignment.
    var reference: Tensor { node.output() }
}

/// How a variable's first value is made, given its shape.
public enum Initializer: Sendable {
    /// Zeros; TensorFlow's `zeros_initializer`.
    case zeros
    /// One value everywhere; TensorFlow's `constant_initializer`.
    case constant(Float)
    /// Normally distributed numbers; TensorFlow's `random_normal_initializer`.
    case randomNormal(mean: Float = 0, standardDeviation: Float)
}

extension Graph {
    /// The float32 variable of that name in the current variable scope: made, or found, as the
    /// scope's `reuse` says.
    ///
    /// - Parameters:
    ///   - name: its name below the scope.
    ///   - shape: its shape, known whole.
    ///   - initializer: its value after initialization.
    /// - Precondition: a variable found has the same shape; one that may not be reused does not
    ///   exist yet.
    public func getVariable(
        _ name: String, _ shape: [Int], initializer: Initializer
    ) -> Variable {
        let full = variableScopes.name.isEmpty ? name : "\(variableScopes.name)/\(name)"
        if let known = variableScopes.variables[full] {
            precondition(
                variableScopes.reuse != .never,
                "variable \(full) exists already; did you mean reuse: .auto?")
            precondition(
                known.shape == shape,
                "variable \(full) has shape \(known.shape), and is asked for with \(shape)")
            guard let value = variableScopes.replacements[known] else { return known }
            return Variable(node: known.node, initializer: known.initializer, tensor: value)
        }
        precondition(
            variableScopes.reuse != .always, "variable \(full) does not exist, and reuse is .always"
        )
        let variable = makeVariable(full, shape, initializer: initializer)
        variableScopes.variables[full] = variable
        return variable
    }

    /// A variable that starts at `initialValue`; TensorFlow's `tf.Variable`.
    public func variable(_ initialValue: Value, name: String) -> Variable {
        withoutDependencies {
            nameScope(name) { scope in
                finishVariable(scope, constant(initialValue, name: "initial_value"))
            }
        }
    }

    /// A variable of that very name, whatever the scope, that belongs beside `primary` or stands by
    /// itself.
    func makeVariable(
        _ name: String, _ shape: [Int], initializer: Initializer, beside primary: Node? = nil
    ) -> Variable {
        withoutDependencies {
            withNameScope(exactly: "") {
                nameScope(name) { scope in
                    colocated(at: primary?.place ?? "loc:@\(name)") {
                        let initial = nameScope("Initializer") { _ in
                            initialValue(initializer, shape)
                        }
                        return finishVariable(scope, initial)
                    }
                }
            }
        }
    }

    private func initialValue(_ initializer: Initializer, _ shape: [Int]) -> Tensor {
        switch initializer {
        case .zeros:
            zeros(shape)
        case .constant(let value):
            constant(Value([Float](repeating: value, count: shape.reduce(1, *)), shape: shape))
        case .randomNormal(let mean, let standardDeviation):
            randomNormal(shape, mean: mean, standardDeviation: standardDeviation)
        }
    }

    /// The nodes of a variable beside its initial value.
    private func finishVariable(_ scope: String, _ initial: Tensor) -> Variable {
        let node = add(
            .variable, scope, [Tensor](),
            attributes: [
                "dtype": .type(initial.type), "shape": .shape(initial.shape),
                "container": .string(""), "shared_name": .string(""),
            ])
        let assign = assign(node.output(), initial)
        let read = colocated(with: node) { add(.identity, "read", [node.output()]) }
        let variable = Variable(node: node, initializer: assign, tensor: read.output())
        variables.append(variable)
        return variable
    }

    /// A node that gives every variable its initial value; TensorFlow's
    /// `global_variables_initializer`.
    public func globalVariablesInitializer() -> Node {
        group(variables.map(\.initializer), name: "init")
    }
}
