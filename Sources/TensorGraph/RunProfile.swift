internal import Platform
public import TensorFlowTypes

/// Which nodes a run computed, and how long each took: what TensorFlow 1's `run_metadata`
/// collects, as far as a Graphs tab shows it.
///
///     let profile = RunProfile()
///     try session.run(trainOp, feed: feed, profile: profile)
///     profile.nodes.max { $0.duration < $1.duration }
public final class RunProfile {
    /// One node's part in the run.
    public struct NodeStatistics: Sendable {
        /// The node's name.
        public let name: String
        /// Its op's name.
        public let op: String
        /// When it began, since 1970.
        public let start: Duration
        /// How long it took. Nodes that are computed in one loop share its time evenly.
        public internal(set) var duration: Duration
        /// The tensors that it is computed from, as a GraphDef names them.
        public let inputs: [String]
        /// Its outputs.
        public let outputs: [Output]
    }

    /// A tensor that a node computed.
    public struct Output: Sendable {
        /// The type of its elements.
        public let type: DataType
        /// The sizes of its dimensions.
        public let shape: [Int]
        /// Its size in memory.
        public let bytes: Int
    }

    /// The nodes that were computed, in order. Those that have nothing to compute, and those whose
    /// values were known from an earlier run, are not there.
    public private(set) var nodes: [NodeStatistics] = []

    /// A profile of no run yet.
    public init() {}

    func measure(_ call: Plan.Call) {
        let clock = ContinuousClock()
        let start = clock.now
        call.run()
        let duration = clock.now - start
        if call.isContinued {
            for index in nodes.indices.suffix(call.nodes.count) {
                nodes[index].duration += duration / call.nodes.count
            }
            return
        }
        for (index, (node, outputs)) in call.nodes.enumerated() {
            let share = duration / call.nodes.count
            nodes.append(
                NodeStatistics(
                    name: node.name, op: node.op.name,
                    start: started + (start - reference) + share * index, duration: share,
                    inputs: node.inputs.map(\.name), outputs: outputs))
        }
    }

    private let reference = ContinuousClock().now
    private let started = Duration.sinceEpoch
}

extension Duration {
    /// The time of day, as the time since 1970.
    fileprivate static var sinceEpoch: Duration {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
    }
}
