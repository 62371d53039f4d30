import Foundation
import GAN
import Datasets
import TensorBoard
import TensorGraph
import Testing

/// The reference's golden numbers, and a session in the state that they were taken in.
struct Golden: Decodable {
    struct Digest: Decodable {
        let size: Int
        let sum: Double
        let l2: Double
        let at: [Int]
        let values: [Double]
    }

    enum CodingKeys: String, CodingKey {
        case weights
        case discriminatorX = "D_x"
        case discriminatorG = "D_G"
        case generatorZ = "G_z"
        case discriminatorLoss = "discriminator_loss"
        case generatorLoss = "generator_loss"
        case discriminatorGradients = "gradients_of_discriminator_loss"
        case generatorGradients = "gradients_of_generator_loss"
        case after1 = "after_1_steps"
        case after3 = "after_3_steps"
        case after7 = "after_7_steps"
        case losses
    }

    /// A step's kind, "D" or "G", and the loss after it.
    struct Step: Decodable {
        let kind: String
        let loss: Double

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            kind = try container.decode(String.self)
            loss = try container.decode(Double.self)
        }
    }

    let weights: [String: Digest]
    let discriminatorX: [Double]
    let discriminatorG: [Double]
    let generatorZ: Digest
    let discriminatorLoss: Double
    let generatorLoss: Double
    let discriminatorGradients: [String: Digest]
    let generatorGradients: [String: Digest]
    let after1: [String: Digest]
    let after3: [String: Digest]
    let after7: [String: Digest]
    let losses: [Step]

    static func load() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: Data(contentsOf: fixture("golden.json")))
    }
}

func fixture(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: nil))
}

/// The program with the reference's golden weights, noise and images.
struct GoldenRun {
    let program: Program
    let session: Session
    let feed: [Tensor: Value]
    let validationFeed: [Tensor: Value]
    /// Each network's variables once, in the order of making.
    let discriminatorVariables: [Variable]
    let generatorVariables: [Variable]

    init(threads: Int = 2) throws {
        let program = Program(Hyperparameters(), seed: 0)
        session = Session(graph: program.network.tf, threads: threads)
        try session.run(program.initializer)

        var distinct: [Variable] = []
        for variable in program.network.discriminatorParameters where !distinct.contains(variable) {
            distinct.append(variable)
        }
        discriminatorVariables = distinct
        generatorVariables = program.network.generatorParameters
        for (salt, variable) in (discriminatorVariables + generatorVariables).enumerated() {
            session.set(variable, to: Self.weights(variable.shape, salt: salt))
        }
        let z = Value(Self.hashed(200, salt: 1000).map(Float.init), shape: [10, 20])
        let data = try MNIST.sample
        feed = [
            program.inputX: Value(data.train.pixels(0..<10), shape: [10, 784]), program.inputZ: z,
        ]
        validationFeed = [
            program.inputX: Value(data.validation.pixels(0..<10), shape: [10, 784]),
            program.inputZ: z,
        ]
        self.program = program
    }

    /// Uniform numbers in [-1, 1) that any language computes exactly: Knuth's multiplicative hash
    /// of the index.
    private static func hashed(_ count: Int, salt: Int) -> [Double] {
        (0..<count).map { index in
            let hash = UInt64(index + salt * 7919 + 1) &* 2_654_435_761 % (1 << 32)
            return Double(hash) / 2_147_483_648 - 1
        }
    }

    private static func weights(_ shape: [Int], salt: Int) -> Value {
        let inputs = shape.count > 1 ? shape.dropLast().reduce(1, *) : 100
        let deviation = shape.count == 1 ? 0.01 : (2 / Double(inputs)).squareRoot()
        let numbers = hashed(shape.reduce(1, *), salt: salt)
        return Value(numbers.map { Float($0 * 3.0.squareRoot() * deviation) }, shape: shape)
    }
}

extension Golden.Digest {
    /// How far the L2 norm, the sum and the picked entries of `values` are from this digest's, the
    /// last two in units of the root mean square.
    func distance(_ values: [Float]) -> (l2: Double, entries: Double) {
        let doubles = values.map(Double.init)
        let norm = doubles.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let typical = l2 / Double(size).squareRoot()
        let entries = zip(at, self.values).map { abs(doubles[$0] - $1) / max(typical, 1e-30) }
        return (abs(norm - l2) / max(l2, 1e-30), entries.max() ?? 0)
    }
}
