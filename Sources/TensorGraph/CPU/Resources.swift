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
    /// The variables whose numbers other processes are sending, or have changed and not sent.
    private var arriving: [VariableStorage] = []
    private var divided: [VariableStorage] = []
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

    /// Notes that other processes are sending numbers of a variable.
    ///
    /// - Parameter number: of a gather of the communicator.
    func note(_ number: Int, _ communicator: any Communicator, of variable: VariableStorage) {
        let gather = Gather(communicator: communicator, number: number)
        variable.gathers.append(gather)
        variable.sending.append(gather)
        if !arriving.contains(where: { $0 === variable }) { arriving.append(variable) }
    }

    /// Notes that each process has changed its part of some numbers of a variable, and sent nothing.
    func note(_ division: VariableDivision, of variable: VariableStorage) {
        guard !variable.divisions.contains(division) else { return }
        if !variable.isDivided { divided.append(variable) }
        variable.divisions.append(division)
    }

    /// Notes that a variable's numbers are all there.
    ///
    /// - Parameter division: those of which that is so; `nil` for all.
    func noteWhole(_ variable: VariableStorage, _ division: VariableDivision? = nil) {
        guard variable.isDivided else { return }
        variable.divisions.removeAll { division == nil || $0 == division }
        if !variable.isDivided { divided.removeAll { $0 === variable } }
    }

    /// Waits until all is there that other processes are sending.
    ///
    /// - Parameter variables: those that somebody is about to read.
    /// - Throws: ``SessionError/divided(_:)`` where other processes have changed some of those.
    func settle(reading variables: [VariableStorage]) throws {
        if !arriving.isEmpty {
            for variable in arriving { try variable.finishGathers() }
            arriving = []
        }
        try check(reading: variables)
    }

    /// - Parameter updates: by which each process goes on with its own part of what it changes.
    /// - Throws: ``SessionError/divided(_:)`` where other processes have changed some of what somebody is
    ///   about to read.
    func check(reading variables: [VariableStorage], but updates: [VariableUpdate] = []) throws {
        guard !divided.isEmpty else { return }
        let missing = variables.filter { variable in
            guard variable.isDivided else { return false }
            let own = updates.filter { $0.moments.contains { $0 === variable } }.map(\.division)
            return !variable.divisions.allSatisfy(own.contains)
        }
        guard missing.isEmpty else { throw SessionError.divided(missing.map(\.name).sorted()) }
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
    /// What brings the numbers that other processes have changed; nothing where they are there.
    fileprivate(set) var gathers: [Gather] = []
    /// What others may not have taken yet of the numbers that this process has changed.
    fileprivate var sending: [Gather] = []
    /// How processes have divided the numbers among them that they have changed and not sent; nothing where
    /// all are there.
    fileprivate(set) var divisions: [VariableDivision] = []
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

    /// Whether other processes have changed numbers, and have not sent them.
    var isDivided: Bool { !divisions.isEmpty }

    /// Some of the numbers, of a float32 variable.
    func floats(_ part: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: buffer.floats + part.lowerBound, count: part.count)
    }

    /// Waits until all numbers are there.
    func finishGathers() throws {
        guard !gathers.isEmpty else { return }
        do {
            for gather in gathers { try gather.finish() }
        } catch {
            // Numbers that are under way may still be written here.
            _ = Unmanaged.passRetained(self)
            throw error
        }
        gathers = []
    }

    /// Waits until this process's numbers may be changed.
    func finishSending() throws {
        guard !sending.isEmpty else { return }
        do {
            for gather in sending { try gather.finishSending() }
        } catch {
            // Somebody may still read them here.
            _ = Unmanaged.passRetained(self)
            throw error
        }
        sending = []
    }
}

/// A gather that is under way.
struct Gather {
    let communicator: any Communicator
    /// By which the communicator knows it.
    let number: Int

    /// Waits until its numbers are there.
    func finish() throws { try communicator.finish(number) }
    /// Waits until others have taken this process's part.
    func finishSending() throws { try communicator.finishSending(number) }
}
