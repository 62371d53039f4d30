import Testing

@testable import TensorGraph

/// What the passes make of a convolution with a batch norm, a relu and a pool, and its gradient.
@Suite struct FusionTests {
    private struct Network {
        let tf = Graph()
        let x: Tensor
        let pooled: Tensor
        let loss: Tensor
        let gradients: [Tensor]

        init() throws {
            x = tf.placeholder([nil, 6, 6, 2], name: "x")
            let w = tf.constant(Doubles.random([3, 3, 2, 8]).value)
            let b = tf.constant(Doubles.random([8]).value)
            let sums = tf.biasAdd(
                tf.conv2d(x, w, strides: [1, 1, 1, 1], padding: .same), b)
            let (mean, variance) = tf.moments(sums, axes: [0, 1, 2])
            let normed = tf.batchNormalization(
                sums, mean: mean, variance: variance, beta: tf.constant(Doubles.random([8]).value),
                gamma: tf.constant(Doubles.random([8]).value), epsilon: 1e-3)
            pooled = tf.maxPool(
                tf.relu(normed), ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .same)
            loss = tf.reduceSum(tf.square(pooled))
            gradients = try tf.gradients(of: loss, withRespectTo: [w, b, x]).map {
                try #require($0)
            }
        }

        func program(_ fetches: [Tensor], images: Int) throws -> Program {
            let value = Value(
                [Float](repeating: 0, count: images * 72), shape: [images, 6, 6, 2])
            return try Program(tf, fetches, feed: [x: value])
        }
    }

    /// A pass over the images for each thing that has to be known before the next can begin.
    @Test func loops() throws {
        let network = try Network()
        let program = try network.program([network.loss] + network.gradients, images: 512)
        #expect(!program.running.contains { $0.op == "Conv2D" })
        #expect(program.unit(with: "BiasAdd") == ["BiasAdd"])
        #expect(program.unit(with: "SquaredDifference") == ["SquaredDifference", "Mean"])
        // The scale, the shift and the relu are part of the pool, and of its gradient.
        #expect(program.unit(with: "MaxPool") == ["MaxPool"])
        let backward = try #require(program.unit(with: "ReluGrad"))
        #expect(Set(backward) == ["ReluGrad", "Sum", "Mul"])
        #expect(backward.count { $0 == "Sum" } == 2)
        // A mean over fewer pixels squares them itself.
        let few = try network.program([network.loss], images: 3)
        #expect(!few.running.contains { $0.op == "SquaredDifference" })
        // A large one is made again, with what the batch norm makes of it but for the mean's share.
        let apart = program.unit(with: "BiasAddGrad")
        #expect(apart == ["Sub", "Mul", "AddN", "BiasAddGrad"])
        let many = try network.program([network.loss] + network.gradients, images: 2048)
        let together = many.unit(with: "BiasAddGrad")
        #expect(together == ["Mul", "AddN", "BiasAddGrad"])
    }

    /// Of what a mean's gradient repeats in every pixel one row is kept.
    @Test func rows() throws {
        let network = try Network()
        let program = try network.program([network.loss] + network.gradients, images: 512)
        let divisions = program.running.filter { $0.op == "RealDiv" }
        #expect(divisions.count == 2)
        for step in divisions {
            #expect(program.storedShape(step.outputs[0]).reduce(1, *) == 8)
            #expect(program[step.outputs[0]].shape == [512, 6, 6, 8])
        }
        // Somebody reads all of it here.
        let quotient = try #require(program[divisions[0].outputs[0]].tensor)
        let whole = try network.program([network.loss, quotient], images: 512)
        #expect(whole.storedShape(try #require(whole.value(quotient))) == [512, 6, 6, 8])
    }

    /// Whatever shares a loop, and whatever is fetched from it: the same numbers.
    @Test(arguments: [1, 3, 40, 470, 512], [1, 2])
    func values(images: Int, threads: Int) throws {
        let network = try Network()
        let feed = [network.x: Doubles.random([images, 6, 6, 2]).value]
        let together = try Session(graph: network.tf, threads: threads).run(
            [network.loss] + network.gradients, feed: feed)
        let forward = network.tf.nodes.filter { node in
            ["Conv2D", "Relu", "BiasAdd", "ReluGrad", "RealDiv", "MaxPoolGrad"].contains(
                node.op.name)
        }.map { $0.output() }
        let apart = try Session(graph: network.tf).run(
            [network.loss] + network.gradients + forward, feed: feed)
        for (a, b) in zip(together, apart) {
            let size = b.floats.map(abs).max() ?? 0
            let difference = zip(a.floats, b.floats).map { abs($0 - $1) }.max() ?? 0
            // The order of the sums differs; a bias's gradient is nothing but their rounding.
            #expect(difference <= 1e-4 * max(size, 1))
        }
    }
}
