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

/// How long the steps of a DCGAN take, and which share of what the machine can do at best that is.
func dcganTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "dcgan", "Steps of a DCGAN, the loss fetched with them",
        columns: "network", "step", "batch", "threads", "median ms", "min ms", "spread %",
        "speed-up", "GFLOP/s", "share of the bound %")
    let examples = try MNIST.sample
    let peaks = options.threads.map { Bounds(Threads($0)).peak }
    for network in [BenchmarkNetwork.dcgan, .wideDCGAN] {
        for batchSize in options.dcganBatchSizes {
            let runners = try options.threads.map {
                try StepRunner(network, batchSize: batchSize, threads: $0, examples: examples)
            }
            for step in StepRunner.Step.allCases {
                let operations = network.operations(of: step, batchSize: batchSize) ?? 0
                let timings = try timings(of: step, runners, budget: options.time(3))
                for (index, timing) in timings.enumerated() {
                    let rate = operations / timing.median.seconds
                    table.add(
                        .text(network.rawValue), .text(step == .discriminator ? "D" : "G"),
                        .count(batchSize), .count(runners[index].threads),
                        .number(timing.median.milliseconds), .number(timing.minimum.milliseconds),
                        .number(timing.spread), .number(timings[0].median / timing.median),
                        .number(rate / 1e9), .number(rate / peaks[index] * 100))
                }
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
