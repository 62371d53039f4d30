/// The pass that keeps only one row of a value whose rows are all the same.
///
/// A gradient of a mean is one number, or one row of a channel each, repeated to the size of a
/// batch, then divided, doubled, and only then multiplied with something that differs from row to
/// row. As long as all operands of an element-wise step repeat, its result does, and one row is
/// enough: it is computed once, and repeated by the loop that reads it.
enum Narrowing {
    static func run(_ program: inout Program, _ facts: Facts) {
        let running = program.order.filter { program[$0].primitive.isRunning }
        var isReadWhole = Set(program.sharing.kept.keys).union(program.fetches.map(program.memory))
        for id in running {
            for (operand, input) in program[id].inputs.enumerated()
            where !program[id].takesRow(operand)
                || program[input].shape != program[program.memory(input)].shape
            {
                isReadWhole.insert(program.memory(input))
            }
        }
        for id in running where program[id].primitive.loopRole == .elements {
            let output = program[id].outputs[0]
            let shape = program[output].shape
            guard !isReadWhole.contains(output), shape.reduce(1, *) > 0 else { continue }
            var row: [Int] = []
            let repeats = program[id].inputs.allSatisfy { input in
                let stored = program.storedShape(input)
                guard case .rows(let count) = Repetition(of: stored, in: shape),
                    count <= Loops.tileSize
                else { return false }
                if count > row.reduce(1, *) || row.isEmpty { row = stored }
                return true
            }
            if repeats { program[output].storage = .row(row) }
        }
    }
}

extension Step {
    /// Whether an operand can be a row that repeats: in a loop over elements, and, beside images, in
    /// a pool.
    fileprivate func takesRow(_ operand: Int) -> Bool {
        switch primitive.loopRole {
        case .elements: true
        case .pool, .poolGradient: operand >= 3
        case .sums, nil: false
        }
    }
}
