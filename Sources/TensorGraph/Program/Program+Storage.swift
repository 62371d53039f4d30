// How values are stored, and what of a session a program touches.

extension Program.Value {
    /// The order of the pixels of images in blocks; `nil` for what is stored as it is.
    var blockOrder: Program.PixelOrder? {
        if case .blocks(let order) = storage { order } else { nil }
    }
}

extension Program {
    /// The shape in which a value is stored: its own, or that of the rows that repeat in it.
    func storedShape(_ id: ID) -> [Int] {
        if case .row(let row) = self[memory(id)].storage { row } else { self[id].shape }
    }

    /// The order of the pixels of images that are stored in blocks; `nil` for what is stored as it
    /// is.
    func blockOrder(_ id: ID) -> PixelOrder? { self[memory(id)].blockOrder }

    /// How many elements a value is stored in.
    func storedCount(_ id: ID) -> Int {
        let shape = storedShape(id)
        guard blockOrder(id) != nil else { return shape.reduce(1, *) }
        let blocks = ((shape.first ?? 1) + Loops.block - 1) / Loops.block
        return blocks * Loops.block * shape.dropFirst().reduce(1, *)
    }

    /// The bytes that a value is stored in.
    func storedBytes(_ id: ID) -> Int { storedCount(id) * self[id].type.stride }

    /// Whether a fetched value is there for who fetches it alone: each run makes it anew in memory
    /// where it lies as it is, and no step reads it.
    func isFetchedAlone(_ fetch: Int) -> Bool {
        let owner = memory(fetches[fetch])
        let maker = maker(owner)
        return maker.primitive.isRunning && maker.marks.segment == nil
            && self[owner].storage == .whole && self[owner].place == nil
            && memoryReaders(of: owner).isEmpty
            && fetches.count { memory($0) == owner } == 1
    }

    /// The variables that the run writes to, in the order of the first writes.
    var writtenVariables: [Node] { writtenVariables(of: order) }

    /// Those that some steps write.
    func writtenVariables(of steps: [StepID]) -> [Node] {
        var result: [Node] = []
        for id in steps {
            for target in self[id].primitive.writes {
                guard case .variable(let node) = maker(memory(self[id].inputs[target])).primitive
                else { continue }
                if !result.contains(node) { result.append(node) }
            }
        }
        return result
    }

    /// The variables that the run reads before it has given them a value, and those that it gives
    /// one.
    var variableUse: (read: [Node], assigned: [Node]) {
        var (read, assigned): ([Node], [Node]) = ([], [])
        func note(_ id: ID) {
            guard case .variable(let node) = maker(memory(id)).primitive,
                !assigned.contains(node), !read.contains(node)
            else { return }
            read.append(node)
        }
        for id in order where self[id].primitive.isRunning {
            let step = self[id]
            guard case .assign = step.primitive else {
                step.inputs.forEach(note)
                continue
            }
            step.inputs[1...].forEach(note)
            if case .variable(let node) = maker(memory(step.inputs[0])).primitive {
                assigned.append(node)
            }
        }
        fetches.forEach(note)
        return (read, assigned)
    }

    /// The variable that a step of Adam changes, and its moments, if each process may change its part of
    /// them by what shards have computed: nobody else in the run needs any of them whole, nor the whole
    /// sum.
    func dividedVariables(_ step: Step) -> [Node]? {
        if let tensor = step.primitive.summedTensor {
            let readers = order.filter { self[$0].primitive.summedTensor == tensor }
            guard readers == [step.id] else { return nil }
        }
        let variables = step.primitive.writes.compactMap { operand -> Node? in
            let owner = memory(step.inputs[operand])
            guard case .variable(let node) = maker(owner).primitive,
                isRead(owner, byOnly: [step.id])
            else { return nil }
            return node
        }
        return variables.count == step.primitive.writes.count ? variables : nil
    }

    /// When that is there which a step reads of what shards have computed; `nil` if it reads nothing of it.
    func arrival(of id: StepID, _ feeds: [Tensor: Specialization.Feed]) -> Int? {
        let rows = sources(id).compactMap { source -> Tensor? in
            if case .shardRows(let tensor) = maker(source).primitive { tensor } else { nil }
        }
        let sum = self[id].primitive.summedTensor.map { [$0] } ?? []
        return (rows + sum).compactMap { feeds[$0]?.arrivals?.last }.max()
    }

    /// The variables that a unit of steps reads or writes.
    func variables(of unit: [StepID]) -> [Node] {
        unit.flatMap(sources).compactMap { source in
            guard case .variable(let node) = maker(source).primitive else { return nil }
            return node
        }
    }

    /// The steps that run, each by itself or, those of a loop, together, in order.
    var units: [[StepID]] {
        var result: [[StepID]] = []
        var loop: Int?
        for id in order where self[id].primitive.isRunning {
            let own = self[id].marks.loop
            if own != nil, own == loop {
                result[result.count - 1].append(id)
            } else {
                result.append([id])
            }
            loop = own
        }
        return result
    }
}
