extension Program {
    /// A value that is made in a run, with the units of the run from its making to its last use;
    /// one that is fetched is needed until after the last unit.
    struct Lifetime {
        let value: ID
        var units: ClosedRange<Int>
    }

    /// The lifetime of each value that has to be in memory, in the order of their making. What only
    /// its own loop reads is not there, and neither is what a variable holds.
    var lifetimes: [Lifetime] {
        var made: [ID] = []
        var ranges: [ID: ClosedRange<Int>] = [:]
        var isStored: Set<ID> = []
        let units = units
        for (place, unit) in units.enumerated() {
            for output in unit.flatMap({ self[$0].outputs }) where memory(output) == output {
                made.append(output)
                ranges[output] = place...place
                if self[unit[0]].marks.loop == nil { isStored.insert(output) }
            }
            for source in unit.flatMap({ sources($0) }) {
                guard let range = ranges[source], range.lowerBound < place else { continue }
                isStored.insert(source)
                ranges[source] = range.lowerBound...place
            }
        }
        for fetch in fetches {
            let owner = memory(fetch)
            guard let range = ranges[owner] else { continue }
            isStored.insert(owner)
            ranges[owner] = range.lowerBound...units.count
        }
        return made.filter(isStored.contains).compactMap { value in
            ranges[value].map { Lifetime(value: value, units: $0) }
        }
    }
}
