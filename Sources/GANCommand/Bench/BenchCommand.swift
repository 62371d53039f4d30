import ArgumentParser
import Benchmarks
import GAN
import TensorGraph

private let programs = ShownProgram.allCases.map(\.rawValue).joined(separator: ", ")
private let passes = ShownProgram.passNames.joined(separator: ", ")
private let topics = BenchmarkTopic.allCases.map(\.rawValue).joined(separator: ", ")

/// `gan bench`.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure how fast training and logging are on this machine.",
        discussion: """
            Prints tables: the command's start and its memory, training steps as batches and threads \
            grow, their most expensive nodes, the log of a pass, the writer, and each kernel beside \
            what the machine could do at best, which is measured, too. Each kernel's result is checked \
            against plain loops first.

            The environment variable GANBOARD_INSTRUCTION_SET takes less than the processor has: avx512, \
            avx2 or sse2. It holds for all commands.
            """)

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Images in a step, one or more. (default: 1 10 32 128 512)", valueName: "n"),
        transform: NumberFlag.count)
    var batchSize = BenchmarkOptions().batchSizes

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Threads to compute with, one or more. (default: 1 2)", valueName: "n"),
        transform: NumberFlag.threadCount)
    var threads = BenchmarkOptions().threads

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "What to measure: \(topics). (default: all)", valueName: "topic"),
        transform: { name in
            guard let topic = BenchmarkTopic(rawValue: name) else {
                throw ValidationError("it must be one of \(topics)")
            }
            return topic
        })
    var only: [BenchmarkTopic] = []

    @Flag(help: "Take a tenth of the time, for a rough answer.")
    var quick = false

    @Flag(help: "Print JSON, one table after another in an array.")
    var json = false

    @Flag(
        help: """
            Measure a DCGAN's steps by the processes that tools/gan-mpi has started, a step's images \
            divided among them: computing, sums, and how much of these is hidden behind it. By itself: \
            what a model says that many machines would take.
            """)
    var processes = false

    @Option(
        help: ArgumentHelp(
            "With --processes: the DCGAN's channels at 14 × 14 pixels. (default: 64)",
            valueName: "n"),
        transform: NumberFlag.count)
    var width: Int?

    @Option(
        help: ArgumentHelp(
            "With --processes: the parts that a batch is cut into. "
                + "(default: 8, or as many as processes)",
            valueName: "n"),
        transform: NumberFlag.shards)
    var shards: Int?

    @Option(
        help: ArgumentHelp(
            "Print the program of one of the loop's runs, a line a step, and measure nothing: \(programs).",
            valueName: "run"),
        transform: { name in
            guard let program = ShownProgram(rawValue: name) else {
                throw ValidationError("it must be one of \(programs)")
            }
            return program
        })
    var showProgram: ShownProgram?

    @Option(
        help: ArgumentHelp(
            "With --show-program: the program as it is after this pass, \(passes). (default: the last)",
            valueName: "pass"),
        transform: { name in
            guard ShownProgram.passNames.contains(name) else {
                throw ValidationError("it must be one of \(passes)")
            }
            return name
        })
    var after: String?

    /// Trains so many passes in this process, for another one that measures it.
    @Option(help: .hidden)
    var trial: Int?

    func validate() throws {
        guard batchSize.allSatisfy({ $0 <= 1000 }) else {
            throw ValidationError(
                "--batch-size must be at most 1000, the number of images built in")
        }
        guard processes || width == nil && shards == nil else {
            throw ValidationError(
                "--width and --shards say what --processes measures: give it, too")
        }
        guard width ?? 1 <= 512 else { throw ValidationError("--width must be at most 512") }
        guard after == nil || showProgram != nil else {
            throw ValidationError("--after says which program --show-program shows: give both")
        }
    }

    func run() throws {
        try InstructionSet.check()
        if let trial {
            try runTrial(passes: trial, threads: threads.max() ?? 1) { System.print($0 + "\n") }
            return
        }
        if let showProgram {
            let size = batchSize == BenchmarkOptions().batchSizes ? 10 : batchSize[0]
            System.print(
                try showProgram.text(
                    batchSize: size, threads: threads.max() ?? 1, after: after) + "\n")
            return
        }
        if processes {
            try measureProcesses()
            return
        }
        var options = BenchmarkOptions()
        options.batchSizes = batchSize
        options.threads = threads
        options.isQuick = quick
        if !only.isEmpty { options.topics = Set(only) }
        if let program = System.programPath {
            options.trial = [program, "bench", "--threads", "\(threads.max() ?? 1)", "--trial"]
        }
        try printTables { try runBenchmarks(options, report: $0) }
    }

    private func printTables(_ measure: ((BenchmarkTable) -> Void) throws -> Void) throws {
        if !json { System.print("\(Machine.description)\n") }
        var separator = "["
        try measure { table in
            System.print(json ? "\(separator)\(table.json)" : "\n\(table.markdown)")
            separator = ",\n"
        }
        if json { System.print("]\n") }
    }

    private func measureProcesses() throws {
        let others = try Processes.join()
        let count = others?.communicator.count ?? 1
        var options = ProcessOptions()
        options.batchSize = batchSize == BenchmarkOptions().batchSizes ? 128 : batchSize[0]
        options.threads = threads == BenchmarkOptions().threads ? 1 : threads[0]
        options.width = width ?? options.width
        options.shards = shards ?? max(options.shards, count)
        options.isQuick = quick
        if let misfit = Team.misfit(
            shards: options.shards, batchSize: options.batchSize, processes: count)
        {
            throw ValidationError(misfit)
        }
        func measure(_ report: (BenchmarkTable) -> Void) throws {
            try Benchmarks.measureProcesses(options, others?.communicator, report: report)
        }
        guard let others else { return try printTables(measure) }
        try others.run {
            if others.isFirst { try printTables(measure) } else { try measure { _ in } }
        }
    }
}
