internal import CKernels
public import TensorFlowTypes

/// Runs parts of a graph, and keeps its variables' values from run to run; TensorFlow 1's
/// `tf.Session`.
///
///     let session = Session(graph: tf)
///     try session.run(tf.globalVariablesInitializer())
///     let loss = try session.run(lossOp, feed: [inputX: images]).scalar
///
/// The first run of a set of fetches, targets and fed shapes compiles a plan, which is kept:
/// building the graph further does not change it. In one run every variable is read before it is
/// written, unless control dependencies say otherwise. The same seed gives the same numbers,
/// whatever the number of threads.
public final class Session {
    /// The graph that it runs.
    public let graph: Graph
    let resources: Resources
    /// What was compiled so far.
    private(set) var plans: [Plan] = []
    /// Which plan is for which run.
    private var numbers: [Key: Int] = [:]

    /// A session over `graph`.
    ///
    /// - Parameter threads: how many threads a run uses, the caller's included, at least 1. `nil` for
    ///   as many of the machine's processors as are fastest, which each run finds by a short trial: a
    ///   small run may be faster with fewer than a large one.
    public init(graph: Graph, threads: Int? = 1) {
        precondition(threads.map { $0 >= 1 } ?? true, "a session needs at least one thread")
        self.graph = graph
        resources = Resources(threads: threads)
    }

    /// What a plan was compiled for.
    struct Key: Hashable {
        let fetches: [Tensor]
        let targets: [Node]
        let feeds: [Tensor: Specialization.Feed]
        var effects = Effects.all
        /// Whether each fetch is sent to other processes when it is there.
        var areFetchesSent = false
    }

    /// Runs nodes for what they do.
    ///
    /// - Parameter profile: where each node's time is noted, if given.
    /// - Throws: ``SessionError``.
    public func run(
        _ targets: Node..., feed: [Tensor: Value] = [:], profile: RunProfile? = nil
    ) throws {
        _ = try run([], targets: targets, feed: feed, profile: profile)
    }

    /// The value of one tensor.
    ///
    /// - Parameters:
    ///   - effects: whether what the fetch waits for may change variables.
    ///   - profile: where each node's time is noted, if given.
    /// - Throws: ``SessionError``.
    public func run(
        _ fetch: some TensorConvertible, feed: [Tensor: Value] = [:], effects: Effects = .all,
        profile: RunProfile? = nil
    ) throws -> Value {
        try run([fetch.tensor], targets: [], feed: feed, effects, profile: profile).value(0)
    }

    /// The values of tensors, all from the same run, in which `targets` run too.
    ///
    /// - Parameter effects: whether what the fetches wait for may change variables.
    /// - Throws: ``SessionError``.
    public func run(
        _ fetches: [any TensorConvertible], targets: [Node] = [], feed: [Tensor: Value] = [:],
        effects: Effects = .all, profile: RunProfile? = nil
    ) throws -> [Value] {
        let plan = try run(
            fetches.map(\.tensor), targets: targets, feed: feed, effects, profile: profile)
        return fetches.indices.map(plan.value)
    }

    /// What a summary op collects.
    ///
    /// - Parameters:
    ///   - effects: whether what the summaries wait for may change variables.
    ///   - profile: where each node's time is noted, if given.
    /// - Throws: ``SessionError``.
    public func run(
        _ summary: SummaryTensor, feed: [Tensor: Value] = [:], effects: Effects = .all,
        profile: RunProfile? = nil
    ) throws -> CollectedSummary {
        try run([summary.tensor], targets: [], feed: feed, effects, profile: profile).summary(0)
    }

    private func run(
        _ fetches: [Tensor], targets: [Node], feed: [Tensor: Value], _ effects: Effects = .all,
        profile: RunProfile? = nil
    ) throws -> Plan {
        let plan = try plan(
            Key(fetches: fetches, targets: targets, feeds: checked(feed), effects: effects))
        try plan.run(feed, profile: profile)
        return plan
    }

    /// What a plan needs to know of values that are fed.
    ///
    /// - Throws: ``SessionError/wrongFeed(_:fed:wanted:)``.
    func checked(_ feed: [Tensor: Value]) throws -> [Tensor: Specialization.Feed] {
        // In the order of their names, so that of several errors the same one is told each time.
        for (tensor, value) in feed.sorted(by: { $0.key.name < $1.key.name }) {
            guard
                value.type == tensor.type, Shape(value.shape).isCompatible(with: tensor.shape)
            else {
                throw SessionError.wrongFeed(
                    tensor.name, fed: "\(value.type) of shape \(value.shape)",
                    wanted: "\(tensor.type) of shape \(tensor.shape)")
            }
        }
        return feed.mapValues { Specialization.Feed($0) }
    }

    /// Whether a plan is still as it would be made now.
    func isCurrent(_ plan: Plan) -> Bool { plan.generation == resources.shared.generation }

    /// The plan for a run, found or made.
    func plan(_ key: Key) throws -> Plan {
        let number = numbers[key] ?? plans.count
        if number < plans.count, isCurrent(plans[number]) { return plans[number] }
        try InstructionSet.check()
        let plan = try Plan(
            number: number, graph: graph, key: key, resources: resources)
        if number == plans.count {
            numbers[key] = number
            plans.append(plan)
        } else {
            plans[number] = plan
        }
        return plan
    }
}

extension Session {
    /// A variable's value in this session.
    ///
    /// - Throws: ``SessionError/uninitialized(_:)``, ``SessionError/divided(_:)``; what the communicator
    ///   throws that brings numbers which other processes have changed.
    public func value(of variable: Variable) throws -> Value {
        let storage = resources.variable(variable.node)
        guard storage.isInitialized else { throw SessionError.uninitialized([variable.name]) }
        try resources.settle(reading: [storage])
        return Value(storage.buffer)
    }

    /// Gives a variable a value in this session.
    ///
    /// - Precondition: the value has the variable's type and shape.
    public func set(_ variable: Variable, to value: Value) {
        precondition(
            value.type == variable.type && value.shape == variable.shape,
            "\(variable.name) of shape \(variable.shape) is set to a value of shape \(value.shape)")
        let storage = resources.variable(variable.node)
        // A communicator that fails says so at the next run.
        try? storage.finishGathers()
        try? storage.finishSending()
        resources.noteWhole(storage)
        value.copy(to: storage.buffer)
        storage.isInitialized = true
        resources.shared.version(.variable(variable.node)).pointer.pointee += 1
    }
}

/// Why a session cannot run what it is asked for.
public enum SessionError: Error, Equatable, CustomStringConvertible {
    /// A placeholder that the run needs has no value.
    case notFed(String)
    /// These variables have no value yet.
    case uninitialized([String])
    /// A fetched tensor belongs to a branch that is not taken.
    case notComputed(String)
    /// A fetch or a target of a run without effects is what a node gives that changes a variable.
    case hasEffect(String, node: String)
    /// A tensor's shape depends on numbers that only the run itself would bring.
    case openShape(String, String)
    /// A conditional's predicate depends on numbers that only the run itself would bring.
    case unknownPredicate(String)
    /// A tensor is fed a value of another type, or of a shape that it cannot have.
    case wrongFeed(String, fed: String, wanted: String)
    /// The shapes that are fed do not fit together; where, and which shapes.
    case misfit(String)
    /// A run whose batch is cut into shards changes a variable by what cannot be averaged over them.
    case notSummed(String, String)
    /// Each process has only its part of these variables: ``ShardedRun/gatherVariables()`` gives all of
    /// them the whole.
    case divided([String])
    /// The environment asks for an ``InstructionSet`` of this name, which the processor does not have.
    case noInstructionSet(String)

    /// What is wrong and what to do, in one line.
    public var description: String {
        switch self {
        case .notFed(let name):
            "the placeholder \(name) needs a value: feed it"
        case .uninitialized(let names):
            "no value yet for \(names.joined(separator: ", ")): run the initializer first, or restore a checkpoint"
        case .notComputed(let name):
            "\(name) belongs to a branch of a conditional that is not taken"
        case .hasEffect(let name, let node):
            "\(name) cannot be had without effects: \(node) changes a variable"
        case .openShape(let name, let shape):
            "the shape \(shape) of \(name) is still open with all feeds: feed its placeholder"
        case .unknownPredicate(let name):
            "the predicate \(name) is only known when the graph runs: feed it as a bool"
        case .wrongFeed(let name, let fed, let wanted):
            "\(name) is fed \(fed), where \(wanted) belongs"
        case .misfit(let place):
            "the values that are fed do not fit together: \(place)"
        case .notSummed(let name, let type):
            "\(name) of type \(type) changes a variable and depends on what is fed: only float32 numbers can be averaged over shards"
        case .divided(let names):
            "each process has only its part of \(names.joined(separator: ", ")): gather the run's variables first, in all processes"
        case .noInstructionSet(let name):
            "\(InstructionSet.variable) is \(String(reflecting: name)), and this processor has "
                + InstructionSet.available.map(\.name).joined(separator: ", ")
                + ": set it to one of these, or unset it for the first"
        }
    }
}
