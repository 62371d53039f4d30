internal import Datasets

/// How long the steps of the article's loop take, and how that grows with the batch and falls with
/// threads.
///
/// The numbers of threads take turns of a few steps each, so that whatever else the machine does
/// strikes all alike.
func stepTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "steps",
        "Training steps: the train op is run, then the loss is fetched, as in the article's loop",
        columns: "step", "batch", "threads", "median ms", "min ms", "spread %", "speed-up")
    let examples = try MNIST.sample
    for batchSize in options.batchSizes {
        let runners = try options.threads.map {
            try StepRunner(batchSize: batchSize, threads: $0, examples: examples)
        }
        for step in StepRunner.Step.allCases {
            let timings = try timings(of: step, runners, budget: options.time(3))
            for (runner, timing) in zip(runners, timings) {
                table.add(
                    .text(step.rawValue), .count(batchSize), .count(runner.threads),
                    .number(timing.median.milliseconds), .number(timing.minimum.milliseconds),
                    .number(timing.spread), .number(timings[0].median / timing.median))
            }
        }
    }
    return table
}

private func timings(
    of step: StepRunner.Step, _ runners: [StepRunner], budget: Duration
) throws -> [Timing] {
    let clock = ContinuousClock()
    var samples = [[Duration]](repeating: [], count: runners.count)
    for runner in runners { for _ in 0..<3 { try runner.take(step) } }
    let end = clock.now + budget * runners.count
    while clock.now < end || samples[0].count < 10 {
        for (index, runner) in runners.enumerated() {
            // The first step of a turn finds the caches as the other runner left them.
            try runner.take(step)
            for _ in 0..<10 { samples[index].append(try clock.measure { try runner.take(step) }) }
        }
    }
    return samples.map(Timing.init)
}
