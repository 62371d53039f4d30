internal import CKernels
internal import TensorBoard

/// A run, compiled: what a session does for one set of fetches, targets and fed shapes.
///
/// Made once and kept. Running it copies the feeds in, calls the kernels in order, and copies the fetches out; all memory
/// is laid out beforehand.
final class Plan {
    private let arena: Arena
    private let kernels: [Kernel]
    private let inputs: [(tensor: Tensor, buffer: Buffer)]
    private let outputs: [Buffer]
    /// The variables that it reads before it gives them a value, until all of them have one.
    private var unchecked: [VariableStorage]
    /// The variables that it gives a value.
    private let assigned: [VariableStorage]

    /// - Throws: ``SessionError`` when something needed is not fed, or cannot be known before the run.
    init(
        graph: Graph, fetches: [Tensor], targets: [Node],
        feeds: [(tensor: Tensor, feed: Specialization.Feed)], resources: Resources
    ) throws {
        let specialization = try Specialization(
            graph: graph, fetches: fetches, targets: targets,
            feeds: Dictionary(feeds.map { ($0.tensor, $0.feed) }) { first, _ in first })
        var compiler = Compiler(specialization, fetches: fetches, resources: resources)
        compiler.layOut(feeds: feeds.map(\.tensor))
        arena = compiler.arena
        kernels = compiler.makeKernels()
        inputs = feeds.map { ($0.tensor, compiler.buffer($0.tensor)) }
        outputs = fetches.indices.map { compiler.fetched($0) }
        (unchecked, assigned) = compiler.variableUse()
    }

    /// - Throws: ``SessionError/uninitialized(_:)``.
    func run(_ feeds: [Tensor: Value]) throws {
        if !unchecked.isEmpty {
            unchecked.removeAll(where: \.isInitialized)
            guard unchecked.isEmpty else {
                throw SessionError.uninitialized(unchecked.map(\.name).sorted())
            }
        }
        for (tensor, buffer) in inputs { feeds[tensor]?.copy(to: buffer) }
        let denormals = kernel_denormals_flush()
        for kernel in kernels { kernel() }
        kernel_denormals_restore(denormals)
        for variable in assigned { variable.isInitialized = true }
    }

    /// A fetched tensor's numbers after a run.
    func value(_ fetch: Int) -> Value { Value(outputs[fetch]) }

    /// A fetched summary after a run.
    func summary(_ fetch: Int) -> Summary { outputs[fetch].slot?.summary ?? Summary() }
}

/// What outlives a run: a session's variables, random states and threads.
final class Resources {
    let pool: OpaquePointer?
    private var variables: [Node: VariableStorage] = [:]
    private var random: [Node: RandomState] = [:]

    init(threads: Int) {
        pool = threads > 1 ? kernel_pool_create(Int32(threads)) : nil
    }

    deinit {
        if let pool { kernel_pool_destroy(pool) }
    }

    func variable(_ node: Node) -> VariableStorage {
        if let known = variables[node] { return known }
        let storage = VariableStorage(node)
        variables[node] = storage
        return storage
    }

    func randomState(_ node: Node, noise: inout some RandomNumberGenerator) -> RandomState {
        if let known = random[node] { return known }
        func attribute(_ name: String) -> UInt64? {
            guard case .int(let int)? = node.attributes[name] else { return nil }
            return UInt64(bitPattern: int)
        }
        var (seed, seed2) = (attribute("seed") ?? 0, attribute("seed2") ?? 0)
        if seed == 0, seed2 == 0 {
            seed = noise.next()
            seed2 = noise.next()
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

extension Value {
    /// The numbers in a buffer.
    init(_ buffer: Buffer) {
        func copied<T>(_ type: T.Type) -> [T] {
            Array(
                UnsafeBufferPointer(start: buffer.pointer.assumingMemoryBound(to: T.self), count: buffer.count))
        }
        switch buffer.type {
        case .int32: self.init(.int32(copied(Int32.self)), shape: buffer.shape)
        case .int64: self.init(.int64(copied(Int64.self)), shape: buffer.shape)
        case .bool: self.init(.bool(copied(Bool.self)), shape: buffer.shape)
        default: self.init(.float(copied(Float.self)), shape: buffer.shape)
        }
    }

    /// Copies the numbers into a buffer of the same type and size.
    func copy(to buffer: Buffer) {
        func copy<T>(_ elements: [T]) {
            elements.withUnsafeBytes { bytes in
                if let source = bytes.baseAddress {
                    buffer.pointer.copyMemory(from: source, byteCount: bytes.count)
                }
            }
        }
        switch elements {
        case .float(let elements): copy(elements)
        case .int32(let elements): copy(elements)
        case .int64(let elements): copy(elements)
        case .bool(let elements): copy(elements)
        case .string: break
        }
    }
}
