/// The pass that puts steps into the order in which they run.
///
/// Steps run after all that they depend on, and, where a variable is written, after its earlier
/// writers and after all reads of it that do not depend on the write. So whatever a run computes
/// from variables, it computes from their values before the run, unless control dependencies say
/// otherwise; TensorFlow 1 leaves that order to chance. A variable that is fetched and written is
/// kept as it was by a step of its own.
///
/// What reads what shards have computed goes after all that reads nothing that arrives later. What is
/// fetched goes before what else is ready: somebody may wait for it. Where fetches are sent to
/// other processes, what takes long to send goes first (``SendingOrder``).
enum Schedule {
    static func run(_ program: inout Program, _ facts: Facts) {
        var writers: [Program.ID: [Program.StepID]] = [:]
        var readers: [Program.ID: [Program.StepID]] = [:]
        for id in program.order {
            let step = program[id]
            for (operand, source) in program.sources(id).enumerated() {
                guard case .variable = program.maker(source).primitive else { continue }
                if step.primitive.writes.contains(operand) {
                    writers[source, default: []].append(id)
                } else if let output = step.outputs.first, program.memory(output) != source {
                    readers[source, default: []].append(id)
                }
            }
        }
        for index in program.fetches.indices {
            let source = program.memory(program.fetches[index])
            guard writers[source] != nil else { continue }
            let kept = program.add(.keep, [program.fetches[index]])
            program.fetches[index] = kept
            readers[source, default: []].append(program[kept].maker)
        }

        let (known, running) = program.order.reduce(into: ([], [])) {
            (parts: inout ([Program.StepID], [Program.StepID]), id) in
            program[id].primitive.isKnown ? parts.0.append(id) : parts.1.append(id)
        }
        let places = Dictionary(uniqueKeysWithValues: running.enumerated().map { ($1, $0) })
        var graph = ScheduleGraph(count: running.count)
        func addEdge(_ from: Program.StepID, _ to: Program.StepID) {
            if let from = places[from], let to = places[to] { graph.addEdge(from, to) }
        }
        for id in running {
            for input in program[id].inputs { addEdge(program[input].maker, id) }
            // What has to wait for others without reading them, has to only where something is written.
            if !writers.isEmpty { for before in program[id].after { addEdge(before, id) } }
        }
        let written = writers.sorted { $0.key < $1.key }
        for (_, steps) in written {
            for (earlier, later) in zip(steps, steps.dropFirst()) { addEdge(earlier, later) }
        }
        var readsFirst: [(reader: Program.StepID, writer: Program.StepID)] = []
        for (variable, steps) in written {
            for writer in steps {
                let after = graph.reached(from: places[writer] ?? 0)
                for reader in readers[variable] ?? [] where reader != writer {
                    if let place = places[reader], !after[place] {
                        readsFirst.append((reader, writer))
                    }
                }
            }
        }
        for (reader, writer) in readsFirst { addEdge(reader, writer) }
        let sizes = running.map { size(program[$0], program) }
        guard let order = graph.sorted(size: { sizes[$0] }) else {
            preconditionFailure(
                "variables are read and written in a circle: say by control dependencies what comes first"
            )
        }
        let ranks =
            facts.areFetchesSent
            ? SendingOrder(program, running, graph, order).ranks
            : running.map { program.arrival(of: $0, facts.feeds) ?? 0 }
        program.reorder(known + graph.sorted(order, by: ranks).map { running[$0] })
    }

    /// What makes a step go before others; `nil` for one that costs nothing.
    private static func size(_ step: Step, _ program: Program) -> Int? {
        if case .keep = step.primitive { return 0 }
        if step.primitive.isView, program[step.inputs[0]].shape == program[step.outputs[0]].shape {
            return nil
        }
        let bytes = step.outputs.reduce(0) { $0 + program[$1].count * program[$1].type.stride }
        if step.primitive.loopRole != nil { return Int.max / 2 + bytes }
        return isForFetch(step, program) ? Int.max / 4 + bytes : bytes
    }

    /// Whether a step makes what is fetched, or a term of it.
    private static func isForFetch(_ step: Step, _ program: Program) -> Bool {
        step.outputs.contains { output in
            if program.isFetched(output) { return true }
            let readers = program.memoryReaders(of: output)
            guard readers.count == 1, case .sum = program[readers[0].step].primitive else {
                return false
            }
            return program[readers[0].step].outputs.contains(where: program.isFetched)
        }
    }
}

extension Primitive {
    /// Whether it is there before any run: what is fed, and constants.
    fileprivate var isKnown: Bool {
        switch self {
        case .feed, .constant: true
        default: false
        }
    }
}
