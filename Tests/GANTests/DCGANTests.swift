import Datasets
import Foundation
import GAN
import TensorGraph
import Testing

/// The DCGANs beside PyTorch's: the peers of `tools/compare-peers` start from the same weights and
/// are held to the same numbers, so that the same work is measured.
@Suite struct DCGANTests {
    private struct Expected: Decodable {
        let parameters: Int
        /// Of D, G, D and G, each fetched with its step.
        let losses: [Float]
    }

    private static let networks: [(name: String, networks: DCGAN)] = {
        var wide = DCGAN()
        wide.width = 64
        wide.hidden = nil
        return [("dcgan", DCGAN()), ("dcgan-wide", wide)]
    }()

    @Test(arguments: networks.indices)
    func lossesArePyTorchs(index: Int) throws {
        let (name, networks) = Self.networks[index]
        let all = try JSONDecoder().decode(
            [String: Expected].self, from: Data(contentsOf: fixture("dcgan.json")))
        let expected = try #require(all[name])
        let program = DCGANProgram(networks, seed: 0)
        let session = Session(graph: program.graph, threads: 2)
        try session.run(program.initializer)
        let count = try setWeights(of: program, in: session)
        #expect(count == expected.parameters)

        let images = try MNIST.sample.train.pixels(0..<64)
        let feed = [
            program.inputX: Value(images, shape: [64, 784]),
            program.inputZ: Value(Self.numbers(64 * 64, seed: 40), shape: [64, 64]),
        ]
        for (step, loss) in expected.losses.enumerated() {
            let (train, fetched) =
                step.isMultiple(of: 2)
                ? (program.discriminatorTrain, program.discriminatorLoss)
                : (program.generatorTrain, program.generatorLoss)
            let found = try session.run([fetched], targets: [train], feed: feed)[0].scalar
            // Adam's first steps are as long for a gradient of rounding errors as for any other.
            #expect(abs(found - loss) < (step == 0 ? 1e-5 : 1e-2), "\(name), loss \(step)")
        }
    }

    /// Sets the variables of both networks, and counts their elements.
    private func setWeights(of program: DCGANProgram, in session: Session) throws -> Int {
        var count = 0
        for (network, firstSeed) in [("discriminator/", 0), ("generator/", 20)] {
            let variables = program.graph.variables
                .filter { $0.name.hasPrefix(network) && !$0.name.contains("/Adam") }
                .sorted { $0.name < $1.name }
            for (index, variable) in variables.enumerated() {
                let size = variable.shape.reduce(1, *)
                count += size
                guard variable.name.hasSuffix("weights") else { continue }
                let scale = Float(0.02 * 3.0.squareRoot())
                let numbers = Self.numbers(size, seed: firstSeed + index).map { $0 * scale }
                session.set(variable, to: Value(numbers, shape: variable.shape))
            }
        }
        return count
    }

    /// Numbers in -1..<1 that any language can make again: MurmurHash3's finalizer of a counter.
    private static func numbers(_ count: Int, seed: Int) -> [Float] {
        (0..<count).map { index in
            var x = UInt32(index) &+ UInt32(truncatingIfNeeded: seed) &* 0x9E37_79B9
            x = (x ^ x >> 16) &* 0x85EB_CA6B
            x = (x ^ x >> 13) &* 0xC2B2_AE35
            x ^= x >> 16
            return Float(x >> 8) / 0x1p23 - 1
        }
    }
}
