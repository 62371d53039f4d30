internal import CKernels

/// The pass that makes runs of element-wise nodes one loop.
///
/// A node joins the groups of nodes that it reads, when all have as many elements; so do sums over the
/// rows of what a group computes, and its pooling. A group is put off until something else reads one of its results, or writes to a variable that it reads; what
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
        /// Elements of the output, or of what is summed.
        let count: Int
        /// After how many elements all operands that repeat begin anew.
        var period: Int
        /// How many columns are summed; 0 where none are.
        var columns = 0
        /// Whether the period is that of pairs of rows, or of windows, which are pooled.
        var isPooling = false
        /// The order of pixels, where images are stored in blocks.
        var order: kernel_pixel_order?
        /// What it is left out with.
        let segment: Int?

        /// Elements that the loop takes at a time. Rows are summed as a tree, so as many as a power
        /// of two.
        var tile: Int {
            guard columns > 0, !isPooling else { return Elementwise.tileSize / period * period }
            var rows = 1
            while 2 * rows * columns <= Elementwise.tileSize { rows *= 2 }
            return rows * columns
        }

        /// The kind of a group of both; `nil` if they cannot be one.
        func joined(with other: Kind) -> Kind? {
            var both = self
            both.period = ElementwiseFusion.common(period, other.period)
            both.columns = max(columns, other.columns)
            both.isPooling = isPooling || other.isPooling
            guard count == other.count, order == other.order, segment == other.segment,
                columns == 0 || other.columns == 0 || columns == other.columns,
                both.period <= Elementwise.tileSize, both.tile % both.period == 0,
                both.columns == 0 || both.tile % both.columns == 0
            else { return nil }
            return both
        }
    }

    /// All units, in an order in which they can run.
    private(set) var units: [Unit] = []
    private var open: [Group] = []

    private struct Group {
        var nodes: [Node]
        var kind: Kind
        var reads: Set<Tensor>
        /// The nodes whose values are only there when the loop has ended.
        var results: Set<Node> = []
    }

    /// - Parameters:
    ///   - running: whether a node has something to run.
    ///   - inputs: what a node reads, as the tensors that own the memory.
    ///   - kind: the node's kind, `nil` for one that is not element-wise.
    ///   - isResult: whether what the node makes is only there when the loop has ended.
    init(
        _ steps: [Schedule.Step], running: (Node) -> Bool, inputs: (Node) -> [Tensor],
        kind: (Node) -> Kind?, isResult: (Node) -> Bool
    ) {
        for step in steps {
            switch step {
            case .keep(let fetch):
                units.append(.keep(fetch: fetch))
            case .node(let node) where running(node):
                let reads = inputs(node)
                let kind = kind(node)
                if let kind, join(node, kind, reads, isResult) { continue }
                close { group in reads.contains { group.nodes.contains($0.node) } }
                if let kind {
                    open.append(
                        Group(
                            nodes: [node], kind: kind, reads: Set(reads),
                            results: isResult(node) ? [node] : []))
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

    /// Adds the node to the groups that it reads from, as far as they can be one with it.
    ///
    /// Open groups do not depend on each other: what reads from a group belongs to it or closes it.
    private mutating func join(
        _ node: Node, _ kind: Kind, _ reads: [Tensor], _ isResult: (Node) -> Bool
    ) -> Bool {
        var joined = Group(nodes: [], kind: kind, reads: Set(reads))
        var members: [Int] = []
        for index in open.indices.reversed() {
            let group = open[index]
            let isRead = reads.contains { group.nodes.contains($0.node) }
            guard isRead, !reads.contains(where: { group.results.contains($0.node) }),
                group.nodes.count + joined.nodes.count < Elementwise.mostNodes,
                let both = group.kind.joined(with: joined.kind)
            else { continue }
            joined.kind = both
            joined.nodes = group.nodes + joined.nodes
            joined.results.formUnion(group.results)
            joined.reads.formUnion(group.reads)
            members.append(index)
        }
        guard !members.isEmpty else { return false }
        for index in members { open.remove(at: index) }
        close { group in reads.contains { group.nodes.contains($0.node) } }
        joined.nodes.append(node)
        if isResult(node) { joined.results.insert(node) }
        open.append(joined)
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
