import GAN
import Testing

@testable import TensorGraph

/// Every op against plain arithmetic in double precision: what it computes, its gradients, and its
/// gradients' gradients.
///
/// Derivatives are central differences of that plain arithmetic. Its rounding errors are so small
/// (1e-16) that a step of 1e-5 leaves 1e-10 of error; what is allowed beyond is what float32 makes
/// of a few dozen operations.
@Suite struct OpTests {
    @Test(arguments: OpCase.all + OpCase.compositions)
    func values(_ row: OpCase) throws {
        let expected = row.expected(row.inputs)
        for knowledge in row.knowledge {
            let run = try OpRun(row, knowledge)
            let values = try run.numbers(run.output)
            #expect(values.shape == expected.shape, "\(knowledge)")
            #expect(
                run.output.type == .string
                    || run.output.shape.isCompatible(with: Shape(values.shape)))
            for (index, (value, wanted)) in zip(values.values, expected.values).enumerated() {
                #expect(
                    abs(value - wanted) <= 2e-6 * max(abs(wanted), 1),
                    "\(knowledge): element \(index) is \(value), not \(wanted)")
            }
        }
    }

    /// The gradient of Σ wᵢ yᵢ, with random w, along a random direction.
    @Test(arguments: OpCase.all + OpCase.compositions)
    func gradients(_ row: OpCase) throws {
        let weights = Doubles.random(row.expected(row.inputs).shape, seed: 99)
        guard !row.differentiable.isEmpty else { return }
        let numeric = row.differentiable.map { input in
            let direction = Doubles.random(row.inputs[input].shape, seed: 77)
            return (
                direction: direction,
                slope: row.slope(input, direction) { (row.expected($0) * weights).sum }
            )
        }
        for knowledge in row.knowledge {
            let run = try OpRun(row, knowledge)
            let gradients = run.gradients(weights)
            for input in gradients.indices where !row.differentiable.contains(input) {
                #expect(gradients[input] == nil, "\(knowledge): input \(input) has no gradient")
            }
            for (input, (direction, slope)) in zip(row.differentiable, numeric) {
                let gradient = try run.numbers(try #require(gradients[input]))
                #expect(gradient.shape == row.inputs[input].shape)
                let products = (gradient * direction).values
                #expect(
                    abs(products.reduce(0, +) - slope) <= 1e-5
                        * products.reduce(1e-3) { $0 + abs($1) },
                    "\(knowledge): input \(input): \(products.reduce(0, +)), not \(slope)")
            }
        }
    }

    /// The gradient of a gradient's squared norm, as a gradient penalty needs it (Gulrajani et al.,
    /// "Improved training of Wasserstein GANs", NIPS 2017): along a random direction of all inputs
    /// together.
    ///
    /// Two differences, one in the other: the steps, 1e-4 and 1e-3, leave 1e-6 of error.
    @Test(arguments: (OpCase.all + OpCase.compositions).filter(\.isTwiceDifferentiable))
    func gradientsOfGradients(_ row: OpCase) throws {
        guard !row.differentiable.isEmpty else { return }
        let weights = Doubles.random(row.expected(row.inputs).shape, seed: 99)
        let directions = row.inputs.map { Doubles.random($0.shape, seed: 55) }
        func penalty(_ inputs: [Doubles]) -> Double {
            row.squaredNorm(inputs) { (row.expected($0) * weights).sum }
        }
        func moved(_ step: Double) -> [Doubles] {
            row.inputs.indices.map { input in
                row.differentiable.contains(input)
                    ? row.inputs[input] + directions[input].map { $0 * step } : row.inputs[input]
            }
        }
        let slope = (penalty(moved(1e-3)) - penalty(moved(-1e-3))) / 2e-3
        for knowledge in row.knowledge {
            let run = try OpRun(row, knowledge)
            let (tf, inputs) = (run.graph, row.differentiable.map { run.inputs[$0] })
            let norms = run.gradients(weights).compactMap(\.self).map {
                tf.reduceSum(tf.square($0))
            }
            let norm = tf.addN(norms)
            let (expectedNorm, actualNorm) = (penalty(row.inputs), try run.numbers(norm).sum)
            #expect(abs(actualNorm - expectedNorm) <= 1e-4 * max(expectedNorm, 1e-3))
            var (sum, scale) = (0.0, 0.01 * expectedNorm)
            for (input, gradient) in zip(
                row.differentiable, tf.gradients(of: norm, withRespectTo: inputs))
            {
                guard let gradient else { continue }
                let products = (try run.numbers(gradient) * directions[input]).values
                sum += products.reduce(0, +)
                scale += products.reduce(0) { $0 + abs($1) }
            }
            #expect(abs(sum - slope) <= 1e-4 * scale, "\(knowledge): \(sum), not \(slope)")
        }
    }

    /// The table misses no op: none that the article's training graph holds, and none that is
    /// declared.
    @Test func everyOpHasARow() throws {
        let rows = Set(OpCase.all.map(\.op))
        let program = GAN.Program(Hyperparameters(), seed: 0)
        let trained = Set(program.network.tf.nodes.map(\.op.name))
        #expect(trained.subtracting(rows) == [])

        let declared = Set(Op.all.map(\.name))
        #expect(declared.count == Op.all.count)
        #expect(declared.count >= 60)
        #expect(declared.subtracting(rows) == [])
        #expect(rows.subtracting(declared) == [])
    }
}

extension OpCase {
    /// How fast `function` grows when an input moves in a direction.
    fileprivate func slope(
        _ input: Int, _ direction: Doubles, _ function: ([Doubles]) -> Double
    ) -> Double {
        var (more, less) = (inputs, inputs)
        more[input] = inputs[input] + direction.map { $0 * 1e-5 }
        less[input] = inputs[input] - direction.map { $0 * 1e-5 }
        return (function(more) - function(less)) / 2e-5
    }

    /// The squared norm of `function`'s gradient with respect to the differentiable inputs.
    fileprivate func squaredNorm(
        _ inputs: [Doubles], _ function: ([Doubles]) -> Double
    ) -> Double {
        var norm = 0.0
        var moved = inputs
        for input in differentiable {
            for (index, value) in inputs[input].values.enumerated() {
                moved[input].values[index] = value + 1e-4
                let more = function(moved)
                moved[input].values[index] = value - 1e-4
                let slope = (more - function(moved)) / 2e-4
                moved[input].values[index] = value
                norm += slope * slope
            }
        }
        return norm
    }
}

extension OpRun {
    /// The gradients of Σ wᵢ yᵢ with respect to all inputs.
    fileprivate func gradients(_ weights: Doubles) -> [Tensor?] {
        let weighted = output * graph.constant(weights.value, name: "weights")
        return graph.gradients(of: weighted, withRespectTo: inputs)
    }
}
