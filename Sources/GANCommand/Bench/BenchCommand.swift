import ArgumentParser
import Benchmarks

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

    /// Trains so many passes in this process, for another one that measures it.
    @Option(help: .hidden)
    var trial: Int?

    func validate() throws {
        guard batchSize.allSatisfy({ $0 <= 1000 }) else {
            throw ValidationError(
                "--batch-size must be at most 1000, the number of images built in")
        }
    }

    func run() throws {
        if let trial {
            try runTrial(passes: trial, threads: threads.max() ?? 1) { System.print($0 + "\n") }
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
        if !json { System.print("\(Machine.description)\n") }
        var separator = "["
        try runBenchmarks(options) { table in
            System.print(json ? "\(separator)\(table.json)" : "\n\(table.markdown)")
            separator = ",\n"
        }
        if json { System.print("]\n") }
    }
}
