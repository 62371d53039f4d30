/// A part of a sweep's runs, for one of several processes that share it without a word to each other.
public struct SweepShard: Sendable, Equatable {
    /// Which part, from 0.
    public let index: Int
    /// How many parts there are, at least 1.
    public let count: Int
    /// The variables that say so; empty for what was said on the command line.
    public let variables: String

    /// The whole.
    public static let whole = SweepShard(index: 0, count: 1)

    init(index: Int, count: Int, variables: String = "") {
        (self.index, self.count, self.variables) = (index, count, variables)
    }

    /// The part that a text says: `1/4` is the first of four.
    ///
    /// - Throws: ``SweepError``.
    public init(_ text: String) throws(SweepError) {
        guard let match = text.wholeMatch(of: /([0-9]+)\/([0-9]+)/), let number = Int(match.1),
            let count = Int(match.2), count >= 1, (1...count).contains(number)
        else {
            throw SweepError(
                "it must be a part and how many there are, 1/4 for the first of four")
        }
        self.init(index: number - 1, count: count)
    }

    /// Whether a run is of this part: parts take turns.
    public func contains(_ run: Int) -> Bool { run % count == index }
}

extension SweepShard {
    /// The part that a scheduler's variables say: a task of Slurm's array, a process of Open MPI's or
    /// MPICH's `mpirun` or of `srun`, or a process of a task.
    ///
    /// - Parameter environment: Gives the value of a variable.
    /// - Throws: ``SweepError`` where a variable is no number that it can be.
    public init(
        environment: (String) -> String?
    ) throws(SweepError) {
        let (array, process) = (
            try Self.arrayTask(environment), try Self.process(environment)
        )
        let (count, overflow) = array.count.multipliedReportingOverflow(by: process.count)
        guard !overflow else {
            throw SweepError("\(array.variables), \(process.variables): these are too many")
        }
        self.init(
            index: array.index * process.count + process.index, count: count,
            variables: [array, process].filter { $0.count > 1 }.map(\.variables)
                .joined(separator: ", "))
    }

    /// A task of a job array. One whose numbers are no row, such as 1,3,7, has no parts: then locks
    /// alone share the runs.
    private static func arrayTask(
        _ environment: (String) -> String?
    ) throws(SweepError) -> SweepShard {
        let name = "SLURM_ARRAY_TASK_ID"
        guard let task = try number(name, environment),
            let count = try number("SLURM_ARRAY_TASK_COUNT", environment), count > 1
        else { return .whole }
        let first = try number("SLURM_ARRAY_TASK_MIN", environment) ?? 0
        let step = max(1, try number("SLURM_ARRAY_TASK_STEP", environment) ?? 1)
        let last = try number("SLURM_ARRAY_TASK_MAX", environment)
        guard task >= first else {
            throw SweepError("\(name) is \(task), below SLURM_ARRAY_TASK_MIN, \(first)")
        }
        let (index, rest) = (task - first).quotientAndRemainder(dividingBy: step)
        let isRow = last.map { ($0 - first) / step == count - 1 } ?? true
        guard isRow, rest == 0, index < count else { return .whole }
        return SweepShard(index: index, count: count, variables: name)
    }

    /// A process of several that were started together.
    private static func process(
        _ environment: (String) -> String?
    ) throws(SweepError) -> SweepShard {
        for (rank, size) in [
            ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMI_RANK", "PMI_SIZE"),
            ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"), ("SLURM_PROCID", "SLURM_NTASKS"),
        ] {
            guard let index = try number(rank, environment),
                let count = try number(size, environment)
            else { continue }
            // A batch script has the variables of its job's tasks, and is none of them.
            if rank == "SLURM_PROCID", environment("SLURM_JOB_ID") != nil,
                environment("SLURM_STEP_ID") == nil
            {
                return .whole
            }
            guard count >= 1, index < count else {
                throw SweepError(
                    "\(rank) is \(index) of \(size), \(count): say by --shard which part this is")
            }
            return SweepShard(index: index, count: count, variables: rank)
        }
        return .whole
    }

    private static func number(
        _ name: String, _ environment: (String) -> String?
    ) throws(SweepError) -> Int? {
        guard let text = environment(name), !text.isEmpty else { return nil }
        guard let number = Int(text), number >= 0, number <= Int(Int32.max) else {
            throw SweepError("\(name) is '\(text)', no number: say by --shard which part this is")
        }
        return number
    }
}
