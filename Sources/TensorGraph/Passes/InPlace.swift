/// The pass that lets a loop write a result over one of its operands, tile by tile.
///
/// The operand is a value that this plan leaves to other plans, and that this run spoils anyway: the
/// run changes a variable that the value was computed from, so nobody can use the value afterwards.
/// Its memory has just been read and is in a cache. Other memory would be fetched only to be
/// overwritten.
enum InPlace {
    static func run(_ program: inout Program, _ facts: Facts) {
        let units = program.units
        var lastRead: [Program.ID: Int] = [:]
        for (place, unit) in units.enumerated() {
            for source in unit.flatMap({ program.sources($0) }) { lastRead[source] = place }
        }
        let spoiled = spoiled(program)
        let stored = Set(program.lifetimes.map(\.value)).subtracting(program.sharing.kept.keys)
        var taken: Set<Program.ID> = []
        for (place, unit) in units.enumerated() {
            for (index, id) in unit.enumerated() where program[id].primitive.canOverwrite {
                let result = program[id].outputs[0]
                guard program[id].marks.loop != nil, stored.contains(result),
                    !program.isFetched(result)
                else { continue }
                // This step and those after it would read what it has written.
                let later = Set(unit[index...].flatMap { program.sources($0) })
                let operand = unit[..<index].flatMap { program.sources($0) }.first { operand in
                    lastRead[operand] == place && spoiled.contains(operand)
                        && !later.contains(operand) && !taken.contains(operand)
                        && program.isStored(operand, as: result)
                }
                guard let operand else { continue }
                program[result].place = operand
                taken.insert(operand)
            }
        }
    }

    /// The values that nobody can use after the run.
    private static func spoiled(_ program: Program) -> Set<Program.ID> {
        let written = Set(program.writtenVariables)
        return Set(
            program.sharing.kept.keys.filter { value in
                !program.isFetched(value)
                    && program[value].origins.contains { origin in
                        if case .variable(let node) = origin {
                            written.contains(node)
                        } else {
                            false
                        }
                    }
            })
    }
}

extension Primitive {
    /// Whether it can write an element where it has read one.
    fileprivate var canOverwrite: Bool {
        switch self {
        case .elementwise, .sum: true
        default: false
        }
    }
}

extension Program {
    /// Whether two values are stored alike.
    fileprivate func isStored(_ id: ID, as other: ID) -> Bool {
        self[id].type == self[other].type && self[id].shape == self[other].shape
            && storedBytes(id) == storedBytes(other) && blockOrder(id) == blockOrder(other)
    }
}
