internal import Checkpoints
internal import TensorBoard
internal import TensorGraph

/// Where the main loop stands: with the variables, all that a run needs to go on as if it had never
/// stopped.
///
/// A checkpoint holds it in three tensors beside the variables, `loop/passes`, `loop/is_warmed_up`
/// and `loop/noise`, which TensorFlow's saver passes over.
struct LoopState: Equatable {
    /// Passes done.
    var passes = 0
    /// Whether the discriminator has had its training alone.
    var isWarmedUp = false
    /// The noise that every step is fed, [batch size, 20].
    var noise: Value

    private static let names = ["loop/passes", "loop/is_warmed_up", "loop/noise"]

    init(noise: Value) {
        self.noise = noise
    }

    /// The state that a checkpoint holds.
    ///
    /// - Throws: `CheckpointError`; ``TrainingError/notResumable(_:)`` for a checkpoint of
    ///   variables alone, as TensorFlow writes it.
    init(_ checkpoint: Checkpoint) throws {
        let known = Set(checkpoint.tensors.map(\.name))
        guard known.isSuperset(of: Self.names) else {
            throw TrainingError.notResumable(checkpoint.prefix)
        }
        let tensors = try Self.names.map { try checkpoint.tensor(named: $0) }
        guard let passes = tensors[0].values(of: Int64.self)?.first,
            let isWarmedUp = tensors[1].values(of: Bool.self)?.first,
            let noise = tensors[2].values(of: Float.self), tensors[2].shape.count == 2,
            tensors[2].shape[1] == Sizes.generatorInput
        else { throw TrainingError.notResumable(checkpoint.prefix) }
        self.passes = Int(passes)
        self.isWarmedUp = isWarmedUp
        self.noise = Value(noise, shape: tensors[2].shape)
    }

    var tensors: [(name: String, tensor: TensorData)] {
        [
            (Self.names[0], TensorData([Int64(passes)], shape: [])),
            (Self.names[1], TensorData([isWarmedUp], shape: [])),
            (Self.names[2], TensorData(noise.floats, shape: noise.shape)),
        ]
    }
}

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

    /// Gives all variables the values that a checkpoint holds.
    ///
    /// - Throws: `CheckpointError`, which lists what is missing or differs; then no variable is
    ///   changed.
    func restore(_ checkpoint: Checkpoint) throws {
        let wanted = graph.variables.map { variable in
            TensorDescription(
                name: variable.name, elementType: variable.type == .int32 ? .int32 : .float32,
                shape: variable.shape)
        }
        for (variable, tensor) in zip(graph.variables, try checkpoint.restore(wanted)) {
            if let ints = tensor.values(of: Int32.self) {
                set(variable, to: Value(.int32(ints), shape: tensor.shape))
            } else if let floats = tensor.values(of: Float.self) {
                set(variable, to: Value(floats, shape: tensor.shape))
            }
        }
    }
}
