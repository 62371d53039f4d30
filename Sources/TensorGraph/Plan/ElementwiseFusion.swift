/// The pass that makes runs of element-wise nodes one loop.
///
/// A node joins the group of a node that it reads, when both have as many elements. A group is put
/// off until something else reads one of its results, or writes to a variable that it reads; what
/// only the group itself reads then never reaches memory.
struct ElementwiseFusion {
    /// What is run at a time.
    enum Unit {
        case node(Node)
        case group([Node])
        case keep(fetch: Int)

        /// The nodes that it computes.
        var nodes: [Node] {
            switch self {
            case .node(let node): [node]
            case .group(let nodes): nodes
            case .keep: []
            }
        }
    }

    /// What has to agree among the nodes of a group.
    struct Kind: Equatable {
        /// Elements of the output.
        let count: Int
        /// After how many elements all operands that repeat begin anew.
        var period: Int
        /// What it is left out with.
        let segment: Int?
    }

    /// All units, in an order in which they can run.
    private(set) var units: [Unit] = []
    private var open: [Group] = []

    private struct Group {
        var nodes: [Node]
        var kind: Kind
        var reads: Set<Tensor>
    }

    /// - Parameters:
    ///   - running: whether a node has something to run.
    ///   - inputs: what a node reads, as the tensors that own the memory.
    ///   - kind: the node's kind, `nil` for one that is not element-wise.
    init(
        _ steps: [Schedule.Step], running: (Node) -> Bool, inputs: (Node) -> [Tensor],
        kind: (Node) -> Kind?
    ) {
        for step in steps {
            switch step {
            case .keep(let fetch):
                units.append(.keep(fetch: fetch))
            case .node(let node) where running(node):
                let reads = inputs(node)
                let joined = kind(node).flatMap { join(node, $0, reads) } ?? false
                guard !joined else { continue }
                close { group in reads.contains { group.nodes.contains($0.node) } }
                if let kind = kind(node) {
                    open.append(Group(nodes: [node], kind: kind, reads: Set(reads)))
                } else {
                    let written = node.op.writes.map { reads[$0] }
                    close { group in written.contains(where: group.reads.contains) }
                    units.append(.node(node))
                }
            case .node: break
            }
        }
        close { _ in true }
    }

    /// Adds the node to the group of one that it reads, if there is a group that it fits into.
    private mutating func join(_ node: Node, _ kind: Kind, _ reads: [Tensor]) -> Bool {
        func isRead(_ group: Group) -> Bool { reads.contains { group.nodes.contains($0.node) } }
        guard
            let index = open.lastIndex(where: { group in
                isRead(group) && group.kind.count == kind.count
                    && group.kind.segment == kind.segment
                    && group.nodes.count < Elementwise.mostNodes
                    && Self.common(group.kind.period, kind.period) <= Elementwise.tileSize
            })
        else { return false }
        let chosen = open[index].nodes[0]
        close { group in group.nodes[0] != chosen && isRead(group) }
        guard let index = open.firstIndex(where: { $0.nodes[0] == chosen }) else { return false }
        open[index].nodes.append(node)
        open[index].kind.period = Self.common(open[index].kind.period, kind.period)
        open[index].reads.formUnion(reads)
        return true
    }

    private mutating func close(where isDue: (Group) -> Bool) {
        for group in open where isDue(group) { units.append(.group(group.nodes)) }
        open.removeAll(where: isDue)
    }

    /// The least common multiple.
    static func common(_ a: Int, _ b: Int) -> Int {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return a / x * b
    }
}
