public import TensorGraph

/// Where the loop stands, as checkpoints hold it.
extension ArticleLoop {
    private enum Name {
        static let passes = "loop/passes"
        static let isWarmedUp = "loop/is_warmed_up"
        // These are there only where a pass had begun.
        static let passSteps = "loop/pass_generator_steps"
        static let passLoss = "loop/pass_generator_loss"
        static let passLastLoss = "loop/pass_last_loss"
        static let passOverTime = "loop/pass_over_time"
    }

    /// Its parts, by name.
    public var state: [(name: String, tensor: TensorValue)] {
        func scalar<Element: TensorElement>(_ value: Element) -> TensorValue {
            TensorValue([value], shape: [])
        }
        let pass = pass.map { pass in
            [
                (Name.passSteps, scalar(Int64(pass.generatorSteps))),
                (Name.passLoss, scalar(pass.generatorLoss)),
                (Name.passLastLoss, scalar(pass.lastLoss)),
                (Name.passOverTime, scalar(Int64(pass.overTime))),
            ]
        }
        return [
            (Name.passes, scalar(Int64(passes))), (Name.isWarmedUp, scalar(isWarmedUp)),
        ] + (pass ?? [])
    }

    /// The loop that a checkpoint tells of.
    ///
    /// - Throws: ``TrainingError/notResumable(_:)`` where it tells of none; `CheckpointError`.
    public init(_ saved: SavedTensors) throws {
        let losses = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
        passes = try saved.count(Name.passes)
        isWarmedUp = try saved.scalar(Name.isWarmedUp)
        guard saved.has(Name.passSteps) else { return }
        pass = Pass(
            generatorSteps: try saved.count(Name.passSteps),
            generatorLoss: try saved.scalar(Name.passLoss, in: losses),
            lastLoss: try saved.scalar(Name.passLastLoss, in: losses),
            overTime: try saved.count(Name.passOverTime))
    }
}
