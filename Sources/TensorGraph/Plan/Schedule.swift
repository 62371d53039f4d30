/// The second pass: an order of execution.
///
/// Nodes run after all that they depend on, and, where a variable is written, after its earlier
/// writers and after all reads of it that do not depend on the write. So whatever a run computes
/// from variables, it computes from their values before the run, unless control dependencies say
/// otherwise; TensorFlow 1 leaves that order to chance.
struct Schedule {
    /// One thing that a run does.
    enum Step {
        case node(Node)
        /// Sets a fetched variable's value aside before it is written.
        case keep(fetch: Int)
    }

    private(set) var steps: [Step] = []

    /// - Parameters:
    ///   - source: the tensor whose memory a tensor shares: itself, or what it is another name for.
    ///   - isPartOfLoop: whether a node may share a loop with others.
    init(
        _ specialization: Specialization, fetches: [Tensor], source: (Tensor) -> Tensor,
        isPartOfLoop: (Node) -> Bool = { _ in false }
    ) {
        let nodes = specialization.nodes
        var places: [Node: Int] = [:]
        for (place, node) in nodes.enumerated() { places[node] = place }
        var builder = Builder(count: nodes.count)
        for (place, node) in nodes.enumerated() {
            let inputs = specialization.inputs(node).filter { !specialization.isFed($0) }.map(
                \.node)
            for before in inputs + specialization.waitedFor(node) {
                if let before = places[before] { builder.addEdge(before, place) }
            }
        }
        steps = nodes.map(Step.node)

        var readers: [Node: [Int]] = [:]
        var writers: [Node: [Int]] = [:]
        for (place, node) in nodes.enumerated() where !specialization.isFolded(node) {
            for (index, input) in specialization.inputs(node).enumerated() {
                let variable = source(input).node
                guard variable.isVariable else { continue }
                if node.op.writes.contains(index) {
                    writers[variable, default: []].append(place)
                } else if source(node.outputs.isEmpty ? input : node.output()) != source(input) {
                    readers[variable, default: []].append(place)
                }
            }
        }
        for (fetch, tensor) in fetches.enumerated() {
            let variable = source(tensor).node
            guard variable.isVariable, writers[variable] != nil else { continue }
            let place = builder.addVertex()
            steps.append(.keep(fetch: fetch))
            if let before = places[tensor.node] { builder.addEdge(before, place) }
            readers[variable, default: []].append(place)
        }
        let written = writers.sorted { $0.key.id < $1.key.id }
        for (_, places) in written {
            for (earlier, later) in zip(places, places.dropFirst()) {
                builder.addEdge(earlier, later)
            }
        }
        var readsFirst: [(reader: Int, writer: Int)] = []
        for (variable, places) in written {
            for writer in places {
                let after = builder.reached(from: writer)
                for reader in (readers[variable] ?? []) where !after[reader] && reader != writer {
                    readsFirst.append((reader, writer))
                }
            }
        }
        for (reader, writer) in readsFirst { builder.addEdge(reader, writer) }
        let sizes = nodes.map { node -> Int? in
            guard !specialization.isFolded(node), node.op.name != Op.identity.name else {
                return nil
            }
            let bytes = node.outputs.indices.reduce(0) {
                $0 + specialization.bytes(node.output($1))
            }
            return isPartOfLoop(node) ? Int.max / 2 + bytes : bytes
        }
        guard let order = builder.order(size: { $0 < sizes.count ? sizes[$0] : 0 }) else {
            preconditionFailure(
                "variables are read and written in a circle: say by control dependencies what comes first"
            )
        }
        steps = order.map { [steps] in steps[$0] }
    }

    /// A directed graph of places, with an order of it that prefers lower ones.
    private struct Builder {
        private var next: [[Int]]
        private var previous: [[Int]]

        init(count: Int) {
            next = Array(repeating: [], count: count)
            previous = next
        }

        mutating func addVertex() -> Int {
            next.append([])
            previous.append([])
            return next.count - 1
        }

        mutating func addEdge(_ from: Int, _ to: Int) {
            next[from].append(to)
            previous[to].append(from)
        }

        func reached(from start: Int) -> [Bool] {
            var isReached = [Bool](repeating: false, count: next.count)
            var stack = next[start]
            while let place = stack.popLast() {
                guard !isReached[place] else { continue }
                isReached[place] = true
                stack.append(contentsOf: next[place])
            }
            return isReached
        }

        /// The vertices, each after those with an edge to it; `nil` when there is a circle.
        ///
        /// What has just become ready goes first, and of that what may share a loop, and then what
        /// makes most: a value is read while it is still in a cache, its memory is soon free again,
        /// and loops over it come together. So that nothing keeps others waiting, what costs nothing
        /// goes before all.
        ///
        /// - Parameters:
        ///   - size: the larger the sooner; `nil` for a vertex that costs nothing.
        func order(size: (Int) -> Int?) -> [Int]? {
            var result: [Int] = []
            var waitsFor = previous.map(\.count)
            var free: [Int] = []
            var freed: [(place: Int, size: Int)] = []
            var ready: [Int] = []
            func add(_ place: Int) {
                if let size = size(place) {
                    freed.append((place, size))
                } else {
                    free.append(place)
                }
            }
            for place in next.indices.reversed() where waitsFor[place] == 0 { add(place) }
            while true {
                if free.isEmpty {
                    freed.sort { ($0.size, $1.place) < ($1.size, $0.place) }
                    ready += freed.map(\.place)
                    freed = []
                }
                guard let place = free.popLast() ?? ready.popLast() else { break }
                result.append(place)
                for after in next[place] {
                    waitsFor[after] -= 1
                    if waitsFor[after] == 0 { add(after) }
                }
            }
            return result.count == next.count ? result : nil
        }
    }
}
