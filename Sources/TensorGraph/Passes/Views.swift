/// The pass that lets everybody read what a view shows, if that has the same shape; views that
/// nobody reads any more are gone, and so is what only stood for an order.
enum Views {
    static func run(_ program: inout Program, _ facts: Facts) {
        for id in program.order {
            let step = program[id]
            switch step.primitive {
            case .nothing:
                program.remove(id)
            case .view:
                let (shown, view) = (step.inputs[0], step.outputs[0])
                if program[shown].shape == program[view].shape {
                    for use in program.readers(of: view) { program.wait(use.step, for: step.after) }
                    program.replaceAll(view, by: shown)
                }
                guard program.readers(of: view).isEmpty, !program.fetches.contains(view) else {
                    continue
                }
                program.remove(id)
            default: continue
            }
        }
    }
}
