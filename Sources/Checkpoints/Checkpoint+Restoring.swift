extension Checkpoint {
    /// Reads the tensors of a model.
    ///
    /// - Parameter wanted: The names, types and shapes that the model has.
    /// - Returns: The tensors, in that order.
    /// - Throws: `CheckpointError`: a single one that lists all that are missing or have another
    ///   type or shape, before any is read; or that one cannot be read, or is damaged.
    public func restore(_ wanted: [TensorDescription]) throws(CheckpointError) -> [TensorValue] {
        let mismatches = wanted.compactMap(mismatch)
        guard mismatches.isEmpty else {
            throw self.mismatch(mismatches, wanted: wanted.count)
        }
        return try wanted.map { tensor throws(CheckpointError) in
            try self.tensor(named: tensor.name)
        }
    }

    /// Reads those tensors of a model that are in the checkpoint with the same type and shape.
    ///
    /// - Parameters:
    ///   - wanted: The names, types and shapes that the model has.
    ///   - minimumShare: How much of the model has to be there, from 0 to 1. A checkpoint of which
    ///     hardly anything fits is another model's, most likely.
    ///   - essential: Of what the share is counted; all of `wanted` unless given.
    /// - Returns: The tensors, in that order, with `nil` for those that are missing or differ; and
    ///   how these differ.
    /// - Throws: `CheckpointError`, if too few agree, before any is read; or one cannot be read, or is
    ///   damaged.
    public func restorePartially(
        _ wanted: [TensorDescription], minimumShare: Double = 0.5,
        essential: [TensorDescription]? = nil
    ) throws(CheckpointError) -> (tensors: [TensorValue?], mismatches: [Mismatch]) {
        let mismatches = wanted.map(mismatch)
        let differing = mismatches.compactMap(\.self)
        let counted = essential ?? wanted
        let there = counted.count { self.mismatch($0) == nil }
        guard Double(there) >= minimumShare * Double(counted.count) else {
            throw mismatch(differing, wanted: wanted.count)
        }
        let tensors = try zip(wanted, mismatches).map {
            description, mismatch throws(CheckpointError) in
            mismatch == nil ? try tensor(named: description.name) : nil
        }
        return (tensors, differing)
    }

    private func mismatch(_ mismatches: [Mismatch], wanted: Int) -> CheckpointError {
        CheckpointError(
            .mismatch(mismatches, wanted: wanted, stored: tensors.map(\.name)), path: path)
    }

    private func mismatch(_ wanted: TensorDescription) -> Mismatch? {
        let found = description(named: wanted.name)
        return found == wanted ? nil : Mismatch(wanted: wanted, found: found)
    }
}
