internal import TensorFlowTypes

/// A static graph, as TensorFlow 1 has it: built once by the methods below, then run by a
/// ``Session``.
///
///     let tf = Graph()
///     let x = tf.placeholder([nil, 784], name: "input_x")
///     let w = tf.variableScope("layer") { tf.getVariable("weights", [784, 10], initializer:
///     .zeros) }
///     let loss = tf.reduceMean(tf.square(tf.matMul(x, w)))
///     let gradients = tf.gradients(of: loss, withRespectTo: [w])
///
/// Names of nodes are those that the same Python calls give under TensorFlow 1, so that a graph can
/// be laid beside TensorFlow's, node by node. A graph built wrongly (shapes that do not fit, a
/// variable made twice) is a mistake in the program: it stops with a message that names the node
/// and both shapes.
public final class Graph {
    /// All nodes, in the order of making. Inputs come before the nodes that take them.
    public internal(set) var nodes: [Node] = []
    /// All variables, in the order of making.
    public internal(set) var variables: [Variable] = []
    /// The outputs of summary ops, in the order of making: what ``mergeAllSummaries()`` takes.
    var summaries: [Tensor] = []

    /// The seed of every random op that is made after it is set; `nil` for one that differs from
    /// run to run.
    ///
    /// An op draws from TensorFlow's generator (Philox 4×32-10, keyed by this seed and the op's
    /// number among the random ops), so that the same seed gives the same initial weights as it
    /// does under TensorFlow.
    public var seed: UInt64?
    var randomOpCount = 0

    private var namesInUse: [String: Int] = [:]
    private var nodesByName: [String: Node] = [:]
    var nameScope = ""
    var variableScopes = VariableScopes()
    var controllers: [Controller] = []
    var branch: ConditionalBranch?
    /// What new nodes say of where they belong, innermost last.
    var colocations: [String] = []

    /// An empty graph.
    public init(seed: UInt64? = nil) {
        self.seed = seed
    }

    /// The node of that name, `nil` when there is none.
    public func node(named name: String) -> Node? {
        nodesByName[name]
    }
}

/// What an op is given for one of its inputs: a tensor, or a value that becomes a constant named
/// for the argument.
enum Operand {
    case tensor(Tensor)
    case constant(Value, String)
}

extension Graph {
    /// Adds a node, below the current name scope.
    ///
    /// Constants among the operands are named `name/argument`, as TensorFlow's op library does. A
    /// name that ends in a slash is taken as it is.
    @discardableResult
    func add(
        _ op: Op, _ name: String? = nil, _ operands: [Operand],
        attributes: [String: AttributeValue] = [:], controlInputs: [Node] = []
    ) -> Node {
        let name = uniqueName(name ?? op.name)
        let inputs = operands.map { operand in
            switch operand {
            case .tensor(let tensor): tensor
            case .constant(let value, let argument):
                withNameScope(exactly: name) { constant(value, name: argument) }
            }
        }
        return makeNode(
            op, name: name, inputs: inputs, attributes: attributes, controlInputs: controlInputs)
    }

    @discardableResult
    func add(
        _ op: Op, _ name: String? = nil, _ inputs: [Tensor],
        attributes: [String: AttributeValue] = [:], controlInputs: [Node] = []
    ) -> Node {
        add(
            op, name, inputs.map(Operand.tensor), attributes: attributes,
            controlInputs: controlInputs)
    }

    private func makeNode(
        _ op: Op, name: String, inputs: [Tensor], attributes: [String: AttributeValue],
        controlInputs explicit: [Node]
    ) -> Node {
        for input in inputs {
            precondition(input.graph === self, "\(input) is an input of \(name) in another graph")
        }
        var attributes = attributes
        for (attribute, input) in op.types where input < inputs.count {
            attributes[attribute] = .type(inputs[input].type)
        }
        if let place = colocations.last { attributes["_class"] = .strings([place]) }
        var controlInputs = controlDependencies(for: inputs, and: explicit)
        let inputs = branch?.inside(inputs, of: name) ?? inputs
        if inputs.isEmpty, let branch { controlInputs = branch.controlInputs(controlInputs) }
        let node = Node(
            name: name, op: op, id: nodes.count, inputs: inputs, controlInputs: controlInputs,
            attributes: attributes, branch: branch, graph: self)
        nodes.append(node)
        nodesByName[name] = node
        branch?.insert(node)
        for index in controllers.indices { controllers[index].members.insert(node) }
        infer(node)
        for input in node.inputs { input.node.consumers.append(node) }
        return node
    }

    /// Types, static shapes, and the values that follow from constants and static shapes.
    private func infer(_ node: Node) {
        var context = OpContext(node)
        node.outputs = node.op.outputs(context)
        context.outputs = node.outputs
        let none = [Value?](repeating: nil, count: node.outputs.count)
        node.constants = node.op.hasEffect ? none : node.op.fold?(context) ?? none
    }
}

// MARK: Names

extension Graph {
    /// A name below the current scope that no node and no scope has yet, by TensorFlow's rule:
    /// `name`, `name_1`, …, compared without regard to case. A name that ends in a slash is
    /// returned without it, unchanged.
    func uniqueName(_ name: String) -> String {
        if name.hasSuffix("/") { return String(name.dropLast()) }
        precondition(!name.isEmpty, "a node needs a name")
        let full = nameScope.isEmpty ? name : "\(nameScope)/\(name)"
        let key = full.lowercased()
        let used = namesInUse[key] ?? 0
        namesInUse[key] = used + 1
        if used == 0 { return full }
        var number = used
        while namesInUse["\(key)_\(number)"] != nil { number += 1 }
        namesInUse["\(key)_\(number)"] = 1
        return "\(full)_\(number)"
    }

    /// Runs `body` with names below `name`, made unique; TensorFlow's `name_scope`.
    ///
    /// - Returns: what `body` returns, which is given the scope's whole name with a slash at its
    ///   end. A node given that name is named as the scope is.
    public func nameScope<Result>(_ name: String, _ body: (String) -> Result) -> Result {
        let scope = uniqueName(name)
        return withNameScope(exactly: scope) { body(scope + "/") }
    }

    /// Runs `body` with names below `scope` (`""` for the top), not made unique.
    func withNameScope<Result>(exactly scope: String, _ body: () -> Result) -> Result {
        let outer = nameScope
        nameScope = scope
        defer { nameScope = outer }
        return body()
    }
}

// MARK: Control dependencies and colocation

/// One `control_dependencies` block: what its nodes wait for, and which nodes those are.
struct Controller {
    let nodes: [Node]
    var members: Set<Node> = []
}

extension Graph {
    /// Runs `body`; every node that it makes runs after `nodes`. TensorFlow's
    /// `control_dependencies`.
    public func controlDependencies<Result>(_ nodes: [Node], _ body: () -> Result) -> Result {
        controllers.append(Controller(nodes: nodes))
        defer { controllers.removeLast() }
        return body()
    }

    /// Runs `body` with no control dependencies and in no conditional's branch: TensorFlow's
    /// `init_scope` within a graph.
    func withoutDependencies<Result>(_ body: () -> Result) -> Result {
        let outer = (controllers, branch)
        (controllers, branch) = ([], nil)
        defer { (controllers, branch) = outer }
        return body()
    }

    /// The blocks' nodes that a new node must wait for itself, because none of its inputs does
    /// already.
    private func controlDependencies(for inputs: [Tensor], and explicit: [Node]) -> [Node] {
        var result = explicit
        let inputNodes = inputs.map(\.node)
        for controller in controllers where !inputNodes.contains(where: controller.members.contains)
        {
            for node in controller.nodes where !inputNodes.contains(node) && !result.contains(node)
            {
                result.append(node)
            }
        }
        return result
    }

    /// Runs `body`; its nodes carry a note (`_class`) that they belong where `node` does, by which
    /// the Graphs tab groups them.
    func colocated<Result>(with node: Node, _ body: () -> Result) -> Result {
        colocated(at: node.place, body)
    }

    func colocated<Result>(at place: String, _ body: () -> Result) -> Result {
        colocations.append(place)
        defer { colocations.removeLast() }
        return body()
    }

    /// A node that computes nothing and runs after all of `nodes`: TensorFlow's `group`.
    @discardableResult
    public func group(_ nodes: [Node], name: String = "group_deps") -> Node {
        var distinct: [Node] = []
        for node in nodes where !distinct.contains(node) { distinct.append(node) }
        return add(.noOp, name, [Tensor](), controlInputs: distinct)
    }
}
