import Testing

@testable import TensorGraph

/// One row of the table of ops: a small graph around one op, and what it computes, written down a
/// second time in plain arithmetic of doubles.
struct OpCase: Sendable {
    /// TensorFlow's name for the op.
    let op: String
    /// What is special about the row.
    let what: String
    /// What the graph is fed.
    let inputs: [Doubles]
    /// Which inputs have gradients.
    let differentiable: [Int]
    /// Whether those gradients have gradients themselves.
    let isTwiceDifferentiable: Bool
    /// What may be known of the inputs while the graph is built.
    let knowledge: [Knowledge]
    let build: @Sendable (Graph, [Tensor]) -> Tensor
    let expected: @Sendable ([Doubles]) -> Doubles

    /// - Parameters:
    ///   - gradients: the inputs that have gradients; `nil` for all of them.
    init(
        _ op: String, _ what: String = "", _ inputs: [Doubles], gradients: [Int]? = nil,
        twice: Bool = true, knowledge: [Knowledge] = Knowledge.allCases,
        build: @escaping @Sendable (Graph, [Tensor]) -> Tensor,
        expected: @escaping @Sendable ([Doubles]) -> Doubles
    ) {
        self.op = op
        self.what = what
        self.inputs = inputs
        differentiable = gradients ?? Array(inputs.indices)
        isTwiceDifferentiable = twice
        self.knowledge = knowledge
        self.build = build
        self.expected = expected
    }

    /// What is known of the inputs while the graph is built.
    enum Knowledge: CaseIterable {
        /// Their shapes.
        case shapes
        /// Their shapes but for the first dimension of matrices and images, the batch.
        case openBatch
        /// Their values: they are constants.
        case values
    }

    /// The table.
    static let all =
        functions + arithmetic + choices + products + convolutions + pooling + arrays + slices
        + reductions + shapeArithmetic + controlFlow + variables + randomNumbers + summaries
}

extension OpCase: CustomTestStringConvertible {
    var testDescription: String {
        let shapes = inputs.map { "\($0.shape)" }.joined(separator: ", ")
        return [op, what, shapes].filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// A row's graph, ready to run.
struct OpRun {
    let graph = Graph()
    let session: Session
    let inputs: [Tensor]
    let output: Tensor
    private let feed: [Tensor: Value]

    init(_ row: OpCase, _ knowledge: OpCase.Knowledge) throws {
        var inputs: [Tensor] = []
        var feed: [Tensor: Value] = [:]
        for (index, input) in row.inputs.enumerated() {
            if knowledge == .values {
                inputs.append(graph.constant(input.value, name: "input\(index)"))
                continue
            }
            var shape = Shape(input.shape)
            if knowledge == .openBatch, input.shape.count > 1 { shape.dimensions?[0] = nil }
            inputs.append(graph.placeholder(shape, name: "input\(index)"))
            feed[inputs[index]] = input.value
        }
        self.inputs = inputs
        self.feed = feed
        output = row.build(graph, inputs)
        session = Session(graph: graph)
        if !graph.variables.isEmpty { try session.run(graph.globalVariablesInitializer()) }
    }

    /// The numbers of a tensor; of a summary those that it collects.
    func numbers(_ tensor: Tensor) throws -> Doubles {
        guard tensor.type == .string else { return Doubles(try session.run(tensor, feed: feed)) }
        let summary = try session.run(SummaryTensor(tensor: tensor), feed: feed)
        let values = summary.values.flatMap { value -> [Double] in
            switch value.content {
            case .scalar(let scalar): [Double(scalar)]
            case .histogram(let floats): floats.map(Double.init)
            case .image(let image): image.bytes.map(Double.init)
            }
        }
        return Doubles([values.count], values)
    }
}
