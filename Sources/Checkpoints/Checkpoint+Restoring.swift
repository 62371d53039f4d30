extension Checkpoint {
    /// Reads the tensors of a model.
    ///
    /// - Parameter wanted: The names, types and shapes that the model has.
    /// - Returns: The tensors, in that order.
    /// - Throws: `CheckpointError`: a single one that lists all that are missing or have another
    ///   type or shape, before any is read; or that one cannot be read, or is damaged.
    public func restore(_ wanted: [TensorDescription]) throws(CheckpointError) -> [TensorData] {
        let mismatches = wanted.compactMap(mismatch)
        guard mismatches.isEmpty else {
            throw CheckpointError(
                .mismatch(mismatches, wanted: wanted.count),
                path: BundleFormat.indexPath(prefix: prefix))
        }
        return try wanted.map { tensor throws(CheckpointError) in
            try self.tensor(named: tensor.name)
        }
    }

    /// Reads those tensors of a model that are in the checkpoint with the same type and shape.
    ///
    /// - Parameter wanted: The names, types and shapes that the model has.
    /// - Returns: The tensors, in that order, with `nil` for those that are missing or differ; and
    ///   how these differ.
    /// - Throws: `CheckpointError`, if one cannot be read, or is damaged.
    public func restorePartially(
        _ wanted: [TensorDescription]
    ) throws(CheckpointError) -> (tensors: [TensorData?], mismatches: [Mismatch]) {
        var tensors: [TensorData?] = []
        var mismatches: [Mismatch] = []
        for description in wanted {
            if let mismatch = mismatch(description) {
                mismatches.append(mismatch)
                tensors.append(nil)
            } else {
                tensors.append(try tensor(named: description.name))
            }
        }
        return (tensors, mismatches)
    }

    private func mismatch(_ wanted: TensorDescription) -> Mismatch? {
        let found = description(named: wanted.name)
        return found == wanted ? nil : Mismatch(wanted: wanted, found: found)
    }
}
