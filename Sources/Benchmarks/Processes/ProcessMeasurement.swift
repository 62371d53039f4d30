internal import Datasets
internal import TensorGraph

/// What is known of the steps of several processes after measuring them: of each, the slowest of them.
struct ProcessMeasurement {
    /// Of a step of one of the networks.
    struct Step {
        /// Seconds by when sums are made.
        var seconds: [TimedCommunicator.Mode: Double]
        /// Of the sums alone, and by how many of them a step's computing is delayed that has to share its
        /// processor with them, and with other processes where there are more than processors.
        var sums = 0.0, processor = 0.0
        var computing: CostModel.Computing
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
        for mode in modes {
            for network in ProcessSteps.names.indices {
                for _ in 0..<3 { _ = try steps.take(network, mode) }
            }
        }
        let columns = modes.count + 2
        var samples = [[Double]](repeating: [], count: columns * ProcessSteps.names.count)
        var ready: [[[Double]]] = ProcessSteps.names.map { _ in [] }
        var bytes: [[Double]] = ProcessSteps.names.map { _ in [] }
        var traffic = ProcessSteps.names.map { _ in Traffic() }
        // How much of a processor this process has.
        var share = ProcessSteps.names.map { _ in 1.0 }
        let end = ContinuousClock.now + budget
        repeat {
            var own = ProcessSteps.names.map { _ in [Double](repeating: 0, count: columns) }
            // Whole passes: what both steps compute alike is left by one to the other.
            for (column, mode) in modes.enumerated() {
                for network in ProcessSteps.names.indices {
                    let before = communicator.traffic
                    let step = try steps.take(network, mode)
                    own[network][column] = step.time.seconds
                    let sums = communicator.sums
                    if mode == .never {
                        ready[network].append(sums.map(\.begun.seconds))
                        share[network] = step.processor / step.time
                    }
                    if mode == .early { traffic[network] = communicator.traffic - before }
                    bytes[network] = sums.map { Double($0.bytes) }
                    guard mode == modes.last else { continue }
                    let alone = try steps.sumAlone()
                    own[network][column + 1] = alone.time.seconds
                    own[network][column + 2] = alone.processor.seconds / share[network]
                }
            }
            for (index, value) in try communicator.slowest(own.flatMap(\.self)).enumerated() {
                samples[index].append(value)
            }
        } while try communicator.agrees(ContinuousClock.now < end || samples[0].count < 10)
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        self.steps = ProcessSteps.names.indices.map { network in
            let first = network * columns
            var step = Step(
                seconds: Dictionary(
                    uniqueKeysWithValues: modes.enumerated().map {
                        ($1, median(samples[first + $0]))
                    }),
                computing: .init(
                    total: 0,
                    ready: bytes[network].indices.map { bucket in
                        median(ready[network].map { $0[bucket] })
                    }, bytes: bytes[network]), traffic: traffic[network])
            step.sums = median(samples[first + modes.count])
            step.processor = median(samples[first + modes.count + 1])
            step.summedBytes = steps.summedBytes(network)
            step.computing.total = step.seconds[.never] ?? 0
            return step
        }
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
