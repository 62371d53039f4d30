/// The pass that makes a large value again where a later loop needs it, instead of keeping it.
///
/// A gradient reads what the forward pass made long before, when it has left the caches: a relu,
/// say, which is a scale and a shift of a convolution that the same loop reads anyway. And what a
/// loop makes beside the sums that the next loop waits for is written to memory just to be read
/// once. Where such a value costs less to make than to store and to read again, the later loop gets
/// steps of its own for it, and the value is never stored.
struct Recomputation {
    /// Elements from which on a value that a relu or the like makes is worth it.
    private static let leastCount = 1 << 14
    /// Elements from which on a pool's gradient is, too: more than a core's caches hold beside other
    /// things.
    private static let leastCountOfPools = 1 << 18

    private var program: Program
    /// The program as it came: what is read by whom before there are copies.
    private let before: Program
    private var stages: [Program.StepID: Int] = [:]
    /// The copies that there are of a step, by the stage that they are for.
    private var copies: [Program.StepID: [Int: Program.ID]] = [:]

    static func run(_ program: inout Program, _ facts: Facts) {
        var pass = Recomputation(program: program, before: program)
        for step in pass.before.order where pass.program.contains(step) && pass.isCheap(step) {
            pass.makeAgain(step)
        }
        program = pass.program
    }

    private init(program: Program, before: Program) {
        (self.program, self.before) = (program, before)
    }

    /// Whether the step makes a large value for little.
    private func isCheap(_ id: Program.StepID) -> Bool {
        let step = program[id]
        let least: Int
        switch step.primitive {
        case .elementwise(let function) where function.isCheap: least = Self.leastCount
        case _ where step.primitive.loopRole == .poolGradient: least = Self.leastCountOfPools
        default: return false
        }
        return program[step.outputs[0]].count >= least
    }

    // MARK: What is made again, and for whom

    /// Gives the readers in later loops copies of a step, if that pays.
    private mutating func makeAgain(_ id: Program.StepID) {
        let value = program[id].outputs[0]
        guard !before.isFetched(value) else { return }
        let readers = before.memoryReaders(of: value)
        for use in readers {
            let step = program[use.step]
            guard step.primitive.loopRole != nil,
                program[step.inputs[use.operand]].shape == program[value].shape
            else { return }
        }
        let own = stage(id)
        let late = readers.filter { stage($0.step) > own }
        guard !late.isEmpty, isWorthIt(id) else { return }
        for later in Set(late.map { stage($0.step) }).sorted() {
            let again = copy(id, stage: later)
            for use in late where stage(use.step) == later {
                program.replaceInput(use.operand, of: use.step, by: again)
            }
        }
        if program.memoryReaders(of: value).isEmpty { program.remove(id) }
    }

    /// Whether what has to be read instead is there in any case, and not much more than the value.
    private mutating func isWorthIt(_ id: Program.StepID) -> Bool {
        var leaves: Set<Program.ID> = []
        collectLeaves(id, &leaves)
        for leaf in leaves where isOfOneLoop(leaf) { return false }
        let read = leaves.reduce(0) { $0 + program[$1].count }
        return 2 * read <= 3 * program[program[id].outputs[0]].count
    }

    /// The operands, but for rows, that it is made from, as far as it would be made again.
    private mutating func collectLeaves(_ id: Program.StepID, _ leaves: inout Set<Program.ID>) {
        for source in program.sources(id) where program[source].count > Loops.tileSize {
            if isMadeAgain(source) {
                collectLeaves(program[source].maker, &leaves)
            } else {
                leaves.insert(source)
            }
        }
    }

    /// Whether an operand is made again, too: if only its own loop reads it.
    private mutating func isMadeAgain(_ value: Program.ID) -> Bool {
        isCheap(program[value].maker) && isOfOneLoop(value)
    }

    /// Whether only the loop reads the value that makes it: nobody else does, or has a copy of it.
    private mutating func isOfOneLoop(_ value: Program.ID) -> Bool {
        guard program.maker(value).primitive.makesElements, !program.isFetched(value) else {
            return false
        }
        let own = stage(program[value].maker)
        for use in program.memoryReaders(of: value) {
            guard program[use.step].primitive.loopRole != nil, stage(use.step) == own else {
                return false
            }
        }
        return true
    }

    private mutating func copy(_ id: Program.StepID, stage: Int) -> Program.ID {
        if let known = copies[id]?[stage] { return known }
        let step = program[id]
        var inputs = step.inputs
        for (operand, source) in program.sources(id).enumerated() where isMadeAgain(source) {
            inputs[operand] = copy(program[source].maker, stage: stage)
        }
        var stands = step.stands
        for index in stands.indices { stands[index].isCopy = true }
        let output = program[step.outputs[0]]
        let copy = program.add(
            step.primitive, inputs, outputs: [TensorType(Shape(output.shape), output.type)],
            stands: stands)
        stages[copy] = stage
        copies[id, default: [:]][stage] = program[copy].outputs[0]
        return program[copy].outputs[0]
    }

    /// In which loop at the earliest a step can be: 0 for one that reads what is there before a run,
    /// and one more for each loop or call that has to have ended.
    private mutating func stage(_ id: Program.StepID) -> Int {
        if let known = stages[id] { return known }
        stages[id] = 0
        var result = 0
        for source in program.sources(id) {
            let maker = program.maker(source)
            guard maker.primitive.isRunning else { continue }
            let before = stage(maker.id)
            result = max(result, maker.primitive.makesElements ? before : before + 1)
        }
        stages[id] = result
        return result
    }
}
