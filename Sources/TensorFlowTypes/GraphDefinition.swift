/// A graph as TensorFlow writes it down (`GraphDef`), for TensorBoard's Graphs tab.
public struct GraphDefinition: Sendable, Equatable {
    /// The nodes; a node's inputs may come after it.
    public var nodes: [Node]
    /// The version of the operations' definitions that the graph was made for: that of TensorFlow
    /// 2.21.
    public var producerVersion: Int32 = 2474

    /// Makes a graph.
    public init(nodes: [Node] = []) {
        self.nodes = nodes
    }

    /// One operation of a graph.
    public struct Node: Sendable, Equatable {
        /// The node's name, unique in its graph; `/` separates scopes.
        public var name: String
        /// The operation, such as `MatMul`.
        public var op: String
        /// Where the node runs; empty for anywhere.
        public var device: String
        /// The nodes that it reads: `name` or `name:0` for a first output, `name:1` for a second
        /// one, `^name` for a node that only has to run before it. Those come last.
        public var inputs: [String]
        /// The operation's attributes, in the order in which they are written.
        public var attributes: [(name: String, value: AttributeValue)]

        /// Makes a node.
        public init(
            name: String, op: String, device: String = "", inputs: [String] = [],
            attributes: [(name: String, value: AttributeValue)] = []
        ) {
            self.name = name
            self.op = op
            self.device = device
            self.inputs = inputs
            self.attributes = attributes
        }

        /// Whether two nodes agree in everything, the order of their attributes included.
        public static func == (one: Self, other: Self) -> Bool {
            one.name == other.name && one.op == other.op && one.device == other.device
                && one.inputs == other.inputs
                && one.attributes.elementsEqual(other.attributes) { $0 == $1 }
        }
    }
}
