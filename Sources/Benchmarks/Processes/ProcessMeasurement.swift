internal import Datasets
internal import TensorGraph

/// What is known of the steps of several processes after measuring them: of each, the slowest of them.
struct ProcessMeasurement {
    /// Of a step of one of the networks.
    struct Step {
        /// Seconds by when sums are made.
        var seconds: [TimedCommunicator.Mode: Double]
        /// Of sums and gathers alone, and by how many of them a step's computing is delayed that has to
        /// share its processor with them, and with other processes where there are more than processors.
        var sums = 0.0, processor = 0.0
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
        let columns = modes.count + 2
        let networks = ProcessSteps.names.indices
        var samples = [[Double]](repeating: [], count: columns * networks.count)
        // What was computed without any sums.
        var computed: [[ProcessSteps.Taken]] = networks.map { _ in [] }
        var traffic = networks.map { _ in Traffic() }
        let end = ContinuousClock.now + budget
        repeat {
            // Of each network the seconds of each pass by each mode, and two of what is made alone.
            var own = networks.map { _ in [Double]() }
            for mode in modes {
                let passes = try steps.take(mode, passes: Self.passCount)
                for network in networks {
                    let taken = passes.map { $0[network] }
                    own[network] += taken.map(\.cost.time.seconds)
                    if mode == .never { computed[network] += taken }
                    guard mode == modes.last else { continue }
                    guard !communicator.isAlone else {
                        own[network] += [0, 0]
                        continue
                    }
                    let before = communicator.traffic
                    let alone = try steps.exchangeAlone(taken[0])
                    traffic[network] = communicator.traffic - before
                    // How much of a processor this process has.
                    let share = computed[network].last.map { $0.cost.processor / $0.cost.time }
                    own[network] += [alone.time.seconds, alone.processor.seconds / (share ?? 1)]
                }
            }
            // All wait for the slowest of each step.
            var slowest = try communicator.slowest(own.flatMap(\.self))[...]
            for network in networks {
                for column in modes.indices {
                    let passes = slowest.prefix(Self.passCount)
                    samples[network * columns + column].append(
                        passes.reduce(0, +) / Double(Self.passCount))
                    slowest = slowest.dropFirst(Self.passCount)
                }
                for column in [modes.count, modes.count + 1] {
                    samples[network * columns + column].append(slowest.removeFirst())
                }
            }
        } while try communicator.agrees(ContinuousClock.now < end || samples[0].count < 10)
        self.steps = networks.map { network in
            let first = network * columns
            var step = Step(
                seconds: Dictionary(
                    uniqueKeysWithValues: modes.enumerated().map {
                        ($1, Self.median(samples[first + $0]))
                    }), computing: CostModel.Step(computed[network], processes: communicator.count),
                traffic: traffic[network])
            step.sums = Self.median(samples[first + modes.count])
            step.processor = Self.median(samples[first + modes.count + 1])
            step.summedBytes = steps.summedBytes(network)
            step.computing.total = step.seconds[.never] ?? 0
            return step
        }
    }

    /// So many passes follow each other without a pause.
    private static let passCount = 3

    fileprivate static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    /// The model of this link and these processors.
    var model: CostModel {
        let sent = steps.reduce(0) { $0 + Double($1.traffic.bytes) }
        let work = steps.reduce(0) { $0 + $1.processor }
        return CostModel(
            latency: latency, secondsPerByte: secondsPerByte,
            processorPerByte: sent > 0 ? work / sent : 0)
    }
}

extension CostModel.Step {
    /// What steps have computed, by the median.
    fileprivate init(_ taken: [ProcessSteps.Taken], processes: Int) {
        let last = taken[taken.count - 1]
        let alike = taken.filter { $0.events.count == last.events.count }
        func median(_ value: (ProcessSteps.Taken) -> Duration) -> Double {
            ProcessMeasurement.median(alike.map(value).map(\.seconds))
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
            return CostModel.Event(time: median { $0.events[index].time }, kind: kind)
        }
        self.init(total: median { $0.cost.time }, events: events, processes: processes)
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
    /// The largest of each number over all processes.
    fileprivate func slowest(_ numbers: [Double]) throws -> [Double] {
        let all = try gather(numbers.withUnsafeBytes { Array($0) })
        return numbers.indices.map { index in
            all.reduce(0) { largest, bytes in
                let bits = bytes[8 * index..<8 * index + 8].reversed().reduce(UInt64(0)) {
                    $0 << 8 | UInt64($1)
                }
                return max(largest, Double(bitPattern: UInt64(littleEndian: bits)))
            }
        }
    }

    /// What the first process says.
    fileprivate func agrees(_ own: Bool) throws -> Bool {
        try broadcast([own ? 1 : 0]) == [1]
    }
}
