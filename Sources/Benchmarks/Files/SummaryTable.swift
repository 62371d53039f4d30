internal import Datasets
internal import TensorBoard

/// What the log of a pass costs: all of the article's summaries fetched, with 10 images, 12
/// histograms and 2 scalars, and given to the writer.
func summaryTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "summary", "One summary fetch written to the log, batch 10, threads \(options.mostThreads)",
        columns: "measured", "median ms", "min ms", "spread %")
    func add(_ name: String, _ timing: Timing) {
        table.add(
            .text(name), .number(timing.median.milliseconds), .number(timing.minimum.milliseconds),
            .number(timing.spread))
    }
    let runner = try StepRunner(
        batchSize: 10, threads: options.mostThreads, examples: try MNIST.sample)
    let clock = ContinuousClock()
    let run = try TemporaryRun()
    let writer = try SummaryWriter(logdir: run.path)

    var samples: [Duration] = []
    for step in 0..<(options.isQuick ? 30 : 300) {
        try runner.take(.generator)
        samples.append(
            try clock.measure { try writer.add(try runner.summary(), step: Int64(step)) })
    }
    add("fetched and handed to the writer, after a G step each", Timing(samples))

    add(
        "the same, over and over, until all of it is on the disk",
        try Timing.of(options.time(5)) {
            for step in 0..<50 { try writer.add(try runner.summary(), step: Int64(step)) }
            try writer.flush()
        } / 50)
    try writer.close()
    return table
}
