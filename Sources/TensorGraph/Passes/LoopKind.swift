/// How a loop reads an operand.
enum LoopOperand {
    /// Each element once.
    case whole
    /// From a tile that it is repeated in, after so many elements.
    case row(Int)
    /// From a tile that it is written out to each time.
    case broadcast

    init(of shape: [Int], in result: [Int], lanes: Int) {
        self =
            switch Repetition(of: shape, in: result) {
            case .whole: .whole
            case .rows(let count) where count * lanes <= Loops.tileSize: .row(count)
            case .rows, .other: .broadcast
            }
    }
}

/// What has to agree among the steps of a loop.
struct LoopKind: Equatable {
    /// Elements of the output, or of what is summed.
    let count: Int
    /// After how many elements all operands that repeat begin anew.
    var period = 1
    /// How many columns are summed; 0 where none are.
    var columns = 0
    /// Whether the period is that of pairs of rows, or of windows, which are pooled.
    var isPooling = false
    /// The order of pixels, where images are stored in blocks.
    let order: Program.PixelOrder?
    /// What it is left out with.
    let segment: Int?

    /// The kind of a step; `nil` for one that cannot be part of a loop.
    init?(_ step: Step, _ program: Program) {
        guard let role = step.primitive.loopRole else { return nil }
        let elements = role == .elements ? step.outputs[0] : step.inputs[0]
        order = program.blockOrder(elements)
        let lanes = order == nil ? 1 : Loops.block
        count = program.storedCount(elements)
        segment = step.marks.segment
        switch step.primitive {
        case .reduce(let reduction):
            columns = reduction.columns * lanes
            return
        case .pool(let pool):
            period = 2 * (order == nil ? pool.geometry.w : 2) * pool.geometry.c * lanes
            isPooling = true
            return
        default: break
        }
        let shape = program.storedShape(step.outputs[0])
        for input in step.inputs {
            guard
                case .row(let count) = LoopOperand(
                    of: program.storedShape(input), in: shape, lanes: lanes)
            else { continue }
            period = leastCommonMultiple(period, count == 1 ? 1 : count * lanes)
        }
    }

    /// Elements that the loop takes at a time. Rows are summed as a tree, so as many as a power of
    /// two.
    var tile: Int {
        guard columns > 0, !isPooling else { return Loops.tileSize / period * period }
        var rows = 1
        while 2 * rows * columns <= Loops.tileSize { rows *= 2 }
        return rows * columns
    }

    /// The kind of a loop of both; `nil` if they cannot be one.
    func joined(with other: LoopKind) -> LoopKind? {
        var both = self
        both.period = leastCommonMultiple(period, other.period)
        both.columns = max(columns, other.columns)
        both.isPooling = isPooling || other.isPooling
        guard count == other.count, order == other.order, segment == other.segment,
            columns == 0 || other.columns == 0 || columns == other.columns,
            both.period <= Loops.tileSize, both.tile % both.period == 0,
            both.columns == 0 || both.tile % both.columns == 0
        else { return nil }
        return both
    }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / x * b
}
