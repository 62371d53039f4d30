internal import TensorFlowTypes

/// Averages of tensors that forget exponentially; TensorFlow 1's `ExponentialMovingAverage`,
/// without debiasing.
///
/// Each averaged tensor has a variable, which starts at zero: average -= (average - value)(1 -
/// decay).
public final class ExponentialMovingAverage {
    /// How slowly the averages forget, in [0, 1).
    public let decay: Float
    private var averages: [Tensor: Variable] = [:]

    /// Averages with that decay.
    public init(decay: Float) {
        self.decay = decay
    }

    /// A node that brings the averages of `tensors` up to date.
    public func apply(_ tensors: [Tensor]) -> Node {
        let graph = tensors[0].graph
        for tensor in tensors where averages[tensor] == nil {
            guard let shape = tensor.shape.known else {
                preconditionFailure("\(tensor) has an open shape, and so no average")
            }
            let name = graph.variableScopes.uniqueName(
                "\(tensor.node.name)/ExponentialMovingAverage")
            averages[tensor] = graph.makeVariable(name, shape, initializer: .zeros)
        }
        return graph.nameScope("ExponentialMovingAverage") { scope in
            let decay = graph.constant(Value(decay), name: "decay")
            let updates = tensors.compactMap { tensor in
                averages[tensor].map { update($0, tensor, decay, in: graph) }
            }
            return graph.group(updates, name: scope)
        }
    }

    private func update(
        _ average: Variable, _ tensor: Tensor, _ decay: Tensor, in graph: Graph
    ) -> Node {
        graph.nameScope("AssignMovingAvg") { scope in
            let rate = 1 - decay
            return graph.assignSub(average, (average - tensor) * rate, name: scope)
        }
    }

    /// The average of a tensor that was given to ``apply(_:)``.
    ///
    /// - Precondition: it was.
    public func average(_ tensor: Tensor) -> Variable {
        guard let average = averages[tensor] else {
            preconditionFailure("\(tensor) is not averaged")
        }
        return average
    }
}
