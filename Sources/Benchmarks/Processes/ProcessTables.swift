internal import Datasets
public import TensorGraph

/// What is measured of training by several processes.
public struct ProcessOptions: Sendable {
    /// Channels of the DCGAN's wide layers.
    public var width = 64
    /// Images in a step of all processes together, 1...1000.
    public var batchSize = 128
    /// The parts that it is cut into, a power of two, at least as many as processes.
    public var shards = 8
    /// Of each process.
    public var threads = 1
    /// Whether a rough answer is enough.
    public var isQuick = false

    /// A DCGAN of width 64, batches of 128 in 8 shards.
    public init() {}

    var budget: Duration { .seconds(isQuick ? 1 : 8) }
}

/// Measures steps that several processes take together: what computing takes, what sums take, how much
/// of that is hidden behind computing, and what the model of the cost says.
///
/// - Parameters:
///   - communicator: of the processes, all of which call this; `nil` where this one is alone. Then it
///     computes what one of 1, 2, 4 and 8 would, and the model says what many machines would take.
///   - report: called in the first process with each table.
public func measureProcesses(
    _ options: ProcessOptions, _ communicator: (any Communicator)?,
    report: (BenchmarkTable) -> Void
) throws {
    let examples = try MNIST.sample
    if let communicator {
        let steps = try ProcessSteps(
            width: options.width, batchSize: options.batchSize, shards: options.shards,
            threads: options.threads, TimedCommunicator(communicator), examples: examples)
        let measured = try ProcessMeasurement(steps, budget: options.budget)
        guard communicator.isFirst else { return }
        report(linkTable(measured))
        report(stepTable(measured, options))
    } else {
        for table in try predictionTables(options, examples) { report(table) }
    }
}

private func linkTable(_ measured: ProcessMeasurement) -> BenchmarkTable {
    var table = BenchmarkTable(
        "link", "What sums take between \(measured.processes) processes with nothing else to do",
        columns: "latency µs", "Gbit/s each way", "processor ns/kB")
    let model = measured.model
    table.add(
        .number(measured.latency * 1e6), .number(8e-9 / max(measured.secondsPerByte, 1e-15)),
        .number(model.processorPerByte * 1e12))
    return table
}

private func stepTable(
    _ measured: ProcessMeasurement, _ options: ProcessOptions
) -> BenchmarkTable {
    var table = BenchmarkTable(
        "processes",
        "Steps of \(measured.processes) processes: a DCGAN of width \(options.width), batch "
            + "\(options.batchSize), \(options.shards) shards, threads \(options.threads)",
        columns: "step", "computing ms", "sums alone ms", "sums after it ms", "sums meanwhile ms",
        "hidden %", "model ms", "off by %", "MB sent", "of a ring's", "messages")
    let model = measured.model
    let modelled = model.steps(measured.steps.map(\.computing), processes: measured.processes)
    func add(_ name: String, _ steps: [ProcessMeasurement.Step], _ predicted: Double) {
        func sum(_ part: (ProcessMeasurement.Step) -> Double) -> Double {
            steps.reduce(0) { $0 + part($1) }
        }
        func seconds(_ mode: TimedCommunicator.Mode) -> Double { sum { $0.seconds[mode] ?? 0 } }
        let (computing, early, late) = (seconds(.never), seconds(.early), seconds(.late))
        let ring = sum {
            model.sent(Double($0.summedBytes), measured.processes)
        }
        let sent = sum { Double($0.traffic.bytes) }
        table.add(
            .text(name), .number(computing * 1e3), .number(sum(\.sums) * 1e3), .number(late * 1e3),
            .number(early * 1e3), .number(sum(\.hidden) / max(sum(\.late), 1e-9) * 100),
            .number(predicted * 1e3), .number((predicted / early - 1) * 100), .number(sent / 1e6),
            .number(sent / max(ring, 1)), .count(steps.reduce(0) { $0 + $1.traffic.messages }))
    }
    for (index, name) in ProcessSteps.names.enumerated() {
        add(name, [measured.steps[index]], modelled[index])
    }
    add("both", measured.steps, modelled.reduce(0, +))
    return table
}

// MARK: What the model says

/// Links between machines, as they are bought.
private let networks: [(name: String, link: CostModel)] = [
    ("10 Gbit/s", CostModel(latency: 30e-6, secondsPerByte: 8 / 10e9, processorPerByte: 0.2e-9)),
    ("100 Gbit/s", CostModel(latency: 10e-6, secondsPerByte: 8 / 100e9, processorPerByte: 0.05e-9)),
]

private func predictionTables(
    _ options: ProcessOptions, _ examples: MNIST
) throws -> [BenchmarkTable] {
    var computed = BenchmarkTable(
        "computing", "What one process computes in a pass, threads \(options.threads)",
        columns: "width", "images", "alone ms", "as one of two ms", "MB exchanged", "messages")
    var tables: [BenchmarkTable] = []
    let widths = options.isQuick ? [options.width] : [32, 64, 128]
    for width in widths {
        var alone = Computed(), divided = Computed()
        for images in [8, 32, 128] {
            // As the only one, and as the first of two, whose parts have so many images; by turns.
            let both = try [1, 2].map { processes in
                try ProcessSteps(
                    width: width, batchSize: processes * images, shards: processes,
                    threads: options.threads, TimedCommunicator(firstOf: processes),
                    examples: examples)
            }
            let rounds = try (0..<3).map { _ in
                try both.map {
                    try ProcessMeasurement($0, budget: options.budget / 24).steps.map(\.computing)
                }
            }
            func middle(_ side: Int) -> [CostModel.Step] {
                rounds.map { $0[side] }.sorted { $0.seconds < $1.seconds }[rounds.count / 2]
            }
            let (whole, part) = (middle(0), middle(1))
            alone.known.append((images, whole))
            divided.known.append((images, part))
            let sums = part.flatMap(\.events).compactMap { event -> Double? in
                if case .begins(_, let bytes) = event.kind { bytes } else { nil }
            }
            computed.add(
                .count(width), .count(images), .number(whole.seconds * 1e3),
                .number(part.seconds * 1e3),
                .number(sums.reduce(0, +) / 1e6), .count(sums.count))
        }
        tables.append(predictions(width: width, alone, divided))
    }
    return [computed] + tables
}

extension [CostModel.Step] {
    /// Of all of them.
    fileprivate var seconds: Double { reduce(0) { $0 + $1.total } }
}

/// What 1 to 256 machines would take.
private func predictions(
    width: Int, _ alone: Computed, _ divided: Computed
) -> BenchmarkTable {
    var table = BenchmarkTable(
        "model-\(width)",
        "The model: a pass of a DCGAN of width \(width); with 128 images each, and with 2048 in all",
        columns: "machines", "link", "128 each ms", "efficiency %", "2048 in all ms", "speed-up",
        "efficiency in all %")
    func seconds(_ link: CostModel, images: Int, processes: Int) -> Double {
        let steps = (processes == 1 ? alone : divided).steps(images)
        return link.steps(steps, processes: processes).reduce(0, +)
    }
    for (name, link) in networks {
        let (alone, all) = (
            seconds(link, images: 128, processes: 1), seconds(link, images: 2048, processes: 1)
        )
        for exponent in 1...8 {
            let count = 1 << exponent
            let weak = seconds(link, images: 128, processes: count)
            let strong = seconds(link, images: 2048 / count, processes: count)
            table.add(
                .count(count), .text(name), .number(weak * 1e3), .number(alone / weak * 100),
                .number(strong * 1e3), .number(all / strong),
                .number(all / strong / Double(count) * 100))
        }
    }
    return table
}

/// What was measured for some numbers of images.
private struct Computed {
    var known: [(images: Int, steps: [CostModel.Step])] = []

    /// The steps with so many images, between two that were measured, or beyond them in proportion.
    func steps(_ images: Int) -> [CostModel.Step] {
        let upper = known.firstIndex { $0.images >= images } ?? known.count - 1
        let (low, high) = (known[max(0, upper - 1)], known[max(1, upper)])
        let part = Double(images - low.images) / Double(high.images - low.images)
        return zip(low.steps, high.steps).map { low, high in
            let total = low.total + part * (high.total - low.total)
            return high.scaled(by: total / high.total)
        }
    }
}
