public import TensorFlowTypes

extension Graph {
    /// The graph as a GraphDef, as TensorFlow would write it: what the Graphs tab shows and
    /// `tf.import_graph_def` takes.
    ///
    /// Static shapes stand in the attribute `_output_shapes`; an input that is only waited for is
    /// named `^node`.
    public var definition: GraphDefinition {
        GraphDefinition(
            nodes: nodes.map { node in
                var attributes = node.attributes
                if !node.outputs.isEmpty {
                    attributes["_output_shapes"] = .shapeList(node.outputs.map(\.shape))
                }
                return GraphDefinition.Node(
                    name: node.name, op: node.op.name,
                    inputs: node.inputs.map(\.inputName)
                        + node.controlInputs.map { "^\($0.name)" }.sorted(),
                    attributes: attributes.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
            })
    }
}
