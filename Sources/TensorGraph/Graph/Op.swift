internal import TensorFlowTypes

/// An operation: TensorFlow's name for it, and everything that the engine knows of it.
///
/// An op is one value. Adding one to the engine is one declaration in `Ops/`:
///
///     extension Op {
///         static let neg: Op = Op(
///             "Neg", outputs: Infer.likeFirst,
///             gradient: .rule { node, dy in [dy[0].map(node.graph.neg)] },
///             lower: { _ in .elementwise(.neg) })
///     }
public struct Op: Sendable {
    /// TensorFlow's name, such as `Conv2D`.
    public let name: String
    /// The types and shapes of the outputs: static ones when the graph is built, concrete ones when
    /// a run is planned.
    ///
    /// - Precondition: the inputs fit; the message names the node and the shapes.
    let outputs: @Sendable (OpContext) -> [TensorType]
    /// How a gradient flows through it.
    let gradient: Gradient
    /// The outputs' values where the inputs' shapes and known values suffice: shape arithmetic,
    /// predicates. `nil` where they do not.
    let fold: (@Sendable (OpContext) -> [Value]?)?
    /// The integers that the outputs hold as far as static shapes tell them, for ops that shapes are
    /// computed with: `nil` for a size that is open, or for all of an output.
    let sizes: (@Sendable (OpContext) -> [[Int?]?])?
    /// What it becomes in a program, once all shapes are known.
    let lower: @Sendable (OpContext) -> Lowering
    /// Whether running it does more than computing its outputs, so that it may not be folded away.
    let hasEffect: Bool
    /// Where its outputs come from.
    let role: Role
    /// Which inputs are variables that it writes to.
    let writes: [Int]
    /// The attributes that repeat an input's type, with that input: TensorFlow wants them in a
    /// GraphDef.
    let types: [String: Int]

    init(
        _ name: String,
        outputs: @escaping @Sendable (OpContext) -> [TensorType],
        gradient: Gradient,
        fold: (@Sendable (OpContext) -> [Value]?)? = nil,
        sizes: (@Sendable (OpContext) -> [[Int?]?])? = nil,
        types: [String: Int] = ["T": 0],
        role: Role = .computed,
        writes: [Int] = [],
        hasEffect: Bool = false,
        lower: @escaping @Sendable (OpContext) -> Lowering = { _ in .nothing }
    ) {
        self.name = name
        self.outputs = outputs
        self.gradient = gradient
        self.fold = fold
        self.sizes = sizes
        self.lower = lower
        self.types = types
        self.role = role
        self.writes = writes
        self.hasEffect = hasEffect || !writes.isEmpty
    }
}

extension Op {
    /// Where an op's outputs come from: most are computed from the inputs, and the engine treats the
    /// others apart.
    enum Role: Sendable {
        /// They are computed from the inputs.
        case computed
        /// They are what the run is fed.
        case fed
        /// They are a variable's value.
        case variable
        /// All are the first input, and alive is the one that the second input names.
        case fork
        /// The first is the one input that is alive, the second its place among the inputs.
        case join
    }
}

/// How a gradient flows through an op, as TensorFlow's registry of gradients has it.
enum Gradient: Sendable {
    /// The gradients with respect to the inputs, as new nodes, from those with respect to the
    /// outputs. `nil` for an input that has none.
    case rule(@Sendable (Node, [Tensor?]) -> [Tensor?])
    /// Not at all, by the op's nature: what it computes is no smooth function of its inputs, or
    /// its inputs are none of numbers. TensorFlow's `NotDifferentiable`.
    case notDifferentiable
    /// Nobody has written the rule: building a gradient through the op stops, and says so.
    case missing
}

/// What an op's rules see of a node: its attributes, and what is known of its inputs at that time.
struct OpContext {
    let node: Node
    /// The inputs' types and shapes: static while the graph is built, concrete while a run is
    /// planned.
    let inputs: [TensorType]
    /// The inputs' values, where they are known.
    let values: [Value?]
    /// The outputs' types and shapes; empty while they are inferred.
    var outputs: [TensorType] = []
    /// Where it is noted that inputs do not fit, while a run is planned: its shapes come from what
    /// is fed, so that nobody's graph is wrong. `nil` while the graph is built.
    var misfit: Misfit?

    /// What does not fit.
    final class Misfit {
        fileprivate(set) var message: String?
    }

    /// What the graph knows of a node by itself.
    init(_ node: Node) {
        self.init(
            node: node, inputs: node.inputs.map { $0.node.outputs[$0.index] },
            values: node.inputs.map(\.constantValue))
    }

    init(node: Node, inputs: [TensorType], values: [Value?]) {
        self.node = node
        self.inputs = inputs
        self.values = values
    }

    /// The shape of an input.
    func shape(_ input: Int) -> Shape { inputs[input].shape }

    /// The dimensions of an input whose shape is known whole, as all are while a run is planned.
    func dimensions(_ input: Int) -> [Int] {
        guard let known = inputs[input].shape.known else {
            preconditionFailure(
                "the shape \(inputs[input].shape) of input \(input) of \(node) is open")
        }
        return known
    }

    /// The integers of an input, `nil` when they are not known.
    func ints(_ input: Int) -> [Int]? {
        values[input].map(\.ints)
    }

    /// The integers of an input, of which those that come with what is fed are `nil`; `nil` when
    /// not even their number is known.
    func sizes(_ input: Int) -> [Int?]? {
        if let ints = ints(input) { return ints }
        if let sizes = node.inputs[input].sizes { return sizes }
        return shape(input).elementCount.map { [Int?](repeating: nil, count: $0) }
    }

    /// An input that is a vector of sizes, as a shape: whole where its value is known, with open
    /// dimensions where it is computed from the `Shape` of a tensor that has them.
    func shapeOperand(_ input: Int) -> Shape {
        guard let sizes = sizes(input) else { return .unknown }
        return Shape(sizes.map { size in size.flatMap { $0 < 0 ? nil : $0 } })
    }

    /// Stops with a message that names the node and its inputs' shapes unless `condition` holds; or
    /// notes it, while a run is planned.
    ///
    /// - Returns: `condition`.
    @discardableResult
    func require(_ condition: Bool, _ message: @autoclosure () -> String) -> Bool {
        if condition { return true }
        let shapes = inputs.map(\.shape.description).joined(separator: " and ")
        let text = "\(node): \(message()); its inputs are \(shapes)"
        guard let misfit else { preconditionFailure(text) }
        misfit.message = misfit.message ?? text
        return false
    }
}
