internal import TensorGraph

/// A step of one of the networks, and its loss; both prepared, since a run takes them thousands of
/// times.
struct TrainingStep {
    private let train: PreparedRun
    private let evaluate: PreparedRun

    init(_ train: Node, _ loss: Tensor, _ session: Session, _ feed: [Tensor: Value]) throws {
        self.train = try session.prepare(targets: [train], feed: feed)
        evaluate = try session.prepare([loss], feed: feed)
    }

    /// Takes the step; returns the loss after it.
    func take(profile: RunProfile?) throws -> Float {
        try train.run(profile: profile)
        return try loss(profile: profile)
    }

    func loss(profile: RunProfile? = nil) throws -> Float {
        try evaluate.run(profile: profile)
        return evaluate.scalar
    }
}
