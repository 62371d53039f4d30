/// The pass that makes one step of what follows each other on the same images or rows:
///
/// | steps | become |
/// |---|---|
/// | x · scale, + shift, relu, pool | a rectified pool |
/// | the same three, the pool's gradient, the relu's gradient | a rectified pool's gradient |
/// | that, · factor, and + (x - center) · slope | a normed pool's gradient |
/// | x · y, their sum over rows | a sum of products |
/// | (x - center)², their mean over rows | a mean of squared differences |
///
/// A window's values are scaled, shifted, compared and given away while they are in registers; as
/// steps of their own each would pass them through the first-level cache.
struct FusedSteps {
    private var program: Program

    static func run(_ program: inout Program, _ facts: Facts) {
        var pass = FusedSteps(program: program)
        for id in program.order where pass.program.contains(id) {
            switch pass.program[id].primitive {
            case .pool(let pool) where pool.isInLoops && pool.scaling == .none:
                if pool.isGradient { pass.fuseGradient(id, pool) } else { pass.fusePool(id, pool) }
            case .reduce(let reduction) where reduction.isTree: pass.fuseProducts(id, reduction)
            case .reduce(let reduction) where reduction.divisor != 1:
                pass.fuseVariance(id, reduction)
            default: continue
            }
        }
        program = pass.program
    }

    private init(program: Program) { self.program = program }

    /// relu(x · scale + shift), and the steps that make it.
    private struct Rectified {
        let x: Program.ID
        let scale: Program.ID
        let shift: Program.ID
        let steps: [Program.StepID]
    }

    /// - Parameter users: the steps that may read the relu.
    private func rectified(_ relu: Program.ID, users: Set<Program.StepID>) -> Rectified? {
        let step = program.maker(relu)
        guard step.primitive.is(.relu), program.isRead(relu, byOnly: users),
            let sum = program.sources(step.id).first,
            let (product, shift) = operands(sum, of: .add, readBy: step.id),
            let (x, scale) = operands(product, of: .mul, readBy: program[sum].maker)
        else { return nil }
        return Rectified(
            x: x, scale: scale, shift: shift,
            steps: [program[product].maker, program[sum].maker, step.id])
    }

    /// The images and the row for all channels that a function is applied to.
    private func operands(
        _ value: Program.ID, of function: ElementFunction, readBy user: Program.StepID
    ) -> (images: Program.ID, row: Program.ID)? {
        let step = program.maker(value)
        guard step.primitive.is(function), program.isRead(value, byOnly: [user]) else {
            return nil
        }
        var operands = program.sources(step.id)
        let shape = program[value].shape
        if step.primitive.is(.mul), program[operands[0]].shape != shape { operands.reverse() }
        guard program[operands[0]].shape == shape,
            Repetition(of: program[operands[1]].shape, in: shape)
                == .rows(period: shape.last ?? 0)
        else { return nil }
        return (operands[0], operands[1])
    }

    private mutating func fusePool(_ id: Program.StepID, _ pool: Pool) {
        guard let relu = rectified(program.sources(id)[0], users: [id]),
            program.readTheSame(relu.steps, at: id)
        else { return }
        program.rewrite(
            id, .pool(pool.scaled(.rectified)), [relu.x, relu.scale, relu.shift],
            replacing: relu.steps)
    }

    private mutating func fuseGradient(_ id: Program.StepID, _ pool: Pool) {
        let operands = program.sources(id)
        let gradient = program[id].outputs[0]
        let users = Set(program.memoryReaders(of: gradient).map(\.step))
        guard users.count == 1, let user = users.first, program.isRead(gradient, byOnly: users),
            program[user].primitive.is(.reluGrad),
            program.sources(user) == [gradient, operands[0]],
            let relu = rectified(operands[0], users: [id, user])
        else { return }
        let replaced = relu.steps + [id]
        let all = [relu.x, operands[1], operands[2], relu.scale, relu.shift]
        guard program.readTheSame(replaced, at: user) else { return }
        guard let normed = normed(program[user].outputs[0], x: relu.x),
            program.readTheSame(replaced + [user] + normed.replaced, at: normed.step)
        else {
            program.rewrite(user, .pool(pool.scaled(.rectified)), all, replacing: replaced)
            return
        }
        program.rewrite(
            normed.step, .pool(pool.scaled(.normed)), all + normed.operands,
            replacing: replaced + [user] + normed.replaced)
        let output = program[normed.step].outputs[0]
        // It is no longer what the graph calls by that name.
        program[output].tensor = nil
        program.rewrite(normed.sum, .sum, [output] + normed.rest)
    }

    /// gradient · factor + (x - center) · slope, the first terms of a sum.
    private struct Normed {
        /// The product that is made last: by then there is all that both terms are made of.
        let step: Program.StepID
        /// The factor, the center and the slope.
        let operands: [Program.ID]
        /// The other product and the difference.
        let replaced: [Program.StepID]
        let sum: Program.StepID
        /// The other terms.
        let rest: [Program.ID]
    }

    /// What a batch norm makes of the gradient of its result, if only that reads it.
    private func normed(_ gradient: Program.ID, x: Program.ID) -> Normed? {
        guard let reader = program.memoryReaders(of: gradient).first?.step,
            program.isRead(gradient, byOnly: [reader]),
            let product = program[reader].outputs.first,
            let sum = program.memoryReaders(of: product).first?.step,
            case .sum = program[sum].primitive
        else { return nil }
        let terms = program.sources(sum)
        guard terms.count > 1, terms[0] == product,
            let first = operands(terms[0], of: .mul, readBy: sum), first.images == gradient,
            program.maker(terms[1]).primitive.is(.mul), program.isRead(terms[1], byOnly: [sum])
        else { return nil }
        let factors = program.sources(program[terms[1]].maker)
        // The slope repeats, too, but for all that is known here.
        for (slope, other) in [(factors[0], factors[1]), (factors[1], factors[0])]
        where program[slope].shape == program[x].shape {
            guard let difference = operands(other, of: .sub, readBy: program[terms[1]].maker),
                difference.images == x
            else { continue }
            let products = [terms[0], terms[1]].map { program[$0].maker }
                .sorted { program.place($0) < program.place($1) }
            return Normed(
                step: products[1], operands: [first.row, difference.row, slope],
                replaced: [products[0], program[other].maker], sum: sum, rest: Array(terms[2...]))
        }
        return nil
    }

    private mutating func fuseProducts(_ id: Program.StepID, _ reduction: Reduction) {
        let product = program.sources(id)[0]
        guard case .operand = reduction.summand, program.maker(product).primitive.is(.mul),
            program.isRead(product, byOnly: [id]),
            program.readTheSame([program[product].maker], at: id)
        else { return }
        let operands = program.sources(program[product].maker)
        guard operands.allSatisfy({ program[$0].shape == program[product].shape }) else { return }
        program.rewrite(
            id, .reduce(reduction.of(.product)), operands, replacing: [program[product].maker])
    }

    /// The mean of the squares of differences from a row.
    private mutating func fuseVariance(_ id: Program.StepID, _ reduction: Reduction) {
        let squares = program.sources(id)[0]
        guard reduction.isOfColumns, reduction.rows < Reduction.leastRowsOfTree,
            case .operand = reduction.summand,
            let (x, center) = operands(squares, of: .squaredDifference, readBy: id),
            program.readTheSame([program[squares].maker], at: id)
        else { return }
        program.rewrite(
            id, .reduce(reduction.of(.squaredDifference)), [x, center],
            replacing: [program[squares].maker])
    }
}

extension Pool {
    fileprivate func scaled(_ scaling: Scaling) -> Pool {
        var result = self
        result.scaling = scaling
        return result
    }
}
