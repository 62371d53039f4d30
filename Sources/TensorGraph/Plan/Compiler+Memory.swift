internal import TensorBoard

extension Compiler {
    /// Places everything that a run needs beside the variables: feeds, constants, results and
    /// scratch memory.
    mutating func layOut(feeds: [Tensor]) {
        let whole = 0...units.count
        var owners: [Tensor] = []
        var requests: [ArenaLayout.Request] = []
        func request(_ tensor: Tensor, _ steps: ClosedRange<Int>) {
            owners.append(tensor)
            requests.append(.init(bytes: storedBytes(tensor), steps: steps))
        }
        for feed in feeds { request(feed, whole) }
        let constants = constantsInUse()
        for constant in constants { request(constant, whole) }
        let lifetimes = lifetimes().filter { sharing?.kept[$0.0] == nil }
        let inPlace = resultsInPlace(Set(lifetimes.map(\.0)))
        for (tensor, steps) in lifetimes where inPlace[tensor] == nil { request(tensor, steps) }
        let keeps = units.compactMap { if case .keep(let fetch) = $0 { fetch } else { nil } }
        for fetch in keeps {
            requests.append(.init(bytes: specialization.bytes(fetches[fetch]), steps: whole))
        }
        requests.append(.init(bytes: scratchBytes, steps: whole))

        let layout = ArenaLayout(requests)
        arena = Arena(size: layout.size)
        for (tensor, offset) in zip(owners, layout.offsets) {
            buffers[tensor] = buffer(specialization.type(tensor), arena.pointer + offset)
        }
        for (fetch, offset) in zip(keeps, layout.offsets[owners.count...]) {
            kept[fetch] = buffer(specialization.type(fetches[fetch]), arena.pointer + offset)
        }
        for (tensor, memory) in sharing?.kept ?? [:] {
            buffers[tensor] = buffer(specialization.type(tensor), memory.pointer)
        }
        for (tensor, operand) in inPlace { buffers[tensor] = buffers[operand] }
        if let offset = layout.offsets.last {
            scratch = (arena.pointer + offset).assumingMemoryBound(to: Float.self)
        }
        for constant in constants {
            if let buffer = buffers[constant] { specialization.value(constant)?.copy(to: buffer) }
        }
    }

    /// The results of loops that take the memory of a value that plans leave to each other.
    private func resultsInPlace(_ stored: Set<Tensor>) -> [Tensor: Tensor] {
        guard let sharing else { return [:] }
        let written = Set(writtenVariables())
        let fetched = Set(fetches.map(source))
        return InPlace(
            units, executions: executions, inputs: { inputs($0).map(source) },
            isStored: { stored.contains($0) && !fetched.contains($0) },
            isSpoiled: { tensor in
                guard sharing.kept[tensor] != nil, !fetched.contains(tensor) else { return false }
                return (sharing.origins[tensor.node] ?? []).contains { origin in
                    if case .variable(let node) = origin { written.contains(node) } else { false }
                }
            },
            areAlike: {
                specialization.type($0) == specialization.type($1)
                    && storedBytes($0) == storedBytes($1) && blockOrder($0) == blockOrder($1)
            }
        ).operands
    }

    private var scratchBytes: Int {
        executions.values.reduce(0) { largest, execution in
            guard case .call(let scratch, _) = execution else { return largest }
            return max(largest, scratch * MemoryLayout<Float>.stride)
        }
    }

    /// Tensors with a known value that something running or fetched reads.
    private func constantsInUse() -> [Tensor] {
        var result: [Tensor] = []
        var isKnown: Set<Tensor> = []
        for tensor in running.flatMap(inputs) + fetches {
            let owner = source(tensor)
            guard !specialization.isFed(owner), specialization.value(owner) != nil,
                isKnown.insert(owner).inserted
            else { continue }
            result.append(owner)
        }
        return result
    }

    /// For each result that is made in a run: from which unit on it is needed, and until which. A
    /// result that only its own unit reads is not there.
    private func lifetimes() -> [(Tensor, ClosedRange<Int>)] {
        var order: [Tensor] = []
        var ranges: [Tensor: ClosedRange<Int>] = [:]
        var isRead: Set<Tensor> = []
        for (place, unit) in units.enumerated() {
            for node in unit.nodes {
                for index in node.outputs.indices
                where source(node.output(index)) == node.output(index) {
                    order.append(node.output(index))
                    ranges[node.output(index)] = place...place
                }
            }
            for input in unit.nodes.flatMap(inputs) {
                let owner = source(input)
                guard let range = ranges[owner], range.lowerBound < place else { continue }
                isRead.insert(owner)
                ranges[owner] = range.lowerBound...place
            }
            if case .node(let node) = unit {
                isRead.formUnion(node.outputs.indices.map { node.output($0) })
            }
        }
        for fetch in fetches {
            let owner = source(fetch)
            guard let range = ranges[owner] else { continue }
            isRead.insert(owner)
            ranges[owner] = range.lowerBound...units.count
        }
        return order.filter(isRead.contains).compactMap { tensor in
            ranges[tensor].map { (tensor, $0) }
        }
    }

    private func buffer(_ type: TensorType, _ pointer: UnsafeMutableRawPointer) -> Buffer {
        Buffer(
            pointer: pointer, type: type.type, shape: type.shape.known ?? [],
            slot: type.type == .string ? SummarySlot() : nil)
    }

    /// The memory of a tensor, in the shape in which it is stored.
    func buffer(_ tensor: Tensor) -> Buffer {
        let owner = source(tensor)
        let known =
            owner.node.isVariable && !specialization.isFed(owner)
            ? resources.variable(owner.node).buffer : buffers[owner]
        guard let known else { preconditionFailure("\(tensor) is used, and is never computed") }
        return Buffer(
            pointer: known.pointer, type: known.type, shape: storedShape(tensor), slot: known.slot)
    }

    /// The memory that holds a fetch after the run.
    func fetched(_ fetch: Int) -> Buffer { kept[fetch] ?? buffer(fetches[fetch]) }
}
