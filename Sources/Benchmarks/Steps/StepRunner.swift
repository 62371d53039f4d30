internal import Datasets
internal import GAN
internal import TensorBoard
internal import TensorGraph

/// Two networks, ready to take any step of their training.
final class StepRunner {
    let threads: Int
    private let program: any AdversarialProgram
    private let session: Session
    private let feed: [Tensor: Value]
    private let validationFeed: [Tensor: Value]
    /// Fetches the summaries of other images with the same noise, as the loop does.
    private let summaries: PreparedRun
    private var steps: [Step: [PreparedRun]] = [:]

    /// - Parameter batchSize: 1...1000.
    init(
        _ network: BenchmarkNetwork = .article, batchSize: Int, threads: Int, examples: MNIST
    ) throws {
        self.threads = threads
        program = network.program(batchSize: batchSize)
        session = Session(graph: program.graph, threads: threads)
        try session.run(program.initializer)
        var numbers = Numbers()
        feed = [
            program.inputX: Value(
                examples.train.pixels(0..<batchSize), shape: [batchSize, MNIST.pixelCount]),
            program.inputZ: Value(
                numbers.floats(batchSize * network.noiseSize),
                shape: [batchSize, network.noiseSize]),
        ]
        var validationFeed = feed
        validationFeed[program.inputX] = Value(
            examples.validation.pixels(0..<batchSize), shape: [batchSize, MNIST.pixelCount])
        self.validationFeed = validationFeed
        summaries = try session.prepare([program.summary.tensor], feed: validationFeed)
        for step in Step.allCases {
            let (train, loss) =
                switch step {
                case .discriminator: (program.discriminatorTrain, program.discriminatorLoss)
                case .generator: (program.generatorTrain, program.generatorLoss)
                }
            steps[step] =
                network.fetchesLossAfterStep
                ? [
                    try session.prepare(targets: [train], feed: feed),
                    try session.prepare([loss], feed: feed),
                ] : [try session.prepare([loss], targets: [train], feed: feed)]
        }
    }

    /// What the loop does with one of the networks: a step of Adam, then its loss.
    enum Step: String, CaseIterable {
        case discriminator = "D step + loss"
        case generator = "G step + loss"
    }

    /// Takes a step, and fetches the loss.
    func take(_ step: Step, profile: RunProfile? = nil) throws {
        for run in steps[step] ?? [] { try run.run(profile: profile) }
    }

    /// The program of one of the loop's runs as text, after a pass or after all of them.
    ///
    /// All runs are compiled before, so that it shows what they leave to each other.
    func program(_ shown: ShownProgram, after pass: String?) throws -> String {
        for step in Step.allCases { try take(step) }
        _ = try summary()
        return switch shown {
        case .discriminatorStep:
            try session.program(targets: [program.discriminatorTrain], feed: feed, after: pass)
        case .generatorStep:
            try session.program(targets: [program.generatorTrain], feed: feed, after: pass)
        case .discriminatorLoss:
            try session.program([program.discriminatorLoss], feed: feed, after: pass)
        case .generatorLoss:
            try session.program([program.generatorLoss], feed: feed, after: pass)
        case .summary:
            try session.program([program.summary.tensor], feed: validationFeed, after: pass)
        }
    }

    /// What the loop logs after a pass.
    func summary(profile: RunProfile? = nil) throws -> CollectedSummary {
        try summaries.run(profile: profile)
        return summaries.summary(0)
    }
}

/// Numbers that are the same in every run (SplitMix64).
struct Numbers: RandomNumberGenerator {
    private var state: UInt64 = 0

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// `count` values between -1 and 1.
    mutating func floats(_ count: Int) -> [Float] {
        (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
    }
}
