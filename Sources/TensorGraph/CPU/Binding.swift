internal import CKernels
internal import TensorFlowTypes

/// One call of a plan, with everything bound.
typealias Kernel = () -> Void

/// A step, and the memory that its call works on.
struct Bound {
    let step: Step
    let way: Way
    let inputs: [Buffer]
    let outputs: [Buffer]
    let scratch: UnsafeMutablePointer<Float>
    let resources: Resources
    /// Of a convolution that takes its filter packed.
    var packedFilter: PackedFilter?

    /// The session's threads.
    var pool: OpaquePointer? { resources.pool }
    /// The floats of an input.
    func input(_ index: Int) -> UnsafeMutablePointer<Float> { inputs[index].floats }
    /// The floats of the first output.
    var output: UnsafeMutablePointer<Float> { outputs[0].floats }
}

/// Makes calls of a program's steps: the CPU's backend.
struct Binder {
    let program: Program
    let ways: [Program.StepID: Way]
    let memory: Memory
    let resources: Resources

    /// The calls in order, each with the segment that it belongs to.
    func calls() -> [Plan.Call] {
        let originals = Set(
            program.order.flatMap { program[$0].stands }.filter { !$0.isCopy }.map(\.node))
        var places: [Program.StepID: Int] = [:]
        return program.units.enumerated().map { index, unit in
            for id in unit { places[id] = index }
            let step = program[unit[unit.count - 1]]
            // A copy is measured for its original unless that is computed, too.
            let known = unit.flatMap { program[$0].stands }
                .filter { !$0.isCopy || !originals.contains($0.node) }
            var call = Plan.Call(
                steps: unit, segment: step.marks.segment,
                nodes: known.map { ($0.node, $0.outputs) }, run: {})
            guard step.marks.loop == nil else {
                call.run = loop(unit)
                return call
            }
            let kernel = kernel(step)
            guard let slot = step.outputs.first.flatMap({ memory.find($0)?.slot }) else {
                call.run = kernel
                return call
            }
            call.run = { repeat { kernel() } while !slot.isComplete }
            if step.marks.isAside {
                let makers = program.sources(step.id).compactMap { places[program[$0].maker] }
                call.aside = .init(makers: makers, part: kernel, slot: slot)
            }
            return call
        }
    }

    /// The call of a step by itself.
    private func kernel(_ step: Step) -> Kernel {
        var bound = Bound(
            step: step, way: ways[step.id] ?? .only(), inputs: step.inputs.map { memory[$0] },
            outputs: step.outputs.map { memory[$0] }, scratch: memory.scratch,
            resources: resources)
        if case .convolution(let way)? = ways[step.id],
            case .convolution(let convolution) = step.primitive,
            let filter = convolution.filterOperand
        {
            bound.packedFilter = resources.packedFilter(
                convolution, way,
                variable: program.unchangedVariable(step.inputs[filter], at: step.id))
        }
        return switch step.primitive {
        case .rearrange(let rearrangement): Arrays.rearrange(rearrangement, bound)
        case .fill: Elements.fill(bound)
        case .compare(let comparison): Elements.compare(comparison, bound)
        case .select(let byRows): Elements.select(byRows: byRows, bound)
        case .cast: Elements.cast(bound)
        case .reduce(let reduction): Reductions.call(reduction, bound)
        case .product: Products.call(bound)
        case .convolution(let convolution): Convolutions.call(convolution, bound)
        case .pool(let pool): Pools.call(pool, bound)
        case .blocks(let isInto):
            BlockedImages.conversion(isInto: isInto, bound, program[program.memory(step.inputs[0])])
        case .random(let distribution, let node):
            resources.randomState(node).call(distribution, bound)
        case .assign, .keep: Updates.copy(bound, isAssignment: step.primitive.writes == [0])
        case .update(let isSubtracted): Updates.call(isSubtracted: isSubtracted, bound)
        case .adam: Updates.adam(bound)
        case .adamOfProducts(let products): Updates.adam(of: products, bound)
        case .summary(let summary): Summaries.call(summary, bound)
        case .elementwise, .sum, .broadcast:
            preconditionFailure("\(step.name) is part of a loop")
        case .feed, .variable, .constant, .view, .nothing:
            preconditionFailure("\(step.name) has nothing to run")
        }
    }
}
