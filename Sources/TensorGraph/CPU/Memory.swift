internal import TensorFlowTypes

/// Where everything lies that a run needs beside the variables: feeds, constants, results and
/// scratch memory, in one block.
struct Memory {
    let arena: Arena
    /// Memory that a call has for itself while it runs.
    let scratch: UnsafeMutablePointer<Float>
    private let program: Program
    private let resources: Resources
    private var buffers: [Program.ID: Buffer] = [:]

    /// - Parameter scratch: how many floats the call that needs most has for itself.
    init(_ program: Program, _ resources: Resources, scratch scratchFloats: Int) {
        self.program = program
        self.resources = resources
        let whole = 0...program.units.count
        var owners: [Program.ID] = []
        var requests: [ArenaLayout.Request] = []
        func request(_ value: Program.ID, _ units: ClosedRange<Int>) {
            owners.append(value)
            requests.append(.init(bytes: program.storedBytes(value), steps: units))
        }
        let known = program.knownValues
        for value in known.feeds + known.constants { request(value, whole) }
        let kept = program.sharing.kept
        let lifetimes = program.lifetimes.filter { kept[$0.value] == nil }
        for lifetime in lifetimes where program[lifetime.value].place == nil {
            request(lifetime.value, lifetime.units)
        }
        requests.append(.init(bytes: scratchFloats * MemoryLayout<Float>.stride, steps: whole))

        let layout = ArenaLayout(requests)
        arena = Arena(size: layout.size)
        scratch = (arena.pointer + (layout.offsets.last ?? 0)).assumingMemoryBound(to: Float.self)
        for (value, offset) in zip(owners, layout.offsets) {
            buffers[value] = buffer(value, arena.pointer + offset)
        }
        for (value, memory) in kept { buffers[value] = buffer(value, memory.pointer) }
        for lifetime in lifetimes {
            guard let place = program[lifetime.value].place else { continue }
            buffers[lifetime.value] = buffers[place]
        }
        for value in known.constants {
            guard case .constant(let constant) = program.maker(value).primitive else { continue }
            if let buffer = buffers[value] { constant.copy(to: buffer) }
        }
    }

    private func buffer(_ value: Program.ID, _ pointer: UnsafeMutableRawPointer) -> Buffer {
        let type = program[value].type
        return Buffer(
            pointer: pointer, type: type, shape: program[value].shape,
            slot: type == .string ? SummarySlot() : nil)
    }

    /// The memory of a value, in the shape in which it is stored; `nil` for one that only its loop
    /// reads.
    func find(_ value: Program.ID) -> Buffer? {
        let owner = program.memory(value)
        let known: Buffer?
        if case .variable(let node) = program.maker(owner).primitive {
            known = resources.variable(node).buffer
        } else if case .shardRows(let tensor) = program.maker(owner).primitive {
            known = resources.shared.shardRows(tensor, shape: program[owner].shape).buffer
        } else {
            known = buffers[owner]
        }
        return known.map {
            Buffer(
                pointer: $0.pointer, type: $0.type, shape: program.storedShape(value),
                slot: $0.slot)
        }
    }

    /// The memory of a value that is known to have some.
    subscript(value: Program.ID) -> Buffer {
        guard let buffer = find(value) else {
            preconditionFailure("value %\(value.number) is used, and is never computed")
        }
        return buffer
    }
}

extension Program {
    /// What is fed, in the graph's order, and the constants that something running or fetched reads.
    var knownValues: (feeds: [ID], constants: [ID]) {
        var (feeds, constants): ([(id: ID, place: Int)], [ID]) = ([], [])
        for id in order {
            switch self[id].primitive {
            case .feed(let tensor): feeds.append((self[id].outputs[0], tensor.node.id))
            case .constant: constants.append(self[id].outputs[0])
            default: continue
            }
        }
        let read = Set(order.filter { self[$0].primitive.isRunning }.flatMap(sources))
            .union(fetches.map(memory))
        return (
            feeds.sorted { $0.place < $1.place }.map(\.id), constants.filter(read.contains)
        )
    }
}
