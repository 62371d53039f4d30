internal import Checkpoints
internal import TensorBoard
internal import TensorGraph

extension Session {
    /// The values of all variables, by name.
    func checkpointTensors() throws -> [(name: String, tensor: TensorData)] {
        try graph.variables.map { variable in
            let value = try value(of: variable)
            let tensor =
                switch value.elements {
                case .int32(let ints): TensorData(ints, shape: value.shape)
                default: TensorData(value.floats, shape: value.shape)
                }
            return (variable.name, tensor)
        }
    }

    /// Gives variables the values that a checkpoint holds.
    ///
    /// - Throws: `CheckpointError`, which lists what is missing or differs; then no variable is
    ///   changed.
    func restore(_ variables: [Variable], from checkpoint: Checkpoint) throws {
        let tensors = try checkpoint.restore(variables.map(\.description))
        for (variable, tensor) in zip(variables, tensors) { set(variable, to: tensor) }
    }

    /// Gives those variables the values that a checkpoint holds which it has with the same type and
    /// shape.
    ///
    /// - Returns: in words, how the others differ.
    /// - Throws: `CheckpointError` where the checkpoint cannot be read.
    func restorePartially(
        _ variables: [Variable], from checkpoint: Checkpoint
    ) throws -> [String] {
        let (tensors, mismatches) = try checkpoint.restorePartially(variables.map(\.description))
        for (variable, tensor) in zip(variables, tensors) {
            if let tensor { set(variable, to: tensor) }
        }
        return mismatches.map(\.description)
    }

    private func set(_ variable: Variable, to tensor: TensorData) {
        if let ints = tensor.values(of: Int32.self) {
            set(variable, to: Value(.int32(ints), shape: tensor.shape))
        } else if let floats = tensor.values(of: Float.self) {
            set(variable, to: Value(floats, shape: tensor.shape))
        }
    }
}

extension Variable {
    fileprivate var description: TensorDescription {
        TensorDescription(
            name: name, elementType: type == .int32 ? .int32 : .float32, shape: shape)
    }
}
