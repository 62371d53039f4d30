internal import CKernels
internal import Platform
internal import TensorFlowTypes

/// What outlives a run: a session's variables, random states and threads.
final class Resources {
    let pool: OpaquePointer?
    /// The most threads that a plan may choose from; `nil` if all plans have as many.
    let mostThreads: Int?
    let shared = SharedValues()
    var packedFilters: [PackedFilter.Key: PackedFilter] = [:]
    private var variables: [Node: VariableStorage] = [:]
    private var random: [Node: RandomState] = [:]

    /// - Parameter threads: at least 1; `nil` for as many as each plan finds fastest.
    init(threads: Int?) {
        let most = threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        pool = most > 1 ? kernel_pool_create(Int32(most)) : nil
        mostThreads = threads == nil && pool != nil ? most : nil
    }

    deinit {
        if let pool { kernel_pool_destroy(pool) }
    }

    /// The memory of a variable, which is made at its first use.
    func variable(_ node: Node) -> VariableStorage {
        if let known = variables[node] { return known }
        let storage = VariableStorage(node)
        variables[node] = storage
        return storage
    }

    /// The state of a random op's numbers; one without a seed begins anywhere.
    func randomState(_ node: Node) -> RandomState {
        if let known = random[node] { return known }
        func attribute(_ name: String) -> UInt64? {
            guard case .int(let int)? = node.attributes[name] else { return nil }
            return UInt64(bitPattern: int)
        }
        var (seed, seed2) = (attribute("seed") ?? 0, attribute("seed2") ?? 0)
        if seed == 0, seed2 == 0 {
            seed = .random(in: 1 ... .max)
            seed2 = .random(in: 1 ... .max)
        }
        let state = RandomState(Philox(seed: seed, seed2: seed2))
        random[node] = state
        return state
    }
}

/// A variable's memory in a session.
final class VariableStorage {
    let name: String
    let buffer: Buffer
    var isInitialized = false
    private let arena: Arena

    init(_ node: Node) {
        name = node.name
        let output = node.outputs[0]
        guard let shape = output.shape.known else {
            preconditionFailure("the variable \(node.name) has the open shape \(output.shape)")
        }
        arena = Arena(size: shape.reduce(1, *) * output.type.stride)
        buffer = Buffer(pointer: arena.pointer, type: output.type, shape: shape)
    }
}
