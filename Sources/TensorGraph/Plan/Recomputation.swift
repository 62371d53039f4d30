/// The pass that makes a large value again where a later loop needs it, instead of keeping it.
///
/// A gradient reads what the forward pass made long before, when it has left the caches: a relu,
/// say, which is a scale and a shift of a convolution that the same loop reads anyway. Where such a
/// value costs less to make than to store and to read again, the loop gets nodes of its own for it,
/// and the value is never stored.
struct Recomputation {
    /// A node that stands for another one in a later loop.
    struct Copy {
        let node: Node
        let execution: Execution
    }

    /// In an order in which they can run.
    private(set) var copies: [Copy] = []

    /// Elements from which on a value is large: more than a core's caches hold beside other things.
    static let leastCount = 1 << 18

    private let executions: [Node: Execution]
    private let source: (Tensor) -> Tensor
    private let readers: Readers

    /// - Parameters:
    ///   - specialization: the graph, which gets the copies and the inputs that read them.
    ///   - source: the tensor that owns a tensor's memory.
    init(
        _ specialization: inout Specialization, fetches: Set<Tensor>,
        executions: [Node: Execution], source: @escaping (Tensor) -> Tensor
    ) {
        self.executions = executions
        self.source = source
        readers = Readers(specialization, executions, source)
        let nodes = specialization.nodes.filter { !specialization.isFolded($0) }
        for node in nodes where isCheap(node) {
            let value = node.output()
            guard count(value, specialization) >= Self.leastCount, !fetches.contains(value),
                let late = lateReaders(value, specialization),
                wholeLeaves(node, specialization).count == 1
            else { continue }
            let copy = again(node, &specialization)
            for reader in late { specialization.replaceInput(reader.input, of: reader.node, by: copy) }
        }
    }

    private func isCheap(_ node: Node) -> Bool {
        switch executions[node] {
        case .unary, .binary: node.op.isCheap
        default: false
        }
    }

    private func count(_ tensor: Tensor, _ specialization: Specialization) -> Int {
        specialization.type(tensor).shape.elementCount ?? 0
    }

    /// The readers that cannot share a loop with those that come first, because they wait for
    /// something that is made from these; `nil` when nothing is gained by giving them a copy.
    private func lateReaders(
        _ value: Tensor, _ specialization: Specialization
    ) -> [(node: Node, input: Int)]? {
        let readers = readers[value]
        let shape = specialization.type(value).shape
        guard
            readers.allSatisfy({ reader in
                isPartOfLoop(reader.node)
                    && specialization.type(specialization.inputs(reader.node)[reader.input]).shape
                        == shape
            })
        else { return nil }
        let after = nodesBehindLoops(startingWith: value)
        let late = readers.filter { after.contains($0.node) }
        return late.isEmpty || late.count == readers.count ? nil : late
    }

    private func isPartOfLoop(_ node: Node) -> Bool {
        switch executions[node] {
        case .unary, .binary, .sum, .copy, .columnSums, .pooling: true
        case .nothing, .alias, .call, nil: false
        }
    }

    /// What depends on the value by way of something that is no element of a loop over it.
    private func nodesBehindLoops(startingWith value: Tensor) -> Set<Node> {
        var inLoop: Set<Node> = []
        var behind: Set<Node> = []
        var stack = [(tensor: value, isBehind: false)]
        while let (tensor, isBehind) = stack.popLast() {
            for (node, _) in readers[tensor] {
                if isBehind {
                    guard behind.insert(node).inserted else { continue }
                } else {
                    guard inLoop.insert(node).inserted else { continue }
                }
                var endsLoop = true
                switch executions[node] {
                case .unary, .binary, .sum, .copy, .pooling(_, _, isGradient: true):
                    endsLoop = false
                default: break
                }
                for index in node.outputs.indices where node.op.writes.isEmpty {
                    stack.append((source(node.output(index)), isBehind || endsLoop))
                }
            }
        }
        return behind
    }

    /// The operands of the node's size that it is made from, as far as it would be made again.
    private func wholeLeaves(_ node: Node, _ specialization: Specialization) -> Set<Tensor> {
        var result: Set<Tensor> = []
        for input in specialization.inputs(node).map(source)
        where count(input, specialization) == count(node.output(), specialization) {
            if isMadeAgain(input) {
                result.formUnion(wholeLeaves(input.node, specialization))
            } else {
                result.insert(input)
            }
        }
        return result
    }

    /// Whether an operand is made again, too: if nobody else reads it.
    private func isMadeAgain(_ tensor: Tensor) -> Bool {
        isCheap(tensor.node) && readers[tensor].count == 1
    }

    private mutating func again(_ node: Node, _ specialization: inout Specialization) -> Tensor {
        let inputs = specialization.inputs(node).map { input in
            let owner = source(input)
            let isWhole =
                count(owner, specialization) == count(node.output(), specialization)
            return isWhole && isMadeAgain(owner) ? again(owner.node, &specialization) : input
        }
        let copy = specialization.addCopy(of: node, inputs: inputs)
        if let execution = executions[node] {
            copies.append(Copy(node: copy, execution: execution))
        }
        return copy.output()
    }
}
