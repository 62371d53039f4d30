import Foundation
import TensorGraph
import Testing

@testable import GAN

/// The gradient of the penalty on a critic's gradient: second derivatives.
@Suite struct PenaltyTests {
    /// A penalty and its gradients, by the critic's variables; see Fixtures/make-penalty.py.
    private struct Expected: Decodable {
        let penalty: Double
        let gradients: [String: [Double]]
        let scales: [String: Float]
        let order: [String]
    }

    /// Against PyTorch, to 1e-4 of each gradient's greatest value.
    @Test func isPyTorchs() throws {
        let url = Bundle.module.bundleURL.appending(path: "Fixtures/penalty.json")
        let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: url))
        var settings = RecipeTests.settings(.wassersteinGP)
        (settings.width, settings.hidden) = (2, 4)
        let tf = Graph(seed: 0)
        let x = tf.placeholder([nil, 784], name: "x")
        let penalty = tf.gradientPenalty(settings.dcgan.discriminator(x), at: x)
        let session = Session(graph: tf, threads: 2)
        let variables = try expected.order.enumerated().map { index, name in
            let variable = try #require(
                tf.variables.first { $0.name == "discriminator/\(name)" })
            let scale = try #require(expected.scales[name])
            let values = (0..<variable.shape.reduce(1, *)).map {
                Float(sin(1 + Double(index) + 0.7 * Double($0))) * scale
            }
            session.set(variable, to: Value(values, shape: variable.shape))
            return variable
        }
        let bias = try #require(tf.variables.first { $0.name == "discriminator/output/biases" })
        session.set(bias, to: Value([Float(0)], shape: [1]))
        let gradients = tf.gradients(of: penalty, withRespectTo: variables)
        let pixels = (0..<3 * 784).map { Float(0.5 + 0.5 * sin(0.37 * Double($0))) }
        let feed = [x: Value(pixels, shape: [3, 784])]
        let value = try session.run(penalty, feed: feed).scalar
        #expect(abs(Double(value) - expected.penalty) < 1e-4 * expected.penalty)
        for (name, gradient) in zip(expected.order, gradients) {
            let wanted = try #require(expected.gradients[name])
            let greatest = wanted.map(abs).max() ?? 0
            // A bias moves no slope, but where it moves a unit over its kink.
            guard greatest > 0 else { continue }
            let found = try session.run(try #require(gradient), feed: feed).floats
            #expect(found.count == wanted.count)
            for (a, b) in zip(found, wanted) {
                #expect(abs(Double(a) - b) < 1e-4 * greatest, "\(name)")
            }
        }
    }

    /// Against central differences, for a critic without kinks.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func isTheSlope(seed: UInt64) throws {
        let tf = Graph(seed: seed)
        let x = tf.placeholder([nil, 12], name: "x")
        let first = tf.getVariable(
            "first", [12, 7], initializer: .randomNormal(standardDeviation: 0.5))
        let second = tf.getVariable(
            "second", [7, 1], initializer: .randomNormal(standardDeviation: 0.7))
        let penalty = tf.gradientPenalty(
            tf.matMul(tf.softplus(tf.matMul(tf.tanh(x), first)), second), at: x)
        let session = Session(graph: tf, threads: 1)
        try session.run(tf.globalVariablesInitializer())
        var stream = RandomStream(seed: UInt32(seed), .mix, 0)
        let feed = [x: Value(stream.normal(5 * 12), shape: [5, 12])]
        let gradients = tf.gradients(of: penalty, withRespectTo: [first, second])
        for (variable, gradient) in zip([first, second], gradients) {
            let slope = try session.run(try #require(gradient), feed: feed).floats
            let start = try session.value(of: variable)
            // Along the slope, where the difference is greatest.
            let length = slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
            func loss(_ step: Float) throws -> Double {
                let moved = zip(start.floats, slope).map { $0 + step / length * $1 }
                session.set(variable, to: Value(moved, shape: variable.shape))
                return Double(try session.run(penalty, feed: feed).scalar)
            }
            let difference = (try loss(0.01) - loss(-0.01)) / 0.02
            session.set(variable, to: start)
            #expect(abs(difference - Double(length)) < 1e-3 * max(1, Double(length)))
        }
    }
}
