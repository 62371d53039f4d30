import TensorBoard
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

        func compiled(_ fetches: [Tensor], images: Int) throws -> Compiler {
            let value = Value(
                [Float](repeating: 0, count: images * 72), shape: [images, 6, 6, 2])
            let specialization = try Specialization(
                graph: tf, fetches: fetches, targets: [], feeds: [x: .init(value)])
            var compiler = Compiler(
                specialization, fetches: fetches, resources: Resources(threads: 1))
            compiler.share(plan: 0)
            return compiler
        }
    }

    /// The ops of the loop that computes a node of this op.
    private func loop(_ compiler: Compiler, with op: String) throws -> [String] {
        let unit = try #require(
            compiler.units.first { unit in unit.nodes.contains { $0.op.name == op } })
        return unit.nodes.map(\.op.name)
    }

    /// A pass over the images for each thing that has to be known before the next can begin.
    @Test func loops() throws {
        let network = try Network()
        let compiler = try network.compiled([network.loss] + network.gradients, images: 512)
        #expect(!compiler.running.contains { $0.op.name == "Conv2D" })
        #expect(try loop(compiler, with: "BiasAdd") == ["BiasAdd"])
        #expect(try loop(compiler, with: "SquaredDifference") == ["SquaredDifference", "Mean"])
        // The scale, the shift and the relu are part of the pool, and of its gradient.
        #expect(try loop(compiler, with: "MaxPool") == ["MaxPool"])
        let backward = try loop(compiler, with: "ReluGrad")
        #expect(Set(backward) == ["ReluGrad", "Sum", "Mul"])
        #expect(backward.count { $0 == "Sum" } == 2)
        // A mean over fewer pixels squares them itself.
        let few = try network.compiled([network.loss], images: 3)
        #expect(!few.running.contains { $0.op.name == "SquaredDifference" })
        // A large one is made again, with what the batch norm makes of it but for the mean's share.
        let apart = try loop(compiler, with: "BiasAddGrad")
        #expect(apart == ["Sub", "Mul", "AddN", "BiasAddGrad"])
        let many = try network.compiled([network.loss] + network.gradients, images: 2048)
        let together = try loop(many, with: "BiasAddGrad")
        #expect(together == ["Mul", "AddN", "BiasAddGrad"])
    }

    /// Of what a mean's gradient repeats in every pixel one row is kept.
    @Test func rows() throws {
        let network = try Network()
        let compiler = try network.compiled([network.loss] + network.gradients, images: 512)
        let divisions = compiler.running.filter { $0.op.name == "RealDiv" }
        #expect(divisions.count == 2)
        for node in divisions {
            #expect(compiler.storedShape(node.output()).reduce(1, *) == 8, "\(node)")
            #expect(compiler.specialization.type(node.output()).shape.known == [512, 6, 6, 8])
        }
        // Somebody reads all of it here.
        let quotient = divisions[0].output()
        let whole = try network.compiled([network.loss, quotient], images: 512)
        #expect(whole.storedShape(quotient) == [512, 6, 6, 8])
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
