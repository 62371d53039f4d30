/// The pass that finds out what a plan can leave to others and take from them.
///
/// Steps whose values several plans compute, from nothing but feeds and variables, get a segment:
/// the part of the program that is run as a whole or not at all, because its origins change on the
/// same occasions and the same plans compute it. What the rest of the program takes from a segment
/// has memory that outlives the run.
struct Sharing {
    /// Steps that are run together or not at all.
    struct Segment {
        /// What their values are computed from.
        private(set) var origins: [SharedValues.Origin] = []
        /// The values that the rest of the plan takes from it.
        var exports: [SharedValues.Entry] = []

        fileprivate mutating func add(_ more: [SharedValues.Origin]) {
            for origin in more where !origins.contains(origin) { origins.append(origin) }
        }
    }

    /// What the steps of a segment have in common: when they change, and which plans compute them,
    /// so that no plan has to compute what another leaves out.
    private struct Kind: Hashable {
        let occasions: Set<SharedValues.Occasion>
        let plans: Set<Int>
    }

    static func run(_ program: inout Program, _ facts: Facts) {
        facts.shared.note(program.writtenVariables, plan: facts.plan)
        let running = program.order.filter { program[$0].primitive.isRunning }
        let origins = origins(running, program)
        var entries: [Program.ID: SharedValues.Entry] = [:]
        for id in running where origins[id] != nil {
            for output in program[id].outputs {
                guard let tensor = program[output].tensor else { continue }
                entries[output] = facts.shared.register(
                    .init(
                        tensor: tensor, feeds: facts.feeds,
                        order: program[output].blockOrder?.rawValue),
                    plan: facts.plan)
            }
        }
        var sharing = Program.Sharing()
        var segmentOfKind: [Kind: Int] = [:]
        for id in running {
            guard let origins = origins[id], let output = program[id].outputs.first,
                let entry = entries[output], entry.isShared
            else { continue }
            let kind = Kind(occasions: facts.shared.occasions(origins), plans: entry.plans)
            let segment = segmentOfKind[kind] ?? sharing.segments.count
            if segment == sharing.segments.count { sharing.segments.append(Segment()) }
            sharing.segments[segment].add(origins)
            segmentOfKind[kind] = segment
            program.mark(id) { $0.segment = segment }
            for output in program[id].outputs { program[output].origins = origins }
        }
        func segment(_ value: Program.ID) -> Int? { program.maker(value).marks.segment }
        var isExported: Set<Program.ID> = []
        func export(_ value: Program.ID) {
            guard let segment = segment(value), let entry = entries[value],
                isExported.insert(value).inserted
            else { return }
            facts.shared.keep(entry, bytes: program.storedBytes(value))
            sharing.segments[segment].exports.append(entry)
        }
        for id in running {
            for source in program.sources(id) where segment(source) != program[id].marks.segment {
                export(source)
            }
        }
        for fetch in program.fetches { export(program.memory(fetch)) }
        // What another plan takes from here is computed into the memory that it takes it from.
        for (value, entry) in entries.sorted(by: { $0.key < $1.key }) where segment(value) != nil {
            guard let memory = entry.memory else { continue }
            sharing.kept[value] = memory
            export(value)
        }
        program.sharing = sharing
    }

    /// For each running step the origins of its value, ordered; none for one whose value depends on
    /// more than those: on chance, on what the run itself writes, or on a step with effects.
    private static func origins(
        _ running: [Program.StepID], _ program: Program
    ) -> [Program.StepID: [SharedValues.Origin]] {
        let written = writtenBefore(program)
        var result: [Program.StepID: [SharedValues.Origin]] = [:]
        search: for id in running {
            let step = program[id]
            guard step.primitive.writes.isEmpty, !step.primitive.isRandom,
                step.outputs.allSatisfy({ program[$0].type.stride > 0 })
            else { continue }
            if case .keep = step.primitive { continue }
            var origins: Set<SharedValues.Origin> = []
            for source in program.sources(id) {
                let maker = program.maker(source)
                switch maker.primitive {
                case .feed(let tensor): origins.insert(.feed(tensor))
                case .variable(let node):
                    guard !(written[id]?.contains(source) ?? false) else { continue search }
                    origins.insert(.variable(node))
                case .constant: continue
                default:
                    guard let known = result[maker.id] else { continue search }
                    origins.formUnion(known)
                }
            }
            result[id] = origins.sorted { $0.order < $1.order }
        }
        return result
    }

    /// For each step the variables that are written before it runs, as far as its dependencies say.
    private static func writtenBefore(_ program: Program) -> [Program.StepID: Set<Program.ID>] {
        var result: [Program.StepID: Set<Program.ID>] = [:]
        for id in program.order {
            let step = program[id]
            var written: Set<Program.ID> = []
            for before in step.inputs.map({ program[$0].maker }) + step.after {
                if let known = result[before] { written.formUnion(known) }
                for target in program[before].primitive.writes {
                    written.insert(program.memory(program[before].inputs[target]))
                }
            }
            if !written.isEmpty { result[id] = written }
        }
        return result
    }
}

extension Program {
    /// What plans leave to each other.
    struct Sharing {
        fileprivate(set) var segments: [TensorGraph.Sharing.Segment] = []
        /// The memory of each value that is kept.
        fileprivate(set) var kept: [ID: Arena] = [:]
    }
}

extension SharedValues.Origin {
    /// An order that does not change from run to run.
    fileprivate var order: (Int, Int) {
        switch self {
        case .feed(let tensor): (tensor.node.id, tensor.index)
        case .variable(let node): (node.id, 0)
        }
    }
}
