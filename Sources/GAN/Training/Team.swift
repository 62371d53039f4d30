internal import TensorGraph

/// Those who train a run together: the processes among which the shards of a step's batch are divided.
///
/// All processes take the same steps and hold the same variables, but that each has only its part of
/// Adam's moments, which are gathered when the first one needs them. That one alone writes the log and the
/// checkpoints. What one of them wishes, such as to end after Ctrl-C, travels with the sums of a step, so
/// that all see it after the same step.
public final class Team {
    let shards: Shards
    let communicator: (any Communicator)?
    /// What this process wishes, and what was wished in all after the last step.
    var wishes = Wishes()
    var agreed = Wishes()

    /// What a process can wish, as numbers that are summed over all of them.
    struct Wishes {
        static var count: Int { 5 }
        /// To end, by a signal.
        var stops = false
        /// To end since the time is up.
        var isTimeUp = false
        /// To end since the generator has collapsed.
        var isCollapsed = false
        /// To save a checkpoint before the next step.
        var saves = false
        /// To judge samples after the pass, and perhaps to keep the checkpoint.
        var judges = false

        var numbers: [Float] {
            [stops, isTimeUp, isCollapsed, saves, judges].map { $0 ? 1 : 0 }
        }

        mutating func take(_ sums: [Float]) {
            // A wish stays until it is granted.
            stops = stops || sums[0] > 0
            isTimeUp = isTimeUp || sums[1] > 0
            isCollapsed = isCollapsed || sums[2] > 0
            saves = saves || sums[3] > 0
            judges = judges || sums[4] > 0
        }
    }

    /// The team of a run; `nil` where one process trains on whole batches.
    init?(shards: Int, batchSize: Int, _ communicator: (any Communicator)?) throws {
        let processes = communicator?.count ?? 1
        guard shards > 1 || processes > 1 else { return nil }
        if let reason = Self.misfit(shards: shards, batchSize: batchSize, processes: processes) {
            throw TrainingError.cannotDivide(reason)
        }
        self.shards = Shards(
            count: shards, batchSize: batchSize, rank: communicator?.rank ?? 0, of: processes)
        self.communicator = processes > 1 ? communicator : nil
    }

    /// Whether this process writes the log and the checkpoints.
    var isFirst: Bool { communicator?.isFirst ?? true }

    /// Why a batch cannot be cut so, or the shards not be divided among so many processes; `nil` where
    /// they can.
    public static func misfit(shards: Int, batchSize: Int, processes: Int) -> String? {
        guard shards.nonzeroBitCount == 1, shards > 0 else {
            return "the number of shards must be a power of two, not \(shards)"
        }
        guard shards <= batchSize else {
            return "a batch of \(batchSize) cannot be cut into \(shards) shards: make --shards "
                + "smaller, or --batch-size larger"
        }
        guard processes > 0, processes.nonzeroBitCount == 1, processes <= shards else {
            let fitting = (0...shards.trailingZeroBitCount).map { "\(1 << $0)" }
            let list =
                fitting.count == 1
                ? fitting[0]
                : fitting.dropLast().joined(separator: ", ") + " or \(fitting[fitting.count - 1])"
            return "\(shards) shards cannot be divided equally among \(processes) processes: start "
                + "\(list), or give other --shards"
        }
        return nil
    }
}

extension Team {
    /// A number that the first process has, or that it has none; what the others have is not asked for.
    func ofFirst(_ number: Int?) throws -> Int? {
        guard let communicator else { return number }
        let bytes = try communicator.broadcast(number.map { Array("\($0)".utf8) } ?? [])
        return Int(String(decoding: bytes, as: UTF8.self))
    }

    /// Gives all processes the variables and the state of the first one.
    func share<R: Recipe>(_ session: Session, _ state: inout RunState<R>) throws {
        guard let communicator else { return }
        for variable in session.graph.variables {
            let value = try session.value(of: variable)
            var bytes = value.bytes
            try bytes.withUnsafeMutableBytes { try communicator.broadcast($0) }
            if !isFirst {
                session.set(
                    variable, to: Value(type: value.type, bytes: bytes, shape: value.shape))
            }
        }
        let message = try communicator.broadcast(isFirst ? SavedTensors.encode(state.tensors) : [])
        if !isFirst { state = try RunState(SavedTensors(decoding: message)) }
    }
}
