import ArgumentParser
import GAN
import Platform
import RecordIO
import TensorGraph

/// `gan sweep`.
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep",
        abstract: "Train every combination of several values of gan train's flags.",
        usage: "gan sweep [<options>] [<flags of gan train, with several values each>]",
        discussion: """
            Any flag of `gan train` takes a list of values, ranges of whole numbers among them: \
            --learning-rate 1e-4,2e-4 or --seed 0...9 or 0..<10 or 0...3,7. Each combination is a run \
            in a folder that its values name, with its hyperparameters and final measures in the \
            HParams tab. As many runs are trained at once as there are processors, one thread each.

                gan sweep --recipe dcgan --learning-rate 1e-4,2e-4,1e-3 --seed 0...9

            It can be stopped at any time, by Ctrl-C, SIGTERM or kill -9, and started again by the same \
            command: runs that are done are left alone, and those begun go on from their checkpoints. \
            Several sweeps in one folder, on several machines that share it, too, share its runs: each \
            is locked while it is trained. So do the processes of mpirun and srun and the tasks of \
            Slurm's job arrays, each of which takes its part, as --shard says it.

            --halve is successive halving (Jamieson and Talwalkar, 2016): all runs are trained for \
            some passes, then the half with the smaller Fréchet distances for as many again, and so \
            on, until one is left, or as many as --keep-best says, to be trained to the end.

            It ends with a table, the best run first, which `gan log compare` prints again.

            Exit codes: 0 every run has ended, those whose loss stands still or is no number, too; 1 a \
            run failed, and the others went on; 64 a flag makes no sense, and nothing was written; \
            129, 130, 141, 143 stopped, as gan train is.
            """)

    @Option(help: ArgumentHelp("The folder of the sweep's runs.", valueName: "folder"))
    var logdir = "log/sweep"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Threads of each run; as many runs at once as these leave processors for. (default: 1)",
            valueName: "n"),
        transform: NumberFlag.threadCount)
    var threadsPerRun: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Runs at once. (default: what processors there are, by threads per run)",
            valueName: "n"),
        transform: NumberFlag.threadCount)
    var runsAtOnce: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only one part of the runs: 2/4 is the second of four. (default: as a scheduler says, else "
                + "all)",
            valueName: "i/n"))
    var shard: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Keep the checkpoints of so many runs, those with the lowest distances, and the logs of "
                + "all. (default: of all)",
            valueName: "n"),
        transform: NumberFlag.count)
    var keepBest: Int?

    @Flag(help: "Successive halving: at each rung the half with the greater distances stops.")
    var halve = false

    @Flag(help: "Log images, histograms and the graph of each run, too.")
    var logImages = false

    @Flag(help: "Say which runs there are, and how far they are, and train none.")
    var dryRun = false

    @Flag(help: "Start TensorBoard and print its address, as gan train does.")
    var open = false

    @Flag(help: "Print a line for each run, as is done where there is no terminal.")
    var noProgress = false

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp(visibility: .hidden))
    var trainFlags: [String] = []

    func validate() throws {
        guard !logdir.isEmpty else { throw ValidationError("--logdir must name a folder") }
        guard !logdir.hasPrefix(RemoteAddress.scheme) else {
            throw ValidationError(
                "--logdir: runs of a sweep are locked while they are trained, which needs a folder; "
                    + "give one, and bring it to \(logdir.printable) by gan-s3 afterwards")
        }
        if let shard {
            do throws(SweepError) {
                _ = try SweepShard(shard)
            } catch {
                throw ValidationError("The value '\(shard)' is invalid for '--shard': \(error)")
            }
        }
    }

    func run() throws {
        try InstructionSet.check()
        let sweep: PlannedSweep
        do {
            sweep = try PlannedSweep(self)
        } catch let error as SweepError {
            throw ValidationError(error.description)
        }
        guard !dryRun else {
            System.print(sweep.listing(width: System.terminalWidth))
            return
        }
        try SweepRunner(sweep).run()
    }

    /// The part of the runs that is this process's.
    func ownShard() throws -> SweepShard {
        if let shard { return try SweepShard(shard) }
        return try SweepShard { name in getenv(name).map { String(cString: $0) } }
    }

    /// How many runs are trained at once.
    var concurrentRuns: Int {
        runsAtOnce ?? max(1, Processors.own / (threadsPerRun ?? 1))
    }
}
