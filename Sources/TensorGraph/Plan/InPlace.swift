/// The pass that lets a loop write a result where an operand lies, tile by tile, if that is a value
/// which plans leave to each other and which this run spoils anyway: it changes a variable that the
/// value was computed from.
///
/// Memory that has just been read is in a cache; other memory would have to be fetched first, to be
/// overwritten.
struct InPlace {
    /// For each result that takes an operand's memory: that operand.
    private(set) var operands: [Tensor: Tensor] = [:]

    /// - Parameters:
    ///   - inputs: what a node reads, as the tensors that own the memory.
    ///   - isStored: whether a tensor is in memory of the plan's own.
    ///   - isSpoiled: whether a tensor has memory that is nobody's after the run.
    ///   - areAlike: whether two tensors are stored alike.
    init(
        _ units: [ElementwiseFusion.Unit], executions: [Node: Execution],
        inputs: (Node) -> [Tensor], isStored: (Tensor) -> Bool, isSpoiled: (Tensor) -> Bool,
        areAlike: (Tensor, Tensor) -> Bool
    ) {
        var lastRead: [Tensor: Int] = [:]
        for (place, unit) in units.enumerated() {
            for tensor in unit.nodes.flatMap(inputs) { lastRead[tensor] = place }
        }
        for (place, unit) in units.enumerated() {
            guard case .group(let nodes) = unit else { continue }
            for (index, node) in nodes.enumerated() {
                let result = node.output()
                guard Self.isElementwise(executions[node]), isStored(result) else { continue }
                // This step and those after it would read what it has written.
                let later = Set(nodes[index...].flatMap(inputs))
                let taken = Set(operands.values)
                operands[result] = nodes[..<index].flatMap(inputs).first { operand in
                    lastRead[operand] == place && isSpoiled(operand) && !later.contains(operand)
                        && !taken.contains(operand) && areAlike(operand, result)
                }
            }
        }
    }

    private static func isElementwise(_ execution: Execution?) -> Bool {
        switch execution {
        case .unary, .binary, .sum: true
        default: false
        }
    }
}
