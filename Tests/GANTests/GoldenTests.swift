import GAN
import TensorGraph
import Testing

/// The numbers that TensorFlow gives for the same weights, noise and images.
///
/// With every weight disturbed by 1e-7 relative, which is float32's own grain, outputs move by
/// 2e-5, the gradients' L2 norms by 2e-6 and the seven losses by 1e-4: the tolerances leave room
/// for another order of summation, and for nothing more.
@Suite struct GoldenTests {
    let golden: Golden
    let run: GoldenRun

    init() throws {
        golden = try Golden.load()
        run = try GoldenRun()
    }

    @Test func weightsAreTheReferences() throws {
        for variable in run.discriminatorVariables + run.generatorVariables {
            let digest = try #require(golden.weights[variable.name + ":0"])
            let distance = digest.distance(try run.session.value(of: variable).floats)
            #expect(distance.l2 < 1e-9 && distance.entries == 0, "\(variable.name)")
        }
    }

    @Test func forwardValues() throws {
        let program = run.program
        let values = try run.session.run(
            [
                program.discriminatorX, program.discriminatorG, program.generatorZ,
                program.discriminatorLoss, program.generatorLoss,
            ], feed: run.feed)
        for (value, expected) in zip(values[0].floats, golden.discriminatorX) {
            #expect(abs(Double(value) - expected) <= 5e-5 * abs(expected))
        }
        for (value, expected) in zip(values[1].floats, golden.discriminatorG) {
            #expect(abs(Double(value) - expected) <= 5e-5 * abs(expected))
        }
        let image = golden.generatorZ.distance(values[2].floats)
        #expect(image.l2 < 5e-5 && image.entries < 5e-5)
        #expect(abs(Double(values[3].scalar) / golden.discriminatorLoss - 1) < 5e-5)
        #expect(abs(Double(values[4].scalar) / golden.generatorLoss - 1) < 5e-5)
    }

    @Test func gradients() throws {
        try compare(
            run.program.discriminatorLoss, run.discriminatorVariables,
            golden.discriminatorGradients)
        try compare(run.program.generatorLoss, run.generatorVariables, golden.generatorGradients)
    }

    private func compare(
        _ loss: Tensor, _ variables: [Variable], _ expected: [String: Golden.Digest]
    ) throws {
        let gradients = run.program.network.tf.gradients(of: loss, withRespectTo: variables)
        let values = try run.session.run(gradients.map { try #require($0) }, feed: run.feed)
        for (variable, value) in zip(variables, values) where !variable.isConvolutionBias {
            let digest = try #require(expected[variable.name + ":0"])
            #expect(value.count == digest.size)
            let distance = digest.distance(value.floats)
            #expect(distance.l2 < 1e-5, "\(variable.name): L2 is off by \(distance.l2)")
            #expect(
                distance.entries < 1e-3, "\(variable.name): an entry is off by \(distance.entries)")
        }
    }

    @Test func sevenSteps() throws {
        let program = run.program
        for (index, step) in golden.losses.enumerated() {
            let (train, loss) =
                step.kind == "D"
                ? (program.discriminatorTrain, program.discriminatorLoss)
                : (program.generatorTrain, program.generatorLoss)
            try run.session.run(train, feed: run.feed)
            let value = Double(try run.session.run(loss, feed: run.feed).scalar)
            #expect(
                abs(value / step.loss - 1) < 1e-3,
                "\(step.kind) step \(index + 1): \(value), not \(step.loss)")
            switch index + 1 {
            case 1: try compareVariables(golden.after1)
            case 3: try compareVariables(golden.after3)
            case 7: try compareVariables(golden.after7)
            default: break
            }
        }
    }

    private func compareVariables(_ expected: [String: Golden.Digest]) throws {
        let variables = run.program.network.tf.variables
        #expect(variables.count == expected.count)
        for variable in variables where !variable.isConvolutionBias {
            let digest = try #require(expected[variable.name + ":0"], "\(variable.name)")
            let value = try run.session.value(of: variable)
            if let int = value.int {
                #expect(Double(int) == digest.values[0], "\(variable.name)")
            } else if !variable.name.contains("ExponentialMovingAverage") {
                let distance = digest.distance(value.floats)
                #expect(distance.l2 < 1e-3, "\(variable.name): L2 is off by \(distance.l2)")
            }
        }
    }
}

extension Variable {
    /// Whether it is a convolution's bias or a moment of it. The batch norm behind takes a bias out
    /// again, so its true gradient is 0; what arrives is rounding noise, of which Adam makes steps
    /// of the learning rate's size. It changes no output.
    var isConvolutionBias: Bool { name.contains("conv") && name.contains("/biases") }
}
