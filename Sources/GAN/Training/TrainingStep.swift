internal import TensorGraph

/// A step of one of the networks, and its loss; prepared, since a run takes them thousands of times.
struct TrainingStep {
    private let train: StepRun
    /// What computes the loss anew after the step; `nil` where the step has it.
    private let evaluate: StepRun?

    /// - Parameter team: among whom a step's batch is divided; `nil` for nobody, as one shard.
    init(
        _ train: Node, _ loss: Tensor, hasLossAfterStep: Bool, _ session: Session,
        _ feed: [Tensor: Value], _ team: Team?
    ) throws {
        self.train = try StepRun(
            session, hasLossAfterStep ? [] : [loss], [train], feed, team)
        evaluate = hasLossAfterStep ? try StepRun(session, [loss], [], feed, team) : nil
    }

    /// Takes the step; returns the loss after it, or the one that its gradients are of.
    ///
    /// - Parameter feed: what it is fed from now on; `nil` for what it was fed before.
    func take(_ feed: [Tensor: Value]?, profile: RunProfile?) throws -> Float {
        for (tensor, value) in feed ?? [:] {
            train.feed(tensor, value)
            evaluate?.feed(tensor, value)
        }
        try train.run(profile)
        return try lossAfterStep(profile: profile) ?? train.scalar
    }

    /// Gives this process all of the variables of which each process of a team has its part: Adam's
    /// moments.
    func gatherVariables() throws { try train.gatherVariables() }

    /// The loss computed anew; `nil` where the step has it.
    func lossAfterStep(profile: RunProfile? = nil) throws -> Float? {
        guard let evaluate else { return nil }
        try evaluate.run(profile)
        return evaluate.scalar
    }
}

/// A run of a step: of its whole batch, or of the batch's shards.
private enum StepRun {
    case whole(PreparedRun)
    case shards(ShardedRun, Team)

    init(
        _ session: Session, _ fetches: [Tensor], _ targets: [Node], _ feed: [Tensor: Value],
        _ team: Team?
    ) throws {
        if let team {
            let run = try ShardedRun(
                session, fetches, targets: targets, feed: feed, team.shards, team.communicator,
                tallyCount: Team.Wishes.count)
            self = .shards(run, team)
        } else {
            self = .whole(try session.prepare(fetches, targets: targets, feed: feed))
        }
    }

    func feed(_ tensor: Tensor, _ value: Value) {
        switch self {
        case .whole(let run): run.feed(tensor, value)
        case .shards(let run, _): run.feed(tensor, value)
        }
    }

    func run(_ profile: RunProfile?) throws {
        switch self {
        case .whole(let run): try run.run(profile: profile)
        case .shards(let run, let team):
            run.tally = team.wishes.numbers
            try run.run(profile: profile)
            team.agreed.take(run.tally)
        }
    }

    func gatherVariables() throws {
        if case .shards(let run, _) = self { try run.gatherVariables() }
    }

    var scalar: Float {
        switch self {
        case .whole(let run): run.scalar
        case .shards(let run, _): run.scalar
        }
    }
}
