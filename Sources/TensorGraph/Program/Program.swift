internal import TensorFlowTypes

/// What a run does, as data: values, and the steps that make them, in order.
///
/// A graph that is specialized is lowered to a program; passes rewrite it; a backend runs it. Steps
/// and values have names that stay, whatever is added, moved or removed. Who reads a value stands in
/// one place, ``readers(of:)``.
struct Program {
    /// The name of a value: `%12`.
    struct ID: Hashable, Comparable {
        let number: Int

        static func < (a: ID, b: ID) -> Bool { a.number < b.number }
    }

    /// The name of a step.
    struct StepID: Hashable {
        let number: Int
    }

    /// A tensor of the run.
    struct Value {
        let type: DataType
        let shape: [Int]
        /// How its elements lie in memory.
        var storage = Storage.whole
        /// The value whose memory it is: what a view shows, or the variable that was written.
        fileprivate(set) var alias: ID?
        /// The step that makes it.
        fileprivate(set) var maker: StepID
        /// The graph's tensor with the same elements; `nil` for a value of the program's own.
        var tensor: Tensor?
        /// The operand of its loop in whose memory it is written.
        var place: ID?
        /// What it is computed from, if it is left to other plans: feeds and variables.
        var origins: [SharedValues.Origin] = []

        /// The number of elements.
        var count: Int { shape.reduce(1, *) }
    }

    /// How the elements of a value lie in memory.
    enum Storage: Equatable {
        /// All of them, in row-major order.
        case whole
        /// Only the first ones, in this shape: they repeat.
        case row([Int])
        /// Images in blocks of sixteen, with their pixels row by row, or window by window.
        case blocks(PixelOrder)
    }

    /// The order of an image's pixels.
    enum PixelOrder: UInt32 {
        /// Row by row.
        case rows
        /// By windows of 2 × 2: first the window's rows, within it the upper left pixel, the upper
        /// right, the lower left, the lower right.
        case windows
    }

    /// One who reads a value: a step, and as which of its operands.
    struct Use: Hashable {
        let step: StepID
        let operand: Int
    }

    /// What is fetched, in the order of the session's call.
    var fetches: [ID] = []
    /// What is left to the session's other plans, and taken from them.
    var sharing = Sharing()
    /// The steps, from the schedule on in an order in which they can run; what passes before it add
    /// stands at the end.
    private(set) var order: [StepID] = []
    private var values: [Value] = []
    private var steps: [Step?] = []
    private var uses: [[Use]] = []
    private var places: [Int] = []
    /// Who waits, or has waited, for each step beside those that read what it makes.
    private var waiters: [[StepID]] = []

    subscript(id: ID) -> Value {
        get { values[id.number] }
        set { values[id.number] = newValue }
    }

    /// - Precondition: the step was not removed.
    subscript(id: StepID) -> Step {
        guard let step = steps[id.number] else {
            preconditionFailure("step \(id.number) is no longer part of the program")
        }
        return step
    }

    /// Whether the program has, or had, such a value.
    func contains(_ id: ID) -> Bool { id.number < values.count }

    /// Whether the step was not removed.
    func contains(_ id: StepID) -> Bool { steps[id.number] != nil }

    /// The place of a step in the order.
    func place(_ id: StepID) -> Int { places[id.number] }

    /// The step that makes a value.
    func maker(_ id: ID) -> Step { self[self[id].maker] }
}

// MARK: Who reads what

extension Program {
    /// Who reads the value under this very name, views among them.
    func readers(of id: ID) -> [Use] { uses[id.number] }

    /// The value whose memory a value is in: the value itself, or what it is a view of.
    func memory(_ id: ID) -> ID {
        var id = id
        while let next = self[id].alias { id = next }
        return id
    }

    /// Who reads the memory of a value under whatever name, but for views, in order.
    func memoryReaders(of id: ID) -> [Use] {
        var result: [Use] = []
        var stack = [memory(id)]
        while let name = stack.popLast() {
            for use in uses[name.number] {
                let step = self[use.step]
                if step.primitive.isView {
                    stack.append(step.outputs[0])
                } else {
                    if step.primitive.writes.first == use.operand { stack.append(step.outputs[0]) }
                    result.append(use)
                }
            }
        }
        return result.sorted { (place($0.step), $0.operand) < (place($1.step), $1.operand) }
    }

    /// Whether the steps, and nobody else, read the memory of a value, which is not fetched either.
    func isRead(_ id: ID, byOnly readers: Set<StepID>) -> Bool {
        !isFetched(id) && Set(memoryReaders(of: id).map(\.step)) == readers
    }

    /// Whether a value is fetched, under whatever name.
    func isFetched(_ id: ID) -> Bool {
        let owner = memory(id)
        return fetches.contains { memory($0) == owner }
    }

    /// The values that a step reads, as those whose memory they are in.
    func sources(_ id: StepID) -> [ID] { self[id].inputs.map(memory) }

    /// The values that a step writes to, as those whose memory they are in.
    func targets(_ id: StepID) -> [ID] {
        self[id].primitive.writes.map { memory(self[id].inputs[$0]) }
    }

    /// Whether steps would read the same at the place of a later one: nobody writes in between what
    /// they read.
    func readTheSame(_ steps: [StepID], at later: StepID) -> Bool {
        steps.allSatisfy { id in
            let sources = Set(sources(id))
            return place(id) <= place(later)
                && order[place(id)..<place(later)].allSatisfy {
                    targets($0).allSatisfy { !sources.contains($0) }
                }
        }
    }
}

// MARK: Changes

extension Program {
    /// Adds a step at the end.
    ///
    /// - Parameters:
    ///   - inputs: its operands, in the primitive's order.
    ///   - outputs: what it makes.
    ///   - tensors: the graph's tensors that the outputs are.
    ///   - after: what it waits for beside its operands' makers.
    @discardableResult
    mutating func add(
        _ primitive: Primitive, _ inputs: [ID] = [], outputs: [TensorType],
        tensors: [Tensor?] = [], stands: [Step.Origin] = [], after: [StepID] = []
    ) -> StepID {
        let id = StepID(number: steps.count)
        let alias = primitive.isView ? inputs.first : primitive.writes.first.map { inputs[$0] }
        let made = outputs.enumerated().map { index, type in
            values.append(
                Value(
                    type: type.type, shape: type.shape.known ?? [],
                    alias: index == 0 || primitive.isView ? alias : nil, maker: id,
                    tensor: index < tensors.count ? tensors[index] : nil))
            uses.append([])
            return ID(number: values.count - 1)
        }
        steps.append(
            Step(
                id: id, primitive: primitive, inputs: inputs, outputs: made, stands: stands,
                after: after))
        places.append(order.count)
        order.append(id)
        waiters.append([])
        for other in after { waiters[other.number].append(id) }
        note(id)
        return id
    }

    /// Adds a step with one output of the shape of its first operand, or of the given one.
    mutating func add(_ primitive: Primitive, _ inputs: [ID], _ shape: [Int]? = nil) -> ID {
        let type = inputs.first.map { self[$0].type } ?? .float
        let shape = shape ?? inputs.first.map { self[$0].shape } ?? []
        let step = add(primitive, inputs, outputs: [TensorType(Shape(shape), type)])
        return self[step].outputs[0]
    }

    /// Lets a step compute the same outputs by another primitive, from other operands; the work of
    /// `replaced` is part of it, and they are removed.
    mutating func rewrite(
        _ id: StepID, _ primitive: Primitive, _ inputs: [ID], replacing replaced: [StepID] = []
    ) {
        var step = self[id]
        forget(id)
        step.primitive = primitive
        step.inputs = inputs
        step.stands = replaced.flatMap { self[$0].stands } + step.stands
        steps[id.number] = step
        note(id)
        for other in replaced { wait(id, for: self[other].after) }
        // Readers go before what they read, so that who waits for them waits for all of it.
        for other in replaced.sorted(by: { place($0) > place($1) }) { remove(other) }
    }

    /// Lets a step read another value as one of its operands.
    mutating func replaceInput(_ operand: Int, of id: StepID, by value: ID) {
        var inputs = self[id].inputs
        inputs[operand] = value
        rewrite(id, self[id].primitive, inputs)
    }

    /// Lets everybody read another value instead of this one, whoever fetches it among them.
    mutating func replaceAll(_ old: ID, by new: ID) {
        for use in readers(of: old) { replaceInput(use.operand, of: use.step, by: new) }
        for index in fetches.indices where fetches[index] == old { fetches[index] = new }
    }

    /// Lets a step wait for others, too.
    mutating func wait(_ id: StepID, for others: [StepID]) {
        guard !others.isEmpty, var step = steps[id.number] else { return }
        for other in others where other != id && !step.after.contains(other) {
            step.after.append(other)
            waiters[other.number].append(id)
        }
        steps[id.number] = step
    }

    /// Removes a step, whose outputs nobody reads, with views of them; what waits for it waits for
    /// what it waits for.
    mutating func remove(_ id: StepID) {
        let views = self[id].outputs.flatMap(readers).map(\.step)
        for view in views where contains(view) && self[view].primitive.isView { remove(view) }
        forget(id)
        let waits = (self[id].after + self[id].inputs.map { self[$0].maker }).filter(contains)
        for other in waiters[id.number] where steps[other.number]?.after.contains(id) ?? false {
            steps[other.number]?.after.removeAll { $0 == id }
            wait(other, for: waits)
        }
        steps[id.number] = nil
        let place = places[id.number]
        order.remove(at: place)
        for place in place..<order.count { places[order[place].number] = place }
    }

    /// Puts the steps into another order.
    ///
    /// - Precondition: it has each step once.
    mutating func reorder(_ steps: [StepID]) {
        precondition(steps.count == order.count && Set(steps) == Set(order))
        order = steps
        for (place, step) in order.enumerated() { places[step.number] = place }
    }

    /// Changes what a step says of itself.
    mutating func mark(_ id: StepID, _ change: (inout Step.Marks) -> Void) {
        if var step = steps[id.number] {
            change(&step.marks)
            steps[id.number] = step
        }
    }

    private mutating func note(_ id: StepID) {
        for (operand, input) in self[id].inputs.enumerated() {
            uses[input.number].append(Use(step: id, operand: operand))
        }
    }

    private mutating func forget(_ id: StepID) {
        for input in self[id].inputs { uses[input.number].removeAll { $0.step == id } }
    }
}
