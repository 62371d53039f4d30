internal import TensorGraph

/// How long the weights and the gradients of both networks are, each as one vector.
struct NetworkNorms {
    /// For each network: its name, and its weights with their gradients.
    private var networks: [(name: String, parts: [(variable: Variable, gradient: Tensor)])] = []

    /// The networks that a graph's optimizers train: variables by what their names begin with.
    init(_ graph: Graph) {
        let variables = Dictionary(
            graph.variables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for player in [Player.discriminator, .generator] {
            var seen: Set<String> = []
            var parts: [(variable: Variable, gradient: Tensor)] = []
            for node in graph.nodes where node.op.name == "ApplyAdam" {
                guard let name = node.inputs.first?.node.name, let gradient = node.inputs.last,
                    name.hasPrefix(player.rawValue + "/"), let variable = variables[name],
                    seen.insert(name).inserted
                else { continue }
                parts.append((variable, gradient))
            }
            if !parts.isEmpty { networks.append((player.rawValue, parts)) }
        }
    }

    /// The norms now, by tags.
    ///
    /// - Parameter feed: what the gradients are of.
    func values(
        _ session: Session, feed: [Tensor: TensorValue]
    ) throws -> [(tag: String, norm: Double)] {
        try networks.flatMap { name, parts in
            let gradients = try session.run(parts.map(\.gradient), feed: feed, effects: .none)
            let weights = try parts.map { try session.value(of: $0.variable) }
            return [
                ("gradient_norm/\(name)", Self.norm(gradients)),
                ("weight_norm/\(name)", Self.norm(weights)),
            ]
        }
    }

    private static func norm(_ values: [TensorValue]) -> Double {
        values.reduce(0.0) { total, value in
            value.floats.withUnsafeBufferPointer { floats in
                var sum: Double = 0
                for float in floats { sum += Double(float) * Double(float) }
                return total + sum
            }
        }.squareRoot()
    }
}
