/// The pass that makes runs of element-wise steps one loop.
///
/// A step joins the loops of steps that it reads, when all have as many elements; so do sums over the
/// rows of what a loop computes, and its pooling. A loop is put off until something else reads one of
/// its results, or writes to a variable that it reads; what only the loop itself reads then never
/// reaches memory. Where fetches are sent to other processes, a loop that makes one is not put off.
struct Loops {
    /// Elements that a loop takes at a time, at the most.
    static let tileSize = 1024
    /// Steps of a loop at the most, so that each could have a register for its result.
    static let mostSteps = 16
    /// Images in a block.
    static let block = 16

    static func run(_ program: inout Program, _ facts: Facts) {
        var pass = Loops(
            program: program, sent: facts.areFetchesSent ? Set(program.fetches) : [])
        for id in program.order { pass.take(id) }
        pass.close { _ in true }
        program.reorder(pass.withViews())
        for (loop, steps) in pass.loops.enumerated() {
            for id in steps { program.mark(id) { $0.loop = loop } }
        }
    }

    private let program: Program
    /// What is sent to other processes.
    private let sent: Set<Program.ID>
    private var open: [Group] = []
    private var order: [Program.StepID] = []
    private var loops: [[Program.StepID]] = []

    private init(program: Program, sent: Set<Program.ID>) {
        self.program = program
        self.sent = sent
    }

    private struct Group {
        var steps: [Program.StepID]
        var kind: LoopKind
        var reads: Set<Program.ID>
        var makes: Set<Program.ID>
        /// The values that are only there when the loop has ended.
        var results: Set<Program.ID> = []
    }

    private mutating func take(_ id: Program.StepID) {
        let step = program[id]
        guard !step.primitive.isView else { return }
        guard step.primitive.isRunning else {
            order.append(id)
            return
        }
        let reads = program.sources(id)
        let kind = LoopKind(step, program)
        if let kind, join(id, kind, reads) { return }
        close { group in reads.contains(where: group.makes.contains) }
        if let kind {
            open.append(
                Group(
                    steps: [id], kind: kind, reads: Set(reads), makes: Set(step.outputs),
                    results: step.isLoopResult ? Set(step.outputs) : []))
        } else {
            let written = step.primitive.writes.map { reads[$0] }
            close { [sent] group in
                written.contains(where: group.reads.contains) || !group.makes.isDisjoint(with: sent)
            }
            order.append(id)
        }
    }

    /// Adds the step to the loops that it reads from, as far as they can be one with it.
    ///
    /// Open loops do not depend on each other: what reads from a loop belongs to it or closes it.
    private mutating func join(
        _ id: Program.StepID, _ kind: LoopKind, _ reads: [Program.ID]
    ) -> Bool {
        let outputs = program[id].outputs
        var joined = Group(steps: [], kind: kind, reads: Set(reads), makes: Set(outputs))
        var members: [Int] = []
        for index in open.indices.reversed() {
            let group = open[index]
            guard reads.contains(where: group.makes.contains),
                !reads.contains(where: group.results.contains),
                group.steps.count + joined.steps.count < Self.mostSteps,
                let both = group.kind.joined(with: joined.kind)
            else { continue }
            joined.kind = both
            joined.steps = group.steps + joined.steps
            joined.results.formUnion(group.results)
            joined.reads.formUnion(group.reads)
            joined.makes.formUnion(group.makes)
            members.append(index)
        }
        guard !members.isEmpty else { return false }
        for index in members { open.remove(at: index) }
        close { group in reads.contains(where: group.makes.contains) }
        joined.steps.append(id)
        if program[id].isLoopResult { joined.results.formUnion(outputs) }
        open.append(joined)
        return true
    }

    /// The order with each view right before the first step that reads it.
    private func withViews() -> [Program.StepID] {
        var result: [Program.StepID] = []
        var isPlaced: Set<Program.StepID> = []
        func place(_ value: Program.ID) {
            let maker = program.maker(value)
            guard maker.primitive.isView, isPlaced.insert(maker.id).inserted else { return }
            place(maker.inputs[0])
            result.append(maker.id)
        }
        for id in order {
            program[id].inputs.forEach(place)
            result.append(id)
        }
        program.fetches.forEach(place)
        return result
            + program.order.filter {
                program[$0].primitive.isView && !isPlaced.contains($0)
            }
    }

    private mutating func close(where isDue: (Group) -> Bool) {
        for group in open where isDue(group) {
            order += group.steps
            loops.append(group.steps)
        }
        open.removeAll(where: isDue)
    }
}

extension Step {
    /// Whether what it makes in a loop is only there when the loop has ended.
    fileprivate var isLoopResult: Bool { !primitive.makesElements }
}
