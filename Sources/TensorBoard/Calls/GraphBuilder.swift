/// Puts a graph of a program's own nodes together, for TensorBoard's Graphs tab.
///
/// ```swift
/// try writer.addGraph { graph in
///     let image = graph.node("image", op: "Placeholder", shape: [nil, 784])
///     let scores = graph.scope("dense") { graph in
///         let weights = graph.node("weights", op: "Variable", shape: [784, 10])
///         return graph.node("product", op: "MatMul", inputs: [image, weights], shape: [nil, 10])
///     }
///     graph.node("loss", op: "SoftmaxCrossEntropy", inputs: [scores], shape: [])
/// }
/// ```
///
/// Nodes are read by nodes that come after them, so the graph has no cycles.
public struct GraphBuilder: Sendable {
    /// What a node gives, for other nodes to read.
    public struct Output: Sendable, Equatable {
        /// The node's name, with those of its scopes.
        public let node: String
        /// Which of the node's outputs it is.
        public let index: Int

        /// Another output of the same node.
        public func output(_ index: Int) -> Output {
            precondition(index >= 0, "output \(index) of \(node)")
            return Output(node: node, index: index)
        }

        /// As a node's input is written.
        fileprivate var input: String { index == 0 ? node : "\(node):\(index)" }
    }

    /// The graph so far.
    public private(set) var definition = GraphDefinition()

    private var scopes: [String] = []
    /// How many nodes have asked for a name.
    private var names: [ExactName: Int] = [:]

    /// Begins a graph without nodes.
    public init() {}

    /// Adds a node.
    ///
    /// - Parameters:
    ///   - name: The name in its scope; `/` leads into further ones. One that is taken already gets a
    ///     number, `_1` and so on, as TensorFlow has it. What has a meaning in TensorFlow's names, as
    ///     a colon or a `^` at the start, becomes `_`.
    ///   - op: What it does, in any words: `MatMul`, `my attention`. The tab shows it and gives nodes
    ///     of one operation one colour.
    ///   - inputs: What it reads.
    ///   - after: Nodes that only have to come before it.
    ///   - shape: The shape of what it gives, `nil` for a size that is not known; the tab writes it at
    ///     the edges. Of several outputs, that of the first.
    ///   - type: The type of the elements.
    ///   - device: Where it runs, such as `/device:GPU:0`; the tab colours nodes by it.
    ///   - attributes: What else the tab is to show of it.
    /// - Returns: Its first output.
    @discardableResult
    public mutating func node(
        _ name: String, op: String, inputs: [Output] = [], after: [Output] = [],
        shape: [Int?]? = nil, type: DataType = .float, device: String = "",
        attributes: KeyValuePairs<String, AttributeValue> = [:]
    ) -> Output {
        let name = unique((scopes + [Self.plain(name)]).joined(separator: "/"))
        var all = attributes.map { (name: $0.key, value: $0.value) }
        if let shape {
            all.append(("dtype", .type(type)))
            all.append(("_output_shapes", .shapeList([TensorShape(shape)])))
        }
        definition.nodes.append(
            GraphDefinition.Node(
                name: name, op: op, device: device,
                inputs: inputs.map(\.input) + after.map { "^\($0.node)" }, attributes: all))
        return Output(node: name, index: 0)
    }

    /// Adds nodes whose names begin with that of a scope, which the tab shows as one box that opens.
    public mutating func scope<Result, Failure: Error>(
        _ name: String, _ body: (inout GraphBuilder) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        scopes.append(Self.plain(name))
        defer { scopes.removeLast() }
        return try body(&self)
    }

    /// A name that no other node has.
    private mutating func unique(_ name: String) -> String {
        let count = names[ExactName(name)] ?? 0
        names[ExactName(name)] = count + 1
        return count == 0 ? name : unique("\(name)_\(count)")
    }

    /// A name without what would be taken for something else in a list of inputs.
    private static func plain(_ name: String) -> String {
        let plain = name.unicodeScalars.map { scalar in
            scalar == ":" || scalar == "^" || scalar == "\0" || scalar.properties.isWhitespace
                ? "_" : String(scalar)
        }
        let parts = plain.joined().split(separator: "/")
        return parts.isEmpty ? "_" : parts.joined(separator: "/")
    }
}

extension SummaryWriter {
    /// Logs a graph of the program's own nodes as the run's.
    ///
    /// - Parameter build: Adds the nodes.
    /// - Throws: `EventFileError` as `addGraph(_:)` of a definition does.
    public func addGraph(_ build: (inout GraphBuilder) -> Void) throws(EventFileError) {
        var builder = GraphBuilder()
        build(&builder)
        try addGraph(builder.definition)
    }
}
