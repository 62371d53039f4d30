public import TensorFlowTypes

/// An op in a graph with its inputs: TensorFlow's `Operation`.
///
/// Nodes are made by the methods of ``Graph`` and are never removed. An input is always older than
/// the node that takes it, so that the order of making is an order in which a graph can run.
public final class Node {
    /// The graph's name for it, unique without regard to case.
    public let name: String
    /// What it computes.
    public let op: Op
    /// Its place in the order of making, from 0.
    public let id: Int
    /// The tensors that it computes from.
    public let inputs: [Tensor]
    /// Nodes that run before it in any run that needs it.
    public let controlInputs: [Node]
    /// TensorFlow's attributes, by name.
    public let attributes: [String: AttributeValue]
    /// The types and static shapes of its outputs.
    public internal(set) var outputs: [TensorType]
    /// The outputs' values where they follow from constants and static shapes.
    var constants: [Value?]
    /// The nodes that take one of its outputs, once for each input that does.
    var consumers: [Node] = []
    /// The branch of a conditional that it belongs to.
    var branch: ConditionalBranch?
    /// Whether its value is that of a variable, which an assignment may take as its target.
    var isVariable: Bool { op.role == .variable }

    unowned let graph: Graph

    init(
        name: String, op: Op, id: Int, inputs: [Tensor], controlInputs: [Node],
        attributes: [String: AttributeValue], branch: ConditionalBranch?, graph: Graph
    ) {
        self.name = name
        self.op = op
        self.id = id
        self.inputs = inputs
        self.controlInputs = controlInputs
        self.attributes = attributes
        self.branch = branch
        self.graph = graph
        outputs = []
        constants = []
    }

    /// The output with the given index.
    ///
    /// - Precondition: the node has such an output.
    public func output(_ index: Int = 0) -> Tensor {
        precondition(index < outputs.count, "\(name) (\(op.name)) has no output \(index)")
        return Tensor(node: self, index: index)
    }
}

extension Node: Hashable {
    /// Whether both are the same node.
    public static func == (left: Node, right: Node) -> Bool { left === right }

    /// Hashes the node's identity.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(self))
    }
}

extension Node: CustomStringConvertible {
    /// The name, with the op's in parentheses.
    public var description: String { "\(name) (\(op.name))" }
}
