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
    /// What is known of everything that is fed.
    let feeds: [Tensor: Specialization.Feed]

    /// The calls in order, each with the segment that it belongs to.
    func calls() -> [Plan.Call] {
        let originals = Set(
            program.order.flatMap { program[$0].stands }.filter { !$0.isCopy }.map(\.node))
        var places: [Program.StepID: Int] = [:]
        return program.units.reduce(into: [Plan.Call]()) { calls, unit in
            for id in unit { places[id] = calls.count }
            let step = program[unit[unit.count - 1]]
            // A copy is measured for its original unless that is computed, too.
            let known = unit.flatMap { program[$0].stands }
                .filter { !$0.isCopy || !originals.contains($0.node) }
            var call = Plan.Call(
                steps: unit, segment: step.marks.segment,
                nodes: known.map { ($0.node, $0.outputs) }, run: {})
            guard step.marks.loop == nil else {
                call.run = loop(unit)
                calls.append(call)
                return
            }
            if case .adamOfShards(let tensor, let times) = step.primitive {
                calls += parts(of: call, step, tensor, times)
                return
            }
            call.arrival = program.arrival(of: step.id, feeds)
            if case .adamOfProducts(let products) = step.primitive, call.arrival != nil {
                calls += parts(of: call, step, products)
                return
            }
            let kernel = kernel(step)
            guard let slot = step.outputs.first.flatMap({ memory.find($0)?.slot }) else {
                call.run = kernel
                calls.append(call)
                return
            }
            call.run = { repeat { kernel() } while !slot.isComplete }
            if step.marks.isAside {
                let makers = program.sources(step.id).compactMap { places[program[$0].maker] }
                call.aside = .init(makers: makers, part: kernel, slot: slot)
            }
            calls.append(call)
        }
    }

    /// A call for each part of a sum over shards that arrives by itself.
    private func parts(
        of call: Plan.Call, _ step: Step, _ tensor: Tensor, _ times: Int
    ) -> [Plan.Call] {
        let bound = bound(step)
        let terms = resources.shared.shardTerms(tensor)
        let parts = ShardBuckets.parts(of: bound.inputs[0].count)
        let arrivals = feeds[tensor]?.arrivals ?? parts.map { _ in 0 }
        let changed = program.dividedVariables(step)?.map(resources.variable)
        return zip(parts, arrivals).enumerated().map { index, part in
            var call = call
            call.isContinued = index > 0
            call.arrival = part.1
            call.update = changed.map {
                VariableUpdate(
                    tensor, $0[0], moments: Array($0[1...]), part.0, .ofSums(part.0.count))
            }
            call.run = Updates.adam(of: terms, part.0, call.update, times: times, bound)
            return call
        }
    }

    /// A call for each part of an update by products of rows that shards have computed, if processes can
    /// divide it: the first rows are sent while the next ones are updated. All parts are about as large.
    private func parts(of call: Plan.Call, _ step: Step, _ products: Products) -> [Plan.Call] {
        let bound = bound(step)
        guard let changed = program.dividedVariables(step)?.map(resources.variable) else {
            var call = call
            call.run = Updates.adam(of: products, nil, bound)
            return [call]
        }
        let (rows, columns) = (products.m, products.n)
        let partRows = max(ShardBuckets.partCount / columns, 32 * products.fewestRows)
        let count = max(1, rows / partRows)
        return (0..<count).map { part in
            let (first, end) = (part * rows / count, (part + 1) * rows / count)
            let update = VariableUpdate(
                nil, changed[0], moments: Array(changed[1...]), first * columns..<end * columns,
                Parts(rows: end - first, of: columns), fewestRows: products.fewestRows)
            var call = call
            call.isContinued = first > 0
            call.update = update
            call.run = Updates.adam(of: products, update, bound)
            return call
        }
    }

    private func bound(_ step: Step) -> Bound {
        Bound(
            step: step, way: ways[step.id] ?? .only(), inputs: step.inputs.map { memory[$0] },
            outputs: step.outputs.map { memory[$0] }, scratch: memory.scratch,
            resources: resources)
    }

    /// The call of a step by itself.
    private func kernel(_ step: Step) -> Kernel {
        var bound = bound(step)
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
        case .shardSum(let tensor): Updates.sum(resources.shared.shardTerms(tensor), bound)
        case .adam(let times): Updates.adam(times: times, bound)
        case .adamOfProducts(let products): Updates.adam(of: products, nil, bound)
        case .summary(let summary): Summaries.call(summary, bound)
        case .elementwise, .sum, .broadcast:
            preconditionFailure("\(step.name) is part of a loop")
        case .adamOfShards:
            preconditionFailure("\(step.name) is done in parts")
        case .feed, .shardRows, .variable, .constant, .view, .nothing:
            preconditionFailure("\(step.name) has nothing to run")
        }
    }
}
