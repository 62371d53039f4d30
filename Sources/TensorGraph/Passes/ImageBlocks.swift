internal import CKernels

/// The pass that lays the images of large batches in blocks of sixteen, a vector lane an image.
/// Convolutions of few channels, batch norms and pools then work on full vectors.
///
/// | images | are laid |
/// |---|---|
/// | that a pool of 2 × 2 reads | in blocks, window by window |
/// | in the same loops, made of those or making them | the same |
/// | that a pool makes | in blocks, row by row |
/// | that a convolution reads or makes beside such images | in blocks, row by row |
/// | all others | as they are |
///
/// A step that reads images of one kind where it takes the other gets a step before it that converts
/// them, which is small beside a convolution.
struct ImageBlocks {
    private var program: Program
    /// The program as it came.
    private let before: Program
    private var orders: [Program.ID: Program.PixelOrder] = [:]
    private var conversions: [Conversion: Program.ID] = [:]

    private struct Conversion: Hashable {
        let value: Program.ID
        let isInto: Bool
    }

    static func run(_ program: inout Program, _ facts: Facts) {
        var pass = ImageBlocks(program: program, before: program)
        pass.run()
        program = pass.program
    }

    private init(program: Program, before: Program) {
        (self.program, self.before) = (program, before)
    }

    private mutating func run() {
        for id in before.order where before[id].primitive.loopRole == .pool {
            for value in images(pooledBy: id) ?? [] { orders[value] = .windows }
        }
        guard !orders.isEmpty else { return }
        let users = before.order.filter(isUser)
        for id in users where before[id].makesImages {
            let output = before[id].outputs[0]
            if orders[output] == nil { orders[output] = .rows }
        }
        for id in users { for operand in before[id].imageOperands { takeBlocks(id, operand) } }
        let isUser = Set(users)
        for (value, order) in orders.sorted(by: { $0.key < $1.key }) {
            program[value].storage = .blocks(order)
            guard order == .rows else { continue }
            for use in before.memoryReaders(of: value)
            where !isUser.contains(use.step)
                || !before[use.step].imageOperands.contains(use.operand)
            {
                takeRows(use.step, use.operand)
            }
        }
    }

    // MARK: What is laid window by window

    /// The images that a pool reads, and all that share loops with them; `nil` if something reads or
    /// makes them that cannot do so in blocks.
    private func images(pooledBy pool: Program.StepID) -> Set<Program.ID>? {
        let start = before.sources(pool)[0]
        let shape = before[start].shape
        guard shape.count == 4, kernel_images_suit_blocks(shape[0], shape[3]) else { return nil }
        var images: Set<Program.ID> = [start]
        var stack = [start]
        while let value = stack.popLast() {
            guard before[value].shape == shape, !before.isFetched(value),
                let makers = neighbours(making: value), let takers = neighbours(reading: value)
            else { return nil }
            for next in makers + takers where images.insert(next).inserted { stack.append(next) }
        }
        return images
    }

    /// The images that the value is made of in a loop.
    private func neighbours(making value: Program.ID) -> [Program.ID]? {
        let step = before.maker(value)
        switch step.primitive.loopRole {
        case .elements: return wholeOperands(step)
        case .poolGradient: return [before.memory(step.inputs[0])]
        case .sums, .pool: return nil
        case nil: return step.takesBlocks ? [] : nil
        }
    }

    /// The operands of the result's size, if all others are a number, or one for each channel.
    private func wholeOperands(_ step: Step) -> [Program.ID]? {
        let shape = before[step.outputs[0]].shape
        let channels = shape.last ?? 1
        var result: [Program.ID] = []
        for input in step.inputs {
            switch Repetition(of: before[input].shape, in: shape) {
            case .whole where before[input].shape == shape: result.append(before.memory(input))
            case .rows(period: 1), .rows(period: channels): continue
            case .whole, .rows, .other:
                if case .broadcast = step.primitive { continue }
                return nil
            }
        }
        return result
    }

    /// The images that are made of the value in a loop.
    private func neighbours(reading value: Program.ID) -> [Program.ID]? {
        let shape = before[value].shape
        var result: [Program.ID] = []
        for use in before.memoryReaders(of: value) {
            let step = before[use.step]
            guard before[step.inputs[use.operand]].shape == shape else { return nil }
            switch (step.primitive, step.primitive.loopRole) {
            case (_, .elements): result.append(step.outputs[0])
            case (.reduce(let reduction), .sums):
                guard reduction.columns == shape.last else { return nil }
            case (_, .pool):
                guard !before.isFetched(step.outputs[0]) else { return nil }
            case (_, .poolGradient):
                guard use.operand == 0 else { return nil }
                result.append(step.outputs[0])
            default:
                guard step.takesBlocks, step.imageOperands.contains(use.operand),
                    !step.makesImages || !before.isFetched(step.outputs[0])
                else { return nil }
            }
        }
        return result
    }

    /// Whether a convolution or a pool takes or gives blocks: one of its images is laid window by
    /// window.
    private func isUser(_ id: Program.StepID) -> Bool {
        let step = before[id]
        guard !step.imageOperands.isEmpty else { return false }
        let images = step.imageOperands.map { before.memory(step.inputs[$0]) } + step.outputs
        return images.contains { orders[$0] == .windows }
    }

    // MARK: Conversions

    /// Lets a step read images in blocks that are stored as rows.
    private mutating func takeBlocks(_ id: Program.StepID, _ operand: Int) {
        let input = program[id].inputs[operand]
        guard orders[program.memory(input)] == nil else { return }
        let blocks = conversion(of: input, isInto: true)
        program[blocks].storage = .blocks(.rows)
        program.replaceInput(operand, of: id, by: blocks)
    }

    /// Lets a step read images as rows that are stored in blocks.
    private mutating func takeRows(_ id: Program.StepID, _ operand: Int) {
        let rows = conversion(of: program[id].inputs[operand], isInto: false)
        program.replaceInput(operand, of: id, by: rows)
    }

    private mutating func conversion(of value: Program.ID, isInto: Bool) -> Program.ID {
        let key = Conversion(value: value, isInto: isInto)
        if let known = conversions[key] { return known }
        let result = program.add(.blocks(isInto: isInto), [value])
        conversions[key] = result
        return result
    }
}

extension Step {
    /// Which operands of a convolution or a pool are images.
    fileprivate var imageOperands: [Int] {
        switch primitive {
        case .convolution(let convolution): convolution.imageOperands
        case .pool(let pool) where pool.part != .gradientOfGradient: Array(0..<pool.imageCount)
        default: []
        }
    }

    /// Whether what it makes is images.
    fileprivate var makesImages: Bool {
        if case .convolution(let convolution) = primitive { convolution.makesImages } else { true }
    }

    /// Whether it is a convolution that can take and give images in blocks.
    fileprivate var takesBlocks: Bool {
        guard case .convolution(let convolution) = primitive else { return false }
        let g = convolution.geometry
        return (g.strideH, g.strideW) == (1, 1) && g.r > g.padTop && g.s > g.padLeft && g.n > 0
    }
}
