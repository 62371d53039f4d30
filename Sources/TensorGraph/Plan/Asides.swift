internal import TensorBoard

/// The pass that puts off what summaries collect until they are merged, so that it can be done aside:
/// while the run waits for its threads.
struct Asides {
    /// What is run at a time, in order, with asides right before what reads them.
    private(set) var units: [ElementwiseFusion.Unit] = []
    private(set) var nodes: Set<Node> = []

    /// - Parameters:
    ///   - units: what is run at a time, in order.
    ///   - inputs: what a node's kernel reads, as the tensors that own the memory.
    init(
        _ specialization: Specialization, units: [ElementwiseFusion.Unit],
        inputs: (Node) -> [Tensor]
    ) {
        let awaited = Set(units.flatMap(\.nodes).flatMap(specialization.waitedFor))
        /// Whether a node makes a summary, of nothing that the run may change after it.
        func collects(_ node: Node) -> Bool {
            node.outputs.allSatisfy { $0.type == .string } && !awaited.contains(node)
                && inputs(node).allSatisfy { input in
                    specialization.value(input) != nil
                        || specialization.type(input).type != .string && !input.node.isVariable
                }
        }
        var putOff: [ElementwiseFusion.Unit] = []
        for unit in units {
            if case .node(let node) = unit, collects(node) {
                putOff.append(unit)
                nodes.insert(node)
                continue
            }
            let readers = Set(unit.nodes.flatMap(inputs).map(\.node))
            self.units += putOff.filter { !readers.isDisjoint(with: $0.nodes) } + [unit]
            putOff.removeAll { !readers.isDisjoint(with: $0.nodes) }
        }
        self.units += putOff
    }
}
