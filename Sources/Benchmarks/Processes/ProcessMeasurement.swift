internal import Datasets
internal import TensorGraph

/// What is known of the steps of several processes after measuring them, of whom the slowest counts.
struct ProcessMeasurement {
    /// Of a step of one of the networks.
    struct Step {
        /// Seconds by when sums are made.
        var seconds: [TimedCommunicator.Mode: Double]
        /// Of sums and gathers alone.
        var sums = 0.0
        /// What messages after computing take more than none, and messages meanwhile less than that, by turns.
        var late = 0.0, hidden = 0.0
        /// By how much they delay what a step computes, at the most: for so much longer the process is at work
        /// where messages follow computing, their polls included, in the share of a processor that it has.
        var processor = 0.0
        var computing: CostModel.Step
        /// The bytes of all numbers that are summed.
        var summedBytes = 0
        /// What a process sends.
        var traffic = Traffic()
    }

    var steps: [Step]
    /// Seconds of an exchange, and of a byte both ways at once.
    var latency = 0.0, secondsPerByte = 0.0
    let processes: Int

    /// Measures by turns, so that whatever else the machine does strikes all alike.
    ///
    /// - Parameter budget: how long, about.
    init(_ steps: ProcessSteps, budget: Duration) throws {
        let communicator = steps.communicator
        processes = communicator.count
        let modes: [TimedCommunicator.Mode] =
            communicator.isAlone ? [.never] : TimedCommunicator.Mode.allCases
        let leastCount = communicator.isAlone ? 4 : 20
        if !communicator.isAlone {
            let bytes = 1 << 22
            let link = try steps.link(bytes: bytes, rounds: 20)
            let model = CostModel(latency: link.latency, secondsPerByte: 0)
            latency = link.latency
            secondsPerByte = max(
                0,
                (link.sum - model.link(Double(bytes), processes: processes))
                    / model.sent(Double(bytes), processes))
        }
        for mode in modes { _ = try steps.take(mode, passes: 3) }
        var samples = ProcessSteps.names.map { _ in Samples() }
        let end = ContinuousClock.now + budget
        repeat {
            for mode in modes {
                let passes = try steps.take(mode, passes: Self.passCount)
                let means = try communicator.slowest(passes)
                for network in samples.indices {
                    samples[network].seconds[mode, default: []].append(means[network].time)
                    samples[network].processor[mode, default: []].append(means[network].processor)
                    if mode == .never { samples[network].computed += passes.map { $0[network] } }
                    if mode == modes.last, !communicator.isAlone {
                        try samples[network].addAlone(passes[0][network], steps)
                    }
                }
            }
        } while try communicator.agrees(
            ContinuousClock.now < end || samples[0].computed.count < leastCount * Self.passCount)
        self.steps = samples.enumerated().map { network, samples in
            Step(
                samples, summedBytes: steps.summedBytes(network), processes: communicator.count)
        }
    }

    /// What was measured of a step, each time.
    fileprivate struct Samples {
        var seconds: [TimedCommunicator.Mode: [Double]] = [:]
        /// Of all of a process's threads.
        var processor: [TimedCommunicator.Mode: [Double]] = [:]
        var alone: [Double] = []
        /// What this process has computed without any messages.
        var computed: [ProcessSteps.Taken] = []
        var traffic = Traffic()

        mutating func addAlone(_ step: ProcessSteps.Taken, _ steps: ProcessSteps) throws {
            let before = steps.communicator.traffic
            let time = try steps.exchangeAlone(step)
            traffic = steps.communicator.traffic - before
            alone.append(try steps.communicator.numbers([time.seconds]).map { $0[0] }.max() ?? 0)
        }

        /// How much more each time was by one mode than by another, by turns.
        func difference(
            _ mode: TimedCommunicator.Mode, _ other: TimedCommunicator.Mode
        ) -> Double {
            median(zip(seconds[mode] ?? [], seconds[other] ?? []).map { $0 - $1 })
        }
    }

    /// So many passes follow each other without a pause.
    private static let passCount = 3

    /// The model of this link and these processors.
    var model: CostModel {
        let sent = steps.reduce(0) { $0 + Double($1.traffic.bytes) }
        let work = steps.reduce(0) { $0 + $1.processor }
        return CostModel(
            latency: latency, secondsPerByte: secondsPerByte,
            processorPerByte: sent > 0 ? work / sent : 0)
    }
}

/// 0 without any.
private func median(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.sorted()[values.count / 2]
}

extension ProcessMeasurement.Step {
    fileprivate init(
        _ samples: ProcessMeasurement.Samples, summedBytes: Int, processes: Int
    ) {
        seconds = samples.seconds.mapValues(median)
        sums = median(samples.alone)
        (late, hidden) = (samples.difference(.late, .never), samples.difference(.late, .early))
        computing = CostModel.Step(samples.computed, processes: processes)
        // This process's course, as slow as the slowest.
        let total = seconds[.never] ?? 0
        computing = computing.scaled(by: total / computing.total)
        (self.summedBytes, traffic) = (summedBytes, samples.traffic)
        let processor = samples.processor.mapValues(median)
        guard let computes = processor[.never], let late = processor[.late] else { return }
        // How much of a processor the process has, and how much more it needs where messages follow.
        let share = computes / total
        self.processor = max(0, late - computes) / share
    }
}

extension CostModel.Step {
    /// What steps have computed, by the median.
    fileprivate init(_ taken: [ProcessSteps.Taken], processes: Int) {
        let last = taken[taken.count - 1]
        let alike = taken.filter { $0.events.count == last.events.count }
        func usual(_ time: (ProcessSteps.Taken) -> Duration) -> Double {
            median(alike.map(time).map(\.seconds))
        }
        let events = last.events.indices.map { index in
            let kind: CostModel.Event.Kind =
                switch last.events[index].event {
                case .needs(let number): .needs(number)
                case .begins(let number):
                    .begins(
                        last.collectives[number].exchange,
                        bytes: Double(last.collectives[number].bytes))
                }
            return CostModel.Event(time: usual { $0.events[index].time }, kind: kind)
        }
        self.init(total: usual { $0.cost.time }, events: events, processes: processes)
    }
}

extension TimedCommunicator.Collective {
    fileprivate var exchange: CostModel.Exchange {
        switch kind {
        case .sum: .sum
        case .reduceScatter: .reduceScatter
        case .allGather: isAfterSums ? .gatherOfUpdates : .gather
        }
    }
}

extension TimedCommunicator {
    /// What a step of each network has taken in the process that was the slowest with all passes.
    fileprivate func slowest(
        _ passes: [[ProcessSteps.Taken]]
    ) throws -> [(time: Double, processor: Double)] {
        func means(_ part: (ProcessSteps.Taken) -> Duration) -> [Double] {
            passes[0].indices.map { network in
                passes.reduce(0) { $0 + part($1[network]).seconds } / Double(passes.count)
            }
        }
        let networks = passes[0].count
        func time(_ numbers: [Double]) -> Double { numbers.prefix(networks).reduce(0, +) }
        let all = try numbers(means(\.cost.time) + means(\.cost.processor))
        let slowest = all.max { time($0) < time($1) } ?? []
        return (0..<networks).map { (slowest[$0], slowest[networks + $0]) }
    }

    /// The numbers of each process.
    fileprivate func numbers(_ own: [Double]) throws -> [[Double]] {
        try gather(own.withUnsafeBytes { Array($0) }).map { bytes in
            bytes.withUnsafeBytes { bytes in
                own.indices.map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
            }
        }
    }

    /// What the first process says.
    fileprivate func agrees(_ own: Bool) throws -> Bool {
        try broadcast([own ? 1 : 0]) == [1]
    }
}
