internal import TensorFlowTypes

/// One branch of a conditional while it is built: TensorFlow 1's `CondContext`.
///
/// A tensor from outside that a node of the branch takes is led through a `Switch`, whose output is
/// dead (its consumers do not run) when the other branch is taken.
final class ConditionalBranch {
    let predicate: Tensor
    /// A tensor that is alive only in this branch, for nodes without inputs to wait for.
    let pivot: Tensor
    /// 1 where the predicate is true, 0 where it is false: the index of the `Switch` output that is
    /// alive.
    let index: Int
    private let outer: ConditionalBranch?
    private var switched: [Tensor: Tensor] = [:]
    private var members: Set<Node> = []

    init(predicate: Tensor, pivot: Tensor, index: Int, outer: ConditionalBranch?) {
        self.predicate = predicate
        self.pivot = pivot
        self.index = index
        self.outer = outer
    }

    /// The inputs of a node that is about to be made in this branch, with those from outside
    /// switched.
    func inside(_ inputs: [Tensor], of name: String) -> [Tensor] {
        inputs.map { isInside($0) ? $0 : switchedIn($0, scope: name) }
    }

    /// What a node without inputs waits for: something of the branch, which is the pivot when
    /// nothing else is.
    func controlInputs(_ nodes: [Node]) -> [Node] {
        nodes.contains(where: members.contains) ? nodes : nodes + [pivot.node]
    }

    /// Takes in a node, which the branches around this one then hold too.
    func insert(_ node: Node) {
        members.insert(node)
        outer?.insert(node)
    }

    /// The tensor as this branch sees it, when the branch returns it unchanged.
    func result(_ tensor: Tensor) -> Tensor {
        isInside(tensor) ? tensor : switchedIn(tensor, scope: tensor.graph.nameScope)
    }

    private func isInside(_ tensor: Tensor) -> Bool {
        members.contains(tensor.node) || tensor == pivot
    }

    private func switchedIn(_ tensor: Tensor, scope: String) -> Tensor {
        if let known = switched[tensor] { return known }
        let graph = tensor.graph
        let source = outer.map {
            $0.isInside(tensor) ? tensor : $0.switchedIn(tensor, scope: scope)
        }
        let switching = graph.withoutDependencies {
            graph.withNameScope(exactly: scope) {
                graph.switching(source ?? tensor, predicate)
            }
        }
        switching.branch = self
        insert(switching)
        let result = switching.output(index)
        switched[tensor] = result
        return result
    }
}

extension Graph {
    /// The results of `ifTrue` or of `ifFalse`, by the value that `predicate` has when the graph
    /// runs; TensorFlow 1's `cond`.
    ///
    /// Nodes that a branch makes run only when it is taken. Both branches return as many tensors,
    /// with the same types.
    ///
    /// - Parameter predicate: a bool scalar. It has to be known when a run is planned: a constant,
    ///   something computed from constants and shapes, or a placeholder that is fed.
    public func cond(
        _ predicate: Tensor, _ ifTrue: () -> [Tensor], _ ifFalse: () -> [Tensor],
        name: String = "cond"
    ) -> [Tensor] {
        precondition(
            predicate.type == .bool && predicate.shape.isCompatible(with: .scalar),
            "the predicate \(predicate) of \(name) is not a bool scalar")
        return nameScope(name) { _ in
            let switching = add(.switch, nil, [predicate, predicate])
            let ifTruePivot = add(.identity, "switch_t", [switching.output(1)]).output()
            let ifFalsePivot = add(.identity, "switch_f", [switching.output(0)]).output()
            let id = add(.identity, "pred_id", [predicate]).output()
            let trueResults = inBranch(1, id, pivot: ifTruePivot, ifTrue)
            let falseResults = inBranch(0, id, pivot: ifFalsePivot, ifFalse)
            precondition(
                trueResults.map(\.type) == falseResults.map(\.type),
                "the branches of \(name) return \(trueResults) and \(falseResults)")
            return zip(falseResults, trueResults).map { merge([$0, $1]) }
        }
    }

    private func inBranch(
        _ index: Int, _ predicate: Tensor, pivot: Tensor, _ body: () -> [Tensor]
    ) -> [Tensor] {
        let outer = branch
        let inner = ConditionalBranch(
            predicate: predicate, pivot: pivot, index: index, outer: outer)
        branch = inner
        defer { branch = outer }
        let results = body()
        branch = outer
        return results.map(inner.result)
    }

    /// A node whose output 1 is `tensor` where the predicate is true, and whose output 0 is where
    /// it is false; the other output is dead.
    func switching(_ tensor: Tensor, _ predicate: Tensor, name: String? = nil) -> Node {
        colocated(with: tensor.node) { add(.switch, name, [tensor, predicate]) }
    }

    /// The one of `tensors` that is alive.
    func merge(_ tensors: [Tensor], name: String? = nil) -> Tensor {
        add(.merge, name, tensors, attributes: ["N": .int(Int64(tensors.count))]).output()
    }
}
