internal import Datasets
internal import GAN
internal import Platform
internal import TensorGraph

/// The steps of a DCGAN that several processes take together, one of which this is.
final class ProcessSteps {
    let communicator: TimedCommunicator
    private let session: Session
    private let runs: [ShardedRun]
    /// What noise is fed by turns: a step computes nothing that another one has left.
    private let noise: [Value]
    private let noisePlaceholder: Tensor
    private var stepCount = 0

    /// The steps of a pass.
    static let names = ["D", "G"]

    /// - Parameters:
    ///   - batchSize: of the whole step, 1...1000, at least `shards`.
    ///   - shards: a power of two, at least as many as processes.
    init(
        width: Int, batchSize: Int, shards: Int, threads: Int, _ communicator: TimedCommunicator,
        examples: MNIST
    ) throws {
        self.communicator = communicator
        var networks = DCGAN()
        networks.width = width
        let program = DCGANProgram(networks, seed: 0)
        session = Session(graph: program.graph, threads: threads)
        try session.run(program.initializer)
        var numbers = Numbers()
        noise = (0..<2).map { _ in
            Value(
                numbers.floats(batchSize * networks.noiseSize),
                shape: [batchSize, networks.noiseSize])
        }
        noisePlaceholder = program.inputZ
        let feed = [
            program.inputX: Value(
                examples.train.pixels(0..<batchSize), shape: [batchSize, MNIST.pixelCount]),
            program.inputZ: noise[0],
        ]
        let own = Shards(
            count: shards, batchSize: batchSize, rank: communicator.rank, of: communicator.count)
        runs = try [
            (program.discriminatorTrain, program.discriminatorLoss),
            (program.generatorTrain, program.generatorLoss),
        ].map { [session] train, loss in
            try ShardedRun(session, [loss], targets: [train], feed: feed, own, communicator)
        }
    }

    /// The bytes of all numbers that a step of one of the networks sums.
    func summedBytes(_ network: Int) -> Int { runs[network].summedBytes }

    /// How long something takes, and what processors do meanwhile for this process.
    struct Cost {
        var time, processor: Duration

        init(_ work: () throws -> Void) rethrows {
            let (start, before) = (ContinuousClock.now, ProcessSteps.processorTime)
            try work()
            (time, processor) = (
                start.duration(to: .now), ProcessSteps.processorTime - before
            )
        }
    }

    /// A step of one of the networks.
    struct Taken {
        var cost: Cost
        /// The sums and the gathers that it has asked for.
        let collectives: [TimedCommunicator.Collective]
        let events: [(time: Duration, event: TimedCommunicator.Event)]
    }

    /// Takes so many passes, without a pause in between: what one step gathers goes on in the next one.
    ///
    /// - Returns: the steps of each.
    func take(_ mode: TimedCommunicator.Mode, passes: Int) throws -> [[Taken]] {
        _ = try communicator.gather([])
        var taken = try (0..<passes).map { _ in
            try runs.map { run in
                stepCount += 1
                run.feed(noisePlaceholder, noise[stepCount % noise.count])
                communicator.begin(mode)
                let cost = try Cost { try run.run() }
                return Taken(
                    cost: cost, collectives: communicator.collectives, events: communicator.events)
            }
        }
        let end = try Cost { try communicator.finish() }
        taken[passes - 1][runs.count - 1].cost.time += end.time
        taken[passes - 1][runs.count - 1].cost.processor += end.processor
        return taken
    }

    /// Makes the sums and the gathers of a step alone.
    func exchangeAlone(_ step: Taken) throws -> Duration {
        _ = try communicator.gather([])
        return try Cost { try communicator.make(step.collectives) }.time
    }

    fileprivate static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(Int(time.tv_sec)) + .nanoseconds(Int(time.tv_nsec))
    }

    /// Seconds that an exchange takes, and one that a sum of so many bytes does.
    func link(bytes: Int, rounds: Int) throws -> (latency: Double, sum: Double) {
        func median(_ count: Int) throws -> Double {
            let numbers = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
            numbers.initialize(repeating: 1)
            defer { numbers.deallocate() }
            communicator.begin(.early)
            var samples: [Duration] = []
            for _ in 0..<rounds {
                numbers.update(repeating: 1)
                _ = try communicator.gather([])
                let start = ContinuousClock.now
                _ = try communicator.beginSum(numbers)
                try communicator.finish()
                samples.append(start.duration(to: .now))
            }
            return Timing(samples).median.seconds
        }
        let exchanges = Double(max(1, communicator.count.trailingZeroBitCount))
        return (try median(16) / exchanges, try median(bytes / MemoryLayout<Float>.stride))
    }
}
