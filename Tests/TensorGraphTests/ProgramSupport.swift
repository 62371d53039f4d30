@testable import TensorGraph

extension Program {
    /// The program of a run, after all passes or those up to one.
    init(
        _ graph: Graph, _ fetches: [Tensor], targets: [Node] = [],
        feed: [Tensor: TensorValue] = [:],
        upTo pass: String? = nil
    ) throws {
        let feeds = feed.mapValues { Specialization.Feed($0) }
        let specialization = try Specialization(
            graph: graph, fetches: fetches, targets: targets, feeds: feeds)
        self.init(specialization, fetches: fetches)
        run(Facts(feeds: feeds), upTo: pass)
    }

    /// The steps that run, in order.
    var running: [Step] { order.map { self[$0] }.filter(\.primitive.isRunning) }

    /// The value that is the graph's tensor.
    func value(_ tensor: Tensor) -> ID? {
        for id in order {
            for output in self[id].outputs where self[output].tensor == tensor { return output }
        }
        return nil
    }

    /// The ops of the nodes that the steps of a loop, or a step by itself, stand for in the end: of
    /// the one that has a node of this op.
    func unit(with op: String) -> [String]? {
        units.map { unit in unit.compactMap { self[$0].op } }.first { $0.contains(op) }
    }

    /// The order of the pixels of the graph's tensor, if it is stored in blocks.
    func blockOrder(of tensor: Tensor) -> PixelOrder? {
        value(tensor).flatMap { self[$0].blockOrder }
    }
}

extension Step {
    /// The op of the node that it stands for in the end.
    var op: String? { stands.last?.node.op.name }
}

/// A small program that is written down step by step.
struct ProgramBuilder {
    var program = Program()
    private let graph = Graph()
    /// What Adam takes for all of its numbers.
    private var number: Program.ID?

    mutating func feed(_ shape: [Int]) -> Program.ID {
        made(.feed(graph.placeholder(Shape(shape), name: "x")), shape)
    }

    /// What shards have computed.
    mutating func shardSum(_ shape: [Int]) -> Program.ID {
        made(.shardSum(graph.placeholder(Shape(shape), name: "g")), shape)
    }

    mutating func variable(_ shape: [Int]) -> Program.ID {
        let zeros = Value([Float](repeating: 0, count: shape.reduce(1, *)), shape: shape)
        return made(.variable(graph.variable(zeros, name: "v").node), shape)
    }

    mutating func constant(_ number: Float, _ shape: [Int] = []) -> Program.ID {
        made(
            .constant(
                Value([Float](repeating: number, count: shape.reduce(1, *)), shape: shape)),
            shape)
    }

    private mutating func made(_ primitive: Primitive, _ shape: [Int]) -> Program.ID {
        let step = program.add(primitive, outputs: [TensorType(Shape(shape))])
        return program[step].outputs[0]
    }

    /// A function of one operand or two.
    mutating func element(
        _ function: ElementFunction, _ inputs: Program.ID..., shape: [Int]? = nil
    ) -> Program.ID {
        program.add(.elementwise(function), inputs, shape)
    }

    mutating func view(_ input: Program.ID, _ shape: [Int]) -> Program.ID {
        program.add(.view, [input], shape)
    }

    /// The sums of a matrix's columns, or their means.
    mutating func columns(_ input: Program.ID, divisor: Float = 1) -> Program.ID {
        let shape = program[input].shape
        let reduction = Reduction(
            shape, over: Set(0..<shape.count - 1), divisor: divisor)
        return program.add(.reduce(reduction), [input], [shape.last ?? 1])
    }

    mutating func product(
        _ a: Program.ID, _ b: Program.ID, transposed: (Bool, Bool) = (false, false)
    ) -> Program.ID {
        let (first, second) = (program[a].shape, program[b].shape)
        let product = Product(
            m: transposed.0 ? first[1] : first[0], n: transposed.1 ? second[0] : second[1],
            k: transposed.0 ? first[0] : first[1], isFirstTransposed: transposed.0,
            isSecondTransposed: transposed.1)
        return program.add(.product(product), [a, b], [product.m, product.n])
    }

    /// A pool of windows of 2 × 2, or its gradient: (x, y, dy).
    mutating func pool(_ inputs: Program.ID...) -> Program.ID {
        let x = program[inputs[0]].shape
        let geometry = WindowGeometry(
            n: x[0], h: x[1], w: x[2], c: x[3], r: 2, s: 2, p: x[1] / 2, q: x[2] / 2, k: x[3],
            strideH: 2, strideW: 2, padTop: 0, padLeft: 0)
        let isGradient = inputs.count == 3
        return program.add(
            .pool(Pool(part: isGradient ? .gradient : .forward, geometry: geometry)), inputs,
            isGradient ? x : [x[0], x[1] / 2, x[2] / 2, x[3]])
    }

    /// A convolution by a filter of 3 × 3, with a border.
    mutating func convolution(_ x: Program.ID, _ w: Program.ID) -> Program.ID {
        let (images, filter) = (program[x].shape, program[w].shape)
        let geometry = WindowGeometry(
            n: images[0], h: images[1], w: images[2], c: images[3], r: 3, s: 3, p: images[1],
            q: images[2], k: filter[3], strideH: 1, strideW: 1, padTop: 1, padLeft: 1)
        return program.add(
            .convolution(Convolution(part: .forward, geometry: geometry)), [x, w],
            images.dropLast() + [filter[3]])
    }

    /// The transpose of a convolution by a filter of 4 × 4 with strides of 2, to twice as many
    /// pixels.
    mutating func transposedConvolution(_ w: Program.ID, _ dy: Program.ID) -> Program.ID {
        let (filter, output) = (program[w].shape, program[dy].shape)
        let images = [output[0], 2 * output[1], 2 * output[2], filter[2]]
        let geometry = WindowGeometry(
            n: images[0], h: images[1], w: images[2], c: images[3], r: 4, s: 4, p: output[1],
            q: output[2], k: output[3], strideH: 2, strideW: 2, padTop: 1, padLeft: 1)
        return program.add(
            .convolution(Convolution(part: .inputGradient, geometry: geometry)), [w, dy], images)
    }

    /// Adam of a variable by a gradient; everything else is one variable and one number.
    mutating func adam(_ variable: Program.ID, _ moments: Program.ID, _ gradient: Program.ID) {
        let number = self.number ?? constant(0.5)
        self.number = number
        let shape = Shape(program[variable].shape)
        program.add(
            .adam(times: 1),
            [variable, moments, moments] + [Program.ID](repeating: number, count: 6) + [gradient],
            outputs: [TensorType(shape)])
    }

    mutating func fetch(_ values: Program.ID...) { program.fetches = values }

    /// The text after some passes.
    func text(_ passes: String...) -> String {
        var result = program
        result.run(Facts(), Pass.all.filter { passes.contains($0.name) })
        return result.description
    }
}
