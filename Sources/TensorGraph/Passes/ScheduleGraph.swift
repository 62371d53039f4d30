/// What must go before what: a directed graph of places, with orders of it.
struct ScheduleGraph {
    private var next: [[Int]]
    private var previous: [[Int]]

    init(count: Int) {
        next = Array(repeating: [], count: count)
        previous = next
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

    /// A vertex and all that must go before it, without what is known and what goes before that.
    func before(_ end: Int, isKnown: (Int) -> Bool) -> [Int] {
        var found: [Int] = []
        var isFound = [Bool](repeating: false, count: next.count)
        var stack = [end]
        while let place = stack.popLast() {
            guard !isFound[place], !isKnown(place) else { continue }
            isFound[place] = true
            found.append(place)
            stack += previous[place]
        }
        return found
    }

    /// An order in which each vertex comes after those of smaller ranks: its own, and those of all
    /// that it comes after.
    func sorted(_ order: [Int], by own: [Int]) -> [Int] {
        var ranks = own
        for place in order {
            for before in previous[place] { ranks[place] = max(ranks[place], ranks[before]) }
        }
        // Sorting does not keep the order of equals by itself.
        return order.enumerated().sorted {
            (ranks[$0.element], $0.offset) < (ranks[$1.element], $1.offset)
        }.map(\.element)
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
    func sorted(size: (Int) -> Int?) -> [Int]? {
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
