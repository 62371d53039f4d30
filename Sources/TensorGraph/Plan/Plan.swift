internal import CKernels
internal import TensorBoard

/// A run, compiled: what a session does for one set of fetches, targets and fed shapes.
///
/// Made once and kept. Running it copies the feeds in, calls the kernels in order, and copies the
/// fetches out; all memory is laid out beforehand.
final class Plan {
    private let arena: Arena
    private let calls: [Call]
    private let inputs: [(tensor: Tensor, buffer: Buffer)]
    private let outputs: [Buffer]
    private let resources: Resources
    /// The parts of the plan that are left out while what they are computed from has not changed.
    private let segments: [Sharing.Segment]
    private var isSkipped: [Bool]
    /// The variables that it reads before it gives them a value, until all of them have one.
    private var unchecked: [VariableStorage]
    /// The variables that it gives a value, and those that it changes at all.
    private let assigned: [VariableStorage]
    private let written: [Node]
    /// Of the shared values when the plan was made.
    let generation: Int

    /// - Parameter number: the plan's number in its session.
    /// - Throws: ``SessionError`` when something needed is not fed, or cannot be known before the
    ///   run.
    init(
        number: Int, graph: Graph, fetches: [Tensor], targets: [Node],
        feeds: [Tensor: Specialization.Feed], resources: Resources
    ) throws {
        let specialization = try Specialization(
            graph: graph, fetches: fetches, targets: targets, feeds: feeds)
        var compiler = Compiler(specialization, fetches: fetches, resources: resources)
        compiler.share(plan: number)
        let fed = feeds.keys.sorted { $0.node.id < $1.node.id }
        compiler.layOut(feeds: fed)
        self.resources = resources
        generation = resources.shared.generation
        arena = compiler.arena
        calls = compiler.makeCalls()
        segments = compiler.sharing?.segments ?? []
        isSkipped = Array(repeating: false, count: segments.count)
        inputs = fed.map { ($0, compiler.buffer($0)) }
        outputs = fetches.indices.map { compiler.fetched($0) }
        (unchecked, assigned) = compiler.variableUse()
        written = compiler.writtenVariables()
    }

    /// One step: a kernel with everything bound.
    struct Call {
        /// The part of the plan that it is left out with, if any.
        let segment: Int?
        /// The nodes that it computes, with their outputs; none for a copy that the plan makes for
        /// itself.
        var nodes: [(node: Node, outputs: [RunProfile.Output])] = []
        let run: Kernel
    }

    /// - Parameter profile: where the nodes' times are noted, if that is asked for.
    /// - Throws: ``SessionError/uninitialized(_:)``.
    func run(_ feeds: [Tensor: Value], profile: RunProfile? = nil) throws {
        if !unchecked.isEmpty {
            unchecked.removeAll(where: \.isInitialized)
            guard unchecked.isEmpty else {
                throw SessionError.uninitialized(unchecked.map(\.name).sorted())
            }
        }
        for (tensor, buffer) in inputs {
            guard let value = feeds[tensor] else { continue }
            resources.shared.feed(tensor, value)
            value.copy(to: buffer)
        }
        skipWhatIsKnown()
        let denormals = kernel_denormals_flush()
        if let profile {
            for call in calls where !isSkipped(call) { profile.measure(call) }
        } else {
            for call in calls where !isSkipped(call) { call.run() }
        }
        kernel_denormals_restore(denormals)
        for variable in written { resources.shared.changed(variable) }
        for variable in assigned { variable.isInitialized = true }
    }

    private func isSkipped(_ call: Call) -> Bool {
        call.segment.map { isSkipped[$0] } ?? false
    }

    /// Decides which segments are run, and signs the values that they are about to leave.
    private func skipWhatIsKnown() {
        for (index, segment) in segments.enumerated() {
            let signature = segment.origins.reduce(1) { $0 + resources.shared.version($1) }
            isSkipped[index] = segment.exports.allSatisfy { $0.signature == signature }
            if !isSkipped[index] { for entry in segment.exports { entry.signature = signature } }
        }
    }

    /// A fetched tensor's numbers after a run.
    func value(_ fetch: Int) -> Value { Value(outputs[fetch]) }

    /// A fetched summary after a run.
    func summary(_ fetch: Int) -> Summary { outputs[fetch].slot?.summary ?? Summary() }
}
