internal import TensorGraph

/// A step of one of the networks, and its loss; prepared, since a run takes them thousands of times.
struct TrainingStep {
    private let train: PreparedRun
    /// What computes the loss anew after the step; `nil` where the step has it.
    private let evaluate: PreparedRun?

    init(
        _ train: Node, _ loss: Tensor, hasLossAfterStep: Bool, _ session: Session,
        _ feed: [Tensor: Value]
    ) throws {
        self.train = try session.prepare(
            hasLossAfterStep ? [] : [loss], targets: [train], feed: feed)
        evaluate = hasLossAfterStep ? try session.prepare([loss], feed: feed) : nil
    }

    /// Takes the step; returns the loss after it, or the one that its gradients are of.
    ///
    /// - Parameter feed: what it is fed from now on; `nil` for what it was fed before.
    func take(_ feed: [Tensor: Value]?, profile: RunProfile?) throws -> Float {
        for (tensor, value) in feed ?? [:] {
            train.feed(tensor, value)
            evaluate?.feed(tensor, value)
        }
        try train.run(profile: profile)
        return try lossAfterStep(profile: profile) ?? train.scalar
    }

    /// The loss computed anew; `nil` where the step has it.
    func lossAfterStep(profile: RunProfile? = nil) throws -> Float? {
        guard let evaluate else { return nil }
        try evaluate.run(profile: profile)
        return evaluate.scalar
    }
}
