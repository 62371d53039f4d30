public import TensorFlowTypes

/// A run whose parts are found once: for a loop that runs the same nodes with the same feeds again
/// and again.
///
///     let step = try session.prepare(targets: [train], feed: feed)
///     let loss = try session.prepare([lossOp], feed: feed)
///     for _ in 0..<1000 {
///         try step.run()
///         try loss.run()
///         print(loss.scalar)
///     }
///
/// It computes what ``Session/run(_:targets:feed:effects:profile:)`` does, and runs may be mixed with
/// those of the session and of other prepared runs. From the second run on, as long as nothing else
/// is fed meanwhile, a run allocates no memory.
public final class PreparedRun {
    private let session: Session
    private let key: Session.Key
    private var plan: Plan
    private var feeds: [Feed]

    /// A value, and where it goes.
    private struct Feed {
        let tensor: Tensor
        var value: Value
        /// Its place among the plan's inputs; `nil` for one that the run does not need.
        var input: Int?
        /// What is fed has this version as long as it is the value, and where to read what it is.
        var version: UInt64 = 0
        var current: UnsafeMutablePointer<UInt64>?
    }

    init(_ session: Session, _ key: Session.Key, _ values: [Tensor: Value]) throws {
        self.session = session
        self.key = key
        plan = try session.plan(key)
        feeds = values.map { Feed(tensor: $0, value: $1) }
        place()
    }

    private func place() {
        for index in feeds.indices {
            feeds[index].input = plan.input(feeds[index].tensor)
            feeds[index].current = nil
        }
    }

    /// Runs.
    ///
    /// - Parameter profile: where each node's time is noted, if given.
    /// - Throws: ``SessionError/uninitialized(_:)``.
    public func run(profile: RunProfile? = nil) throws {
        try refresh()
        giveFeeds()
        try plan.run(profile: profile)
    }

    /// Runs, and exchanges meanwhile what it needs and makes with other processes.
    func run(_ exchanges: Plan.Exchanges, profile: RunProfile? = nil) throws {
        try refresh()
        giveFeeds()
        try plan.run(exchanges, profile: profile)
    }

    /// What can be divided among processes.
    var updates: [VariableUpdate] { plan.updates }

    /// The fetches in the order in which they are computed.
    var fetchOrder: [Int] { plan.fetchOrder }

    /// Whether the plan is as it would be made now.
    var isCurrent: Bool { session.isCurrent(plan) }

    /// Makes the plan anew where it would be made otherwise now.
    func refresh() throws {
        guard !session.isCurrent(plan) else { return }
        plan = try session.plan(key)
        place()
    }

    private func giveFeeds() {
        for index in feeds.indices {
            guard let input = feeds[index].input else { continue }
            if let current = feeds[index].current, current.pointee == feeds[index].version {
                continue
            }
            let current = plan.feed(feeds[index].value, input)
            feeds[index].current = current
            feeds[index].version = current.pointee
        }
    }

    /// Feeds another value from the next run on.
    ///
    /// - Precondition: the tensor is one that the run was prepared with, and the value has the type
    ///   and the shape of the one before.
    public func feed(_ tensor: Tensor, _ value: Value) {
        guard let index = feeds.firstIndex(where: { $0.tensor == tensor }) else {
            preconditionFailure("the run was prepared without a value for \(tensor)")
        }
        let before = feeds[index].value
        precondition(
            value.type == before.type && value.shape == before.shape && value.bool == before.bool,
            "\(tensor) was \(before.type) of shape \(before.shape), and is fed \(value.type) of shape \(value.shape)"
        )
        feeds[index].value = value
        feeds[index].current = nil
    }

    /// The number that the first fetch, a float32 scalar, had in the last run.
    public var scalar: Float { plan.floats(0)[0] }

    /// The numbers that a fetch, a float32 tensor, had in the last run, in row-major order.
    public func withFloats<Result>(
        _ fetch: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result {
        try body(plan.floats(fetch))
    }

    /// The same numbers, to be changed until the next run; `nil` where something else depends on
    /// them.
    func changeableFloats(_ fetch: Int) -> UnsafeMutableBufferPointer<Float>? {
        plan.changeableFloats(fetch)
    }

    /// What a fetched summary op collected in the last run.
    public func summary(_ fetch: Int) -> CollectedSummary { plan.summary(fetch) }

    /// The value that a fetch had in the last run.
    public func value(_ fetch: Int) -> Value { plan.value(fetch) }
}

extension Session {
    /// A run that is prepared once, for a loop.
    ///
    /// - Parameters:
    ///   - feed: the values of placeholders, which stay until ``PreparedRun/feed(_:_:)``
    ///   gives others.
    ///   - effects: whether what the fetches wait for may change variables.
    /// - Throws: ``SessionError``.
    public func prepare(
        _ fetches: [any TensorConvertible] = [], targets: [Node] = [],
        feed: [Tensor: Value] = [:], effects: Effects = .all
    ) throws -> PreparedRun {
        let key = try Key(
            fetches: fetches.map(\.tensor), targets: targets, feeds: checked(feed),
            effects: effects)
        return try PreparedRun(self, key, feed)
    }

    /// A run whose fetches are sent to other processes, each when it is there; it changes no variables.
    ///
    /// - Throws: ``SessionError``.
    func prepareToSend(_ fetches: [Tensor], feed: [Tensor: Value]) throws -> PreparedRun {
        let key = try Key(
            fetches: fetches, targets: [], feeds: checked(feed), effects: .none,
            areFetchesSent: true)
        return try PreparedRun(self, key, feed)
    }

    /// A run that reads what shards have computed.
    ///
    /// - Parameter computed: the tensors with what is known of them.
    func prepare(
        targets: [Node], computed: [Tensor: Specialization.Feed]
    ) throws -> PreparedRun {
        try PreparedRun(self, Key(fetches: [], targets: targets, feeds: computed), [:])
    }
}
