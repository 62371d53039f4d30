import Testing

@testable import TensorGraph

/// Which images are laid in blocks, and what is made again instead of being kept.
@Suite struct ImageBlocksTests {
    /// A convolution, batch norm, relu and pool, once or twice, and the gradient of what comes out.
    private struct Network {
        let tf = Graph()
        let x: Tensor
        private(set) var sums: [Tensor] = []
        private(set) var relus: [Tensor] = []
        private(set) var pooled: [Tensor] = []
        let gradients: [Tensor]

        init(channels: [Int]) throws {
            let tf = tf
            x = tf.placeholder([nil, 16, 16, 1], name: "x")
            var images = x
            var weights = [x]
            for (input, output) in zip([1] + channels, channels) {
                let w = tf.constant(Doubles.random([3, 3, input, output]).value)
                weights.append(w)
                func row() -> Tensor { tf.constant(Doubles.random([output]).value) }
                let bias = row()
                weights.append(bias)
                let sum = tf.biasAdd(
                    tf.conv2d(images, w, strides: [1, 1, 1, 1], padding: .same), bias)
                let (mean, variance) = tf.moments(sum, axes: [0, 1, 2])
                let relu = tf.relu(
                    tf.batchNormalization(
                        sum, mean: mean, variance: variance, beta: row(), gamma: row(),
                        epsilon: 1e-3))
                images = tf.maxPool(
                    relu, ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .same)
                sums.append(sum)
                relus.append(relu)
                pooled.append(images)
            }
            let loss = tf.reduceSum(tf.square(tf.reshape(images, [-1])))
            // What is fetched itself is not laid in blocks.
            gradients = try tf.gradients(of: loss, withRespectTo: weights).map {
                tf.neg(try #require($0))
            }
        }

        func feed(_ images: Int) -> [Tensor: Value] {
            [x: Doubles.random([images, 16, 16, 1]).value]
        }

        func program(_ fetches: [Tensor], images: Int) throws -> Program {
            try Program(tf, fetches, feed: feed(images))
        }
    }

    private func conversions(_ program: Program) -> Int {
        program.running.count { if case .blocks = $0.primitive { true } else { false } }
    }

    @Test func blocks() throws {
        let network = try Network(channels: [11, 13])
        // Both means are over at least 16384 pixels: both layers are laid in blocks.
        let both = try network.program(network.gradients, images: 256)
        for tensor in network.sums { #expect(both.blockOrder(of: tensor) == .windows) }
        for tensor in network.pooled { #expect(both.blockOrder(of: tensor) == .rows) }
        // x and its gradient, what is pooled last and its gradient.
        #expect(conversions(both) == 4)
        // The second layer's are over fewer: between the layers images are converted, too.
        let one = try network.program(network.gradients, images: 64)
        #expect(one.blockOrder(of: network.sums[0]) == .windows)
        #expect(one.blockOrder(of: network.sums[1]) == nil)
        #expect(conversions(one) == 4)
        // Few images, or images of which somebody outside wants to have one.
        #expect(conversions(try network.program(network.gradients, images: 10)) == 0)
        let fetched = try network.program(network.gradients + [network.sums[0]], images: 256)
        #expect(fetched.blockOrder(of: network.sums[0]) == nil)
        #expect(fetched.blockOrder(of: network.sums[1]) == .windows)
        let wide = try Network(channels: [17])
        #expect(conversions(try wide.program(wide.gradients, images: 256)) == 0)
    }

    /// Nothing of the images' size is kept for the gradient but what the convolution makes.
    @Test func copies() throws {
        let network = try Network(channels: [11])
        let program = try network.program(network.gradients, images: 256)
        let loop = try #require(
            program.units.first { $0.contains { program[$0].op == "BiasAddGrad" } })
        #expect(loop.map { program[$0].op } == ["Mul", "AddN", "BiasAddGrad"])
        #expect(program.sources(loop[0]).first == program.value(network.sums[0]))
        // With fewer images the gradient is kept from one loop to the next.
        let small = try network.program(network.gradients, images: 80)
        #expect(
            !small.running.contains { step in
                step.stands.contains { $0.isCopy && $0.node.name.hasSuffix("Mul") }
            })
    }

    /// The same numbers as without blocks, whatever the number of images, channels and threads.
    @Test(arguments: [64, 70, 90, 256, 300], [[11, 13], [8], [16, 9]])
    func values(images: Int, channels: [Int]) throws {
        let network = try Network(channels: channels)
        let feed = network.feed(images)
        let blocks = try [1, 2].map { threads in
            try Session(graph: network.tf, threads: threads).run(
                network.gradients + [network.pooled[channels.count - 1]], feed: feed)
        }
        #expect(blocks[0].map(\.floats) == blocks[1].map(\.floats))
        let apart = try Session(graph: network.tf).run(
            network.gradients + [network.pooled[channels.count - 1]] + network.sums
                + network.relus, feed: feed)
        for (a, b) in zip(blocks[0], apart) {
            let size = b.floats.map(abs).max() ?? 0
            let difference = zip(a.floats, b.floats).map { abs($0 - $1) }.max() ?? 0
            // The order of the sums over a batch norm's pixels differs. A bias's gradient, a vector,
            // is 0 but for the rounding of the sum of all pixels.
            #expect(difference <= (a.shape.count == 1 ? 5e-3 : 1e-4 * max(size, 1)))
        }
    }
}
