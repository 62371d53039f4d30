internal import TensorFlowTypes

/// The plain backend: a program's steps, one after another, in loops of doubles.
///
/// It knows nothing of how values are stored, of loops, or of what plans leave to each other: every
/// program, whatever passes made of it, has to compute what these loops do.
struct Reference {
    let program: Program
    /// The elements of each value, row-major; of bools 0 and 1.
    private(set) var values: [Program.ID: [Double]] = [:]

    /// A program with nothing computed yet.
    init(_ program: Program) { self.program = program }

    /// The elements of a value that has been given or computed, in the shape that it has as `id`.
    func elements(_ id: Program.ID) -> [Double]? { values[program.memory(id)] }

    /// Gives a value its elements: what is fed, and what variables hold.
    mutating func give(_ id: Program.ID, _ elements: [Double]) {
        precondition(elements.count == program[id].count)
        values[program.memory(id)] = elements
    }

    /// Runs all steps that can be: not those that draw random numbers, whose outputs are given.
    ///
    /// - Precondition: all feeds and variables that are read have elements.
    mutating func run() { for id in program.order { run(id) } }

    /// Runs a step.
    mutating func run(_ id: Program.StepID) {
        let step = program[id]
        if case .constant(let value) = step.primitive {
            values[step.outputs[0]] = value.doubles
            return
        }
        guard step.primitive.isRunning else { return }
        let inputs = step.inputs.map { input -> Array in
            guard let elements = elements(input) else {
                return Array(shape: program[input].shape, elements: [])
            }
            return Array(shape: program[input].shape, elements: elements)
        }
        let shape = step.outputs.first.map { program[$0].shape } ?? []
        guard let results = Self.results(of: step.primitive, inputs, shape) else { return }
        for (target, elements) in zip(step.primitive.writes, results) {
            values[program.memory(step.inputs[target])] = elements
        }
        if step.primitive.writes.isEmpty {
            for (output, elements) in zip(step.outputs, results) { values[output] = elements }
        }
    }

    /// Elements in a shape.
    struct Array {
        let shape: [Int]
        let elements: [Double]

        /// The element for an element of a result to which it is broadcast.
        func broadcast(to result: [Int]) -> (Int) -> Double {
            let walk = Walk(shape, in: result)
            return { elements[walk.place($0)] }
        }
    }

    /// What a primitive makes: its outputs, or what it writes; `nil` for what makes no numbers, or
    /// random ones, or such as other runs have made.
    static func results(
        of primitive: Primitive, _ inputs: [Array], _ shape: [Int]
    ) -> [[Double]]? {
        let count = shape.reduce(1, *)
        func each(_ body: (Int) -> Double) -> [[Double]] { [(0..<count).map(body)] }
        func operand(_ index: Int) -> (Int) -> Double { inputs[index].broadcast(to: shape) }
        switch primitive {
        case .feed, .shardSum, .shardRows, .adamOfShards: return nil
        case .variable, .constant, .view, .nothing, .random, .summary: return nil
        case .elementwise(let function):
            let x = operand(0)
            switch function.formula {
            case .unary(let formula): return each { formula(x($0)) }
            case .binary(let formula):
                let y = operand(1)
                return each { formula(x($0), y($0)) }
            }
        case .sum:
            let terms = inputs.indices.map(operand)
            return each { element in terms.reduce(0) { $0 + $1(element) } }
        case .broadcast: return each(operand(0))
        case .rearrange(let rearrangement): return rearranged(rearrangement, inputs, count)
        case .fill: return each { _ in inputs.first?.elements[0] ?? 0 }
        case .compare(let comparison):
            let (x, y) = (operand(0), operand(1))
            return each { comparison.holds(x($0), y($0)) ? 1 : 0 }
        case .select(let byRows):
            var sizes = inputs[0].shape
            if byRows { sizes += [Int](repeating: 1, count: shape.count - 1) }
            let condition = Array(shape: sizes, elements: inputs[0].elements)
                .broadcast(to: shape)
            let (x, y) = (operand(1), operand(2))
            return each { condition($0) != 0 ? x($0) : y($0) }
        case .cast, .keep, .blocks: return [inputs[0].elements]
        case .reduce(let reduction): return [sums(reduction, inputs, shape)]
        case .product(let product):
            return [matrixProduct(product, inputs[0].elements, inputs[1].elements)]
        case .convolution(let convolution): return [self.convolution(convolution, inputs, count)]
        case .pool(let pool): return [self.pool(pool, inputs, count)]
        case .assign: return [inputs[1].elements]
        case .update(let isSubtracted):
            return [
                zip(inputs[0].elements, inputs[1].elements).map { isSubtracted ? $0 - $1 : $0 + $1 }
            ]
        case .adam(let times):
            return adam(inputs.map(\.elements), gradient: inputs[9].elements, times: times)
        case .adamOfProducts(let products):
            var gradient = [Double](repeating: 0, count: products.m * products.n)
            for (term, rows) in products.rows.enumerated() {
                let product = Product(
                    m: products.m, n: products.n, k: rows, isFirstTransposed: true,
                    isSecondTransposed: false)
                let part = matrixProduct(
                    product, inputs[9 + 2 * term].elements, inputs[10 + 2 * term].elements)
                for index in gradient.indices { gradient[index] += part[index] }
            }
            return adam(inputs.map(\.elements), gradient: gradient, times: products.times)
        }
    }
}

extension TensorValue {
    /// The elements as doubles; of bools 0 and 1; none of types that are not computed with.
    var doubles: [Double] {
        switch elements {
        case .float(let elements): elements.map(Double.init)
        case .int32(let elements): elements.map(Double.init)
        case .int64(let elements): elements.map(Double.init)
        case .bool(let elements): elements.map { $0 ? 1 : 0 }
        case .double, .uint8, .string, .bytes: []
        }
    }
}
