internal import Platform
internal import TensorFlowTypes

/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015), as TensorFlow 1's
/// `AdamOptimizer` has it.
///
/// Each variable keeps two moments beside it, `name/Adam` and `name/Adam_1`; the powers of beta1
/// and beta2 are shared by the optimizer's variables. With t counted from 1:
///
///     rate = learningRate · √(1 - beta2ᵗ) / (1 - beta1ᵗ)
///     m += (g - m)(1 - beta1)
///     v += (g² - v)(1 - beta2)
///     variable -= rate · m / (√v + epsilon)
public struct AdamOptimizer: Sendable {
    /// The step size, > 0.
    public var learningRate: Float
    /// How slowly the first moment forgets, in [0, 1).
    public var beta1: Float
    /// How slowly the second moment forgets, in [0, 1).
    public var beta2: Float
    /// Added to the root of the second moment, ≥ 0.
    public var epsilon: Float

    /// An optimizer with those settings; the defaults are TensorFlow's.
    public init(
        learningRate: Float = 0.001, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
    }

    /// A node that changes the variables so that `loss` becomes smaller, and adds 1 to
    /// `globalStep`.
    ///
    /// - Parameters:
    ///   - loss: a scalar.
    ///   - globalStep: an int32 variable that counts the steps.
    ///   - rate: a scalar that takes the place of ``learningRate``, for one that changes from step to
    ///     step.
    ///   - variables: what is changed. A variable that occurs twice is updated twice a step, with
    ///     the same gradient. At least one of them has a gradient.
    ///   - unreached: told the variables that the loss does not depend on, or only through what has
    ///     no gradient: steps leave them as they are. By default a line on standard error names
    ///     them, as TensorFlow 2's optimizers do.
    public func minimize(
        _ loss: Tensor, globalStep: Variable, rate: Tensor? = nil, variables: [Variable],
        unreached: (_ variables: [Variable], _ loss: Tensor) -> Void = AdamOptimizer.warn
    ) -> Node {
        let graph = loss.graph
        let gradients = graph.gradients(of: loss, withRespectTo: variables, gated: true)
        let left = zip(gradients, variables).filter { $0.0 == nil }.map(\.1)
        precondition(
            left.count < variables.count,
            "\(loss.name) has no gradient for any of \(Self.list(variables))")
        if !left.isEmpty { unreached(left, loss) }
        return apply(
            zip(gradients, variables).compactMap { gradient, variable in
                gradient.map { ($0, variable) }
            }, globalStep: globalStep, rate: rate, in: graph)
    }

    /// Says on standard error which variables a loss does not reach.
    public static func warn(_ variables: [Variable], _ loss: Tensor) {
        var line =
            "warning: \(loss.name) has no gradient for \(list(variables)), which steps leave alone\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private static func list(_ variables: [Variable]) -> String {
        variables.map(\.name).joined(separator: ", ")
    }

    private func apply(
        _ gradients: [(gradient: Tensor, variable: Variable)], globalStep: Variable,
        rate given: Tensor?, in graph: Graph
    ) -> Node {
        let slots = makeSlots(gradients.map(\.variable), in: graph)
        return graph.nameScope("Adam") { scope in
            let rate =
                given ?? graph.constant(Value(learningRate), name: "learning_rate")
            let beta1 = graph.constant(Value(beta1), name: "beta1")
            let beta2 = graph.constant(Value(beta2), name: "beta2")
            let epsilon = graph.constant(Value(epsilon), name: "epsilon")
            let updates = gradients.map { gradient, variable in
                graph.nameScope("update_" + variable.name) { _ in
                    graph.colocated(with: variable.node) {
                        graph.add(
                            .applyAdam, nil,
                            [variable.reference]
                                + (slots.moments[variable] ?? []).map(\.reference)
                                + [slots.power1.tensor, slots.power2.tensor, rate, beta1, beta2]
                                + [epsilon, gradient],
                            attributes: ["use_locking": .bool(false), "use_nesterov": .bool(false)])
                    }
                }
            }
            let update = finish(updates, slots, beta1, beta2, in: graph)
            return graph.controlDependencies([update]) {
                graph.colocated(with: globalStep.node) {
                    graph.assignAdd(
                        globalStep, graph.constant(Value(Int32(1)), name: "value"), name: scope)
                }
            }
        }
    }

    /// The betas' powers after all updates.
    private func finish(
        _ updates: [Node], _ slots: Slots, _ beta1: Tensor, _ beta2: Tensor, in graph: Graph
    ) -> Node {
        let powers = graph.controlDependencies(updates) {
            graph.colocated(with: slots.power1.node) {
                [(slots.power1, beta1), (slots.power2, beta2)].map { power, beta in
                    graph.assign(power.reference, power * beta, locking: false)
                }
            }
        }
        return graph.group(updates + powers, name: "update")
    }

    private struct Slots {
        let power1: Variable
        let power2: Variable
        var moments: [Variable: [Variable]] = [:]
    }

    private func makeSlots(_ variables: [Variable], in graph: Graph) -> Slots {
        guard let first = variables.min(by: { $0.name < $1.name }) else {
            preconditionFailure("an optimizer needs a variable that it changes")
        }
        func power(_ beta: Float, _ name: String) -> Variable {
            graph.colocated(with: first.node) { graph.variable(Value(beta), name: name) }
        }
        var slots = Slots(power1: power(beta1, "beta1_power"), power2: power(beta2, "beta2_power"))
        for variable in variables where slots.moments[variable] == nil {
            slots.moments[variable] = (0..<2).map { _ in graph.slot("Adam", of: variable) }
        }
        return slots
    }
}

extension Graph {
    /// A variable of zeros that an optimizer keeps beside another one, named below it.
    func slot(_ name: String, of primary: Variable) -> Variable {
        let full = variableScopes.uniqueName("\(primary.name)/\(name)")
        return makeVariable(full, primary.shape, initializer: .zeros, beside: primary.node)
    }
}
