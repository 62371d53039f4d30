/// The pass that puts off what summaries collect until they are merged, so that it can be done aside:
/// while the run waits for its threads.
enum Asides {
    static func run(_ program: inout Program, _ facts: Facts) {
        let awaited = Set(program.order.flatMap { program[$0].after })
        /// Whether a step makes a summary, of nothing that the run may change after it.
        func collects(_ step: Step) -> Bool {
            guard case .summary = step.primitive, !awaited.contains(step.id) else { return false }
            return step.inputs.allSatisfy { input in
                let maker = program.maker(program.memory(input))
                return switch maker.primitive {
                case .constant: true
                case .variable, .summary: false
                default: true
                }
            }
        }
        var order: [Program.StepID] = []
        var putOff: [Program.StepID] = []
        for id in program.order {
            if collects(program[id]) {
                putOff.append(id)
                program.mark(id) { $0.isAside = true }
                continue
            }
            let makers = Set(program.sources(id).map { program[$0].maker })
            order += putOff.filter(makers.contains) + [id]
            putOff.removeAll(where: makers.contains)
        }
        program.reorder(order + putOff)
    }
}
