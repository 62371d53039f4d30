internal import CKernels
internal import TensorFlowTypes

/// A run, compiled: what a session does for one set of fetches, targets and fed shapes.
///
/// Made once and kept. Running it copies the feeds in, calls the kernels in order, and copies the
/// fetches out; all memory is laid out beforehand.
final class Plan {
    /// Its number in the session.
    let number: Int
    /// What it does, as data.
    let program: Program
    /// Where the program's values lie.
    let memory: Memory
    private let calls: [Call]
    private let list: CallList
    private let resources: Resources
    /// How many threads are best, while that is to be found.
    private var trial: ThreadTrial?
    private var inputs: [Input]
    private let outputs: [Buffer]
    /// After each call the fetches that are there with it; before the first one those that no call makes.
    private lazy var fetched = fetchesByCall()
    /// Of each fetch whether its numbers may be changed where they lie.
    private lazy var areChangeable = program.fetches.indices.map(program.isFetchedAlone)
    /// When that is there which each call reads of what shards have computed; -1 where it reads nothing.
    private let arrivals: [Int]
    /// The variables that each call reads or writes, but for a further part of what a call before it does.
    private lazy var variables = calls.map { [program, resources] call in
        call.isContinued ? [] : program.variables(of: call.steps).map(resources.variable)
    }
    /// Those that each call writes.
    private lazy var written = calls.map { [program, resources] call in
        call.isContinued ? [] : program.writtenVariables(of: call.steps).map(resources.variable)
    }
    /// The variables that it reads before it gives them a value.
    private let read: [VariableStorage]
    /// Those of them that had no value yet.
    private var unchecked: [VariableStorage]
    /// The variables that it gives a value.
    private let assigned: [VariableStorage]
    /// Of the shared values when the plan was made.
    let generation: Int

    /// A tensor that is fed.
    private struct Input {
        let tensor: Tensor
        let buffer: Buffer
        let fed: SharedValues.Fed
        /// The version of what is in the buffer; 0 for nothing.
        var version: UInt64 = 0
        /// What was copied to the buffer.
        var value: Value?
    }

    /// - Parameter number: the plan's number in its session.
    /// - Throws: ``SessionError`` when something needed is not fed, or cannot be known before the
    ///   run.
    init(number: Int, graph: Graph, key: Session.Key, resources: Resources) throws {
        self.number = number
        self.resources = resources
        trial = resources.mostThreads.map(ThreadTrial.init)
        let specialization = try Specialization(
            graph: graph, fetches: key.fetches, targets: key.targets, feeds: key.feeds,
            effects: key.effects)
        let facts = Facts(key, plan: number, resources.shared)
        var program = Program(specialization, fetches: key.fetches)
        program.run(facts)
        let ways = Dictionary(
            uniqueKeysWithValues: program.order.map { [program] in ($0, Way(program[$0], program)) }
        )
        let threads = kernel_pool_threads(resources.pool)
        let scratch = ways.values.map { $0.scratch(threads: threads) }.max() ?? 0
        let memory = Memory(program, resources, scratch: scratch)
        self.program = program
        self.memory = memory
        generation = resources.shared.generation
        calls = Binder(
            program: program, ways: ways, memory: memory, resources: resources,
            feeds: key.feeds
        ).calls()
        inputs = program.knownValues.feeds.compactMap { value in
            guard case .feed(let tensor) = program.maker(value).primitive else { return nil }
            return Input(
                tensor: tensor, buffer: memory[value], fed: resources.shared.fed(tensor))
        }
        outputs = program.fetches.map { memory[$0] }
        arrivals = calls.map { $0.arrival ?? -1 }
        let use = program.variableUse
        read = use.read.map(resources.variable)
        unchecked = read
        assigned = use.assigned.map(resources.variable)
        list = CallList(
            calls, segments: program.sharing.segments, written: program.writtenVariables,
            resources: resources)
    }

    /// One step: a kernel with everything bound.
    struct Call {
        /// The program's steps that it takes.
        let steps: [Program.StepID]
        /// The part of the plan that it is left out with, if any.
        let segment: Int?
        /// The nodes that it computes, with their outputs; none for a copy that the plan makes for
        /// itself.
        var nodes: [(node: Node, outputs: [RunProfile.Output])] = []
        /// Whether it is a further part of what the call before it does.
        var isContinued = false
        /// Of what it reads that shards have computed: when that is there, among others.
        var arrival: Int?
        /// What it changes, if that can be divided among processes.
        var update: VariableUpdate?
        /// How it is done aside, if it can be.
        var aside: Aside?
        var run: Kernel
    }

    /// What a run does with other processes while it computes.
    struct Exchanges {
        /// Called before each call that reads what shards have computed, with its arrival.
        var whenNeeded: (Int) throws -> Void = { _ in }
        /// Called for each fetch when it is there.
        var whenFetched: (Int) throws -> Void = { _ in }
        /// Called after each update that is divided among processes.
        var whenUpdated: (VariableUpdate) throws -> Void = { _ in }
    }

    /// A call that can be done while others wait for threads.
    struct Aside {
        /// The calls that make what it reads.
        let makers: [Int]
        /// A part of it, until the slot says that it is done.
        let part: Kernel
        let slot: SummarySlot
    }

    /// - Parameter profile: where the nodes' times are noted, if that is asked for.
    /// - Throws: ``SessionError/uninitialized(_:)``, ``SessionError/divided(_:)``; what waiting for other
    ///   processes throws.
    func run(_ feeds: [Tensor: Value], profile: RunProfile? = nil) throws {
        feed(feeds)
        try run(profile: profile)
    }

    /// Runs call by call, on the thread that calls and without asides.
    ///
    /// - Parameters:
    ///   - before: called before each call.
    ///   - after: called after it.
    func run(
        _ feeds: [Tensor: Value], before: (Call) throws -> Void, after: (Call) throws -> Void
    ) throws {
        feed(feeds)
        try settleVariables()
        list.skipWhatIsKnown()
        let denormals = kernel_denormals_flush()
        defer { kernel_denormals_restore(denormals) }
        for (index, call) in calls.enumerated() where !list.isSkipped(index) {
            try before(call)
            call.run()
            try after(call)
        }
        noteEnd()
    }

    private func feed(_ feeds: [Tensor: Value]) {
        for index in inputs.indices {
            if let value = feeds[inputs[index].tensor] { feed(value, index) }
        }
    }

    /// The place of a tensor among those that are fed.
    func input(_ tensor: Tensor) -> Int? { inputs.firstIndex { $0.tensor == tensor } }

    /// Gives an input its value for the next runs. Returns where the version of what is fed for the
    /// input stands: as long as that does not change, the input has the value.
    @discardableResult
    func feed(_ value: Value, _ input: Int) -> UnsafeMutablePointer<UInt64> {
        let fed = inputs[input].fed
        fed.take(value)
        let version = fed.version.pointer
        if inputs[input].version != version.pointee {
            // Other plans may have been fed something else meanwhile.
            if inputs[input].value.map(value.isIdentical) != true {
                value.copy(to: inputs[input].buffer)
                inputs[input].value = value
            }
            inputs[input].version = version.pointee
        }
        return version
    }

    /// The fetches in the order in which they are computed.
    var fetchOrder: [Int] { fetched.before + fetched.calls.flatMap(\.self) }

    private func fetchesByCall() -> (before: [Int], calls: [[Int]]) {
        var places: [Program.StepID: Int] = [:]
        for (index, call) in calls.enumerated() {
            for step in call.steps { places[step] = index }
        }
        var result = (before: [Int](), calls: [[Int]](repeating: [], count: calls.count))
        for (index, fetch) in program.fetches.enumerated() {
            if let call = places[program.maker(program.memory(fetch)).id] {
                result.calls[call].append(index)
            } else {
                result.before.append(index)
            }
        }
        return result
    }

    /// What can be divided among processes.
    var updates: [VariableUpdate] { calls.compactMap(\.update) }

    /// Runs with what was fed last, and exchanges meanwhile what it needs and makes with other processes:
    /// a call that reads a variable waits for those of its numbers that others have changed.
    ///
    /// - Parameter profile: where the nodes' times are noted, without those of waiting.
    func run(_ exchanges: Exchanges, profile: RunProfile? = nil) throws {
        try checkVariables()
        let updates = calls.map { call in call.update.flatMap { $0.isDivided ? $0 : nil } }
        try resources.check(reading: read, but: updates.compactMap(\.self))
        list.skipWhatIsKnown()
        let start = beginTrial()
        defer { endTrial(start) }
        for fetch in fetched.before { try exchanges.whenFetched(fetch) }
        let (list, arrivals, fetched) = (list, arrivals, fetched.calls)
        let (variables, written) = (variables, written)
        func before(_ call: Int) throws {
            if arrivals[call] >= 0 { try exchanges.whenNeeded(arrivals[call]) }
            guard !list.isSkipped(call) else { return }
            for variable in variables[call] { try variable.finishGathers() }
            for variable in written[call] { try variable.finishSending() }
        }
        func after(_ call: Int) throws {
            for fetch in fetched[call] { try exchanges.whenFetched(fetch) }
            if let update = updates[call] { try exchanges.whenUpdated(update) }
        }
        if let profile {
            try measure(profile, before: before, after: after)
        } else {
            try list.run(before: before, after: after)
        }
        noteEnd()
    }

    /// Runs with what was fed last.
    func run(profile: RunProfile? = nil) throws {
        try settleVariables()
        list.skipWhatIsKnown()
        let start = beginTrial()
        defer { endTrial(start) }
        if let profile {
            measure(profile, before: { _ in }, after: { _ in })
        } else {
            list.run()
        }
        noteEnd()
    }

    /// Takes the threads that are to be tried, or that were found best.
    private func beginTrial() -> Int64? {
        guard let trial else { return nil }
        kernel_pool_limit(resources.pool, Int32(trial.threads))
        return ThreadTrial.now()
    }

    private func endTrial(_ start: Int64?) {
        if let start { trial?.ended(after: ThreadTrial.now() - start) }
    }

    /// Runs call by call, on the thread that calls and without asides, and notes how long each takes.
    private func measure(
        _ profile: RunProfile, before: (Int) throws -> Void, after: (Int) throws -> Void
    ) rethrows {
        let denormals = kernel_denormals_flush()
        defer { kernel_denormals_restore(denormals) }
        for (index, call) in calls.enumerated() {
            try before(index)
            if !list.isSkipped(index) { profile.measure(call) }
            try after(index)
        }
    }

    /// Waits for all that other processes are changing.
    private func settleVariables() throws {
        try checkVariables()
        try resources.settle(reading: read)
        for variable in written.joined() { try variable.finishSending() }
    }

    private func checkVariables() throws {
        guard !unchecked.isEmpty else { return }
        unchecked.removeAll(where: \.isInitialized)
        guard unchecked.isEmpty else {
            throw SessionError.uninitialized(unchecked.map(\.name).sorted())
        }
    }

    private func noteEnd() {
        list.noteWrites()
        for variable in assigned {
            variable.isInitialized = true
            resources.noteWhole(variable)
        }
    }

    /// Where a fetched tensor's numbers lie after a run.
    func floats(_ fetch: Int) -> UnsafeBufferPointer<Float> {
        precondition(outputs[fetch].type == .float, "fetch \(fetch) is no float32 tensor")
        return UnsafeBufferPointer(start: outputs[fetch].floats, count: outputs[fetch].count)
    }

    /// The same, to be changed until the next run; `nil` where something else depends on them.
    func changeableFloats(_ fetch: Int) -> UnsafeMutableBufferPointer<Float>? {
        areChangeable[fetch] ? UnsafeMutableBufferPointer(mutating: floats(fetch)) : nil
    }

    /// A fetched tensor's numbers after a run.
    func value(_ fetch: Int) -> Value { Value(outputs[fetch]) }

    /// A fetched summary after a run.
    func summary(_ fetch: Int) -> CollectedSummary {
        outputs[fetch].slot?.summary ?? CollectedSummary()
    }
}
