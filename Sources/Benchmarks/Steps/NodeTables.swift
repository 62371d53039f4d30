internal import Datasets
internal import TensorGraph

/// Where the time of a step goes, node by node, at batch 10 and 128 as far as those are measured.
func nodeTables(_ options: BenchmarkOptions) throws -> [BenchmarkTable] {
    let examples = try MNIST.sample
    var tables: [BenchmarkTable] = []
    for batchSize in options.batchSizes
    where [10, 128].contains(batchSize) || options.batchSizes.count == 1 {
        let runner = try StepRunner(
            batchSize: batchSize, threads: options.mostThreads, examples: examples)
        func table(_ name: String, _ run: (RunProfile?) throws -> Void) throws -> BenchmarkTable {
            try nodeTable("\(name), batch \(batchSize), threads \(runner.threads)", options, run)
        }
        for step in StepRunner.Step.allCases {
            tables.append(try table(step.rawValue) { try runner.take(step, profile: $0) })
        }
        tables.append(
            try table("summary after a G step") {
                try runner.take(.generator)
                _ = try runner.summary(profile: $0)
            })
    }
    return tables
}

private func nodeTable(
    _ name: String, _ options: BenchmarkOptions, _ run: (RunProfile?) throws -> Void
) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "nodes", "The most expensive nodes: \(name)",
        columns: "node", "op", "median µs", "share of the nodes' time %")
    var samples: [Loop: [Duration]] = [:]
    for _ in 0..<10 { try run(nil) }
    let end = ContinuousClock.now + options.time(3)
    while ContinuousClock.now < end {
        let profile = RunProfile()
        try run(profile)
        for (loop, duration) in loops(profile.nodes) {
            samples[loop, default: []].append(duration)
        }
    }
    let medians = samples.mapValues { Timing($0).median }
    let sum = medians.values.reduce(.zero, +)
    let order = medians.sorted { ($1.value, $0.key.name) < ($0.value, $1.key.name) }
    for (loop, duration) in order.prefix(options.isQuick ? 8 : 16) {
        table.add(
            .text(loop.name), .text(loop.op), .number(duration.microseconds),
            .number(duration / sum * 100))
    }
    table.add(
        "all \(order.count)", "", .number(sum.microseconds), .number(100))
    return table
}

/// Nodes that are computed together, named by the last of them.
private struct Loop: Hashable {
    var name: String
    var op: String
}

/// The nodes that share a loop follow each other without a gap.
private func loops(_ nodes: [RunProfile.NodeStatistics]) -> [(Loop, Duration)] {
    var result: [(Loop, Duration)] = []
    var members = 0
    for (index, node) in nodes.enumerated() {
        let before = index > 0 ? nodes[index - 1] : nil
        if let before, before.duration == node.duration,
            before.start + before.duration == node.start
        {
            members += 1
            let duration = result[result.count - 1].1 + node.duration
            result[result.count - 1] = (
                Loop(name: node.name, op: "\(node.op), last of \(members)"), duration
            )
        } else {
            members = 1
            result.append((Loop(name: node.name, op: node.op), node.duration))
        }
    }
    return result
}
