internal import Checkpoints
internal import TensorBoard
internal import TensorGraph

extension Session {
    /// The values of all variables, by name.
    func checkpointTensors() throws -> [(name: String, tensor: TensorValue)] {
        try graph.variables.map { ($0.name, try value(of: $0)) }
    }

    /// Gives variables the values that a checkpoint holds.
    ///
    /// - Throws: `CheckpointError`, which lists what is missing or differs; then no variable is
    ///   changed. ``RestoreError`` where the checkpoint is another model's.
    func restore(_ variables: [Variable], from checkpoint: Checkpoint) throws {
        let tensors = try RestoreError.telling(of: checkpoint.prefix) {
            () throws(CheckpointError) in
            try checkpoint.restore(variables.map(\.description))
        }
        for (variable, tensor) in zip(variables, tensors) { set(variable, to: tensor) }
    }

    /// Gives those variables the values that a checkpoint holds which it has with the same type and
    /// shape.
    ///
    /// - Parameter minimumShare: How much of the variables has to be there, from 0 to 1; those that
    ///   optimizers keep are not counted.
    /// - Returns: in words, how the others differ.
    /// - Throws: `CheckpointError` where the checkpoint cannot be read; ``RestoreError`` where too
    ///   little of it fits.
    func restorePartially(
        _ variables: [Variable], from checkpoint: Checkpoint, minimumShare: Double
    ) throws -> [String] {
        let (tensors, mismatches) = try RestoreError.telling(of: checkpoint.prefix) {
            () throws(CheckpointError) in
            try checkpoint.restorePartially(
                variables.map(\.description), minimumShare: minimumShare,
                essential: Self.withoutSlots(variables).map(\.description))
        }
        for (variable, tensor) in zip(variables, tensors) {
            if let tensor { set(variable, to: tensor) }
        }
        return mismatches.map(\.description)
    }

    /// Without the variables that an optimizer keeps for others, named `<variable>/<optimizer>`: a
    /// checkpoint of weights alone is most of a model.
    private static func withoutSlots(_ variables: [Variable]) -> [Variable] {
        let names = Set(variables.map(\.name))
        return variables.filter { variable in
            guard let slash = variable.name.lastIndex(of: "/") else { return true }
            return !names.contains(String(variable.name[..<slash]))
        }
    }

}

extension Variable {
    fileprivate var description: TensorDescription {
        TensorDescription(name: name, type: type, shape: shape)
    }
}

/// A checkpoint is another model's.
public struct RestoreError: Error, Equatable, CustomStringConvertible {
    /// What is missing or differs, and what to do, in one line.
    public let description: String

    /// Runs `body`, and says what to do where a checkpoint is another model's.
    fileprivate static func telling<Result>(
        of checkpoint: String, _ body: () throws(CheckpointError) -> Result
    ) throws -> Result {
        do {
            return try body()
        } catch {
            guard case .mismatch(let mismatches, let wanted, _) = error.problem else { throw error }
            let advice =
                ", or begin a run with what agrees: gan train --restore \(checkpoint) --partial; "
                + "--partial-few if that is less than half"
            throw RestoreError(
                description: "\(error)" + (mismatches.count < wanted ? advice : ""))
        }
    }
}
