/// What to measure, and for how long.
public struct BenchmarkOptions: Sendable {
    /// The batch sizes of the training steps; 1...1000.
    public var batchSizes = [1, 10, 32, 128, 512]
    /// The numbers of threads to measure them with, each at least 1.
    public var threads = [1, 2]
    /// Whether a rough answer is enough: a tenth of the time.
    public var isQuick = false
    /// What to measure.
    public var topics = Set(BenchmarkTopic.allCases)
    /// The command and the arguments that make another process train and tell of it, to which a
    /// number of passes is added; empty for none, and then there is nothing on the command's start.
    public var trial: [String] = []

    /// All of it, in full.
    public init() {}

    /// The batch sizes that a DCGAN is measured with: 64, or what was asked for.
    var dcganBatchSizes: [Int] {
        batchSizes == BenchmarkOptions().batchSizes ? [64] : batchSizes
    }

    /// The most threads that are asked for.
    var mostThreads: Int { threads.max() ?? 1 }

    /// So much measuring time, or a tenth of it.
    func time(_ seconds: Double) -> Duration { .seconds(isQuick ? seconds / 10 : seconds) }
}

/// The parts of the benchmark.
public enum BenchmarkTopic: String, CaseIterable, Sendable {
    case start, steps, dcgan, nodes, summary, writer, kernels, convolutions, broadcasting
}

/// Measures, one topic after another.
///
/// - Parameter report: called with each table as soon as it is complete.
/// - Throws: ``BenchmarkError``, and what training or writing throws.
public func runBenchmarks(
    _ options: BenchmarkOptions, report: (BenchmarkTable) -> Void
) throws {
    // The start comes first, while this process is small, and has nothing running beside the other.
    for topic in BenchmarkTopic.allCases where options.topics.contains(topic) {
        switch topic {
        case .start: if !options.trial.isEmpty { report(try startTable(options)) }
        case .steps: report(try stepTable(options))
        case .dcgan: report(try dcganTable(options))
        case .nodes: try nodeTables(options).forEach(report)
        case .summary: report(try summaryTable(options))
        case .writer: report(try writerTable(options))
        case .kernels: try kernelTables(options).forEach(report)
        case .convolutions: report(try convolutionTable(options))
        case .broadcasting: report(try broadcastTable(options))
        }
    }
}

/// Why a benchmark says nothing.
public enum BenchmarkError: Error, Equatable, CustomStringConvertible {
    /// A kernel's result is not the plain computation's; a wrong result's time means nothing.
    case wrong(kernel: String, error: Double)
    /// A process could not be started or gave no answer.
    case noAnswer(command: String)
    /// A folder for temporary files could not be made.
    case noFolder(path: String)

    /// What is wrong, in a line.
    public var description: String {
        switch self {
        case .wrong(let kernel, let error):
            "\(kernel) is off by \(error) of its largest value from the plain loops: not timed"
        case .noAnswer(let command):
            "\(command) ended without an answer: run it by itself to see why"
        case .noFolder(let path):
            "\(path) cannot be made: set TMPDIR to a folder that can be written to"
        }
    }
}
