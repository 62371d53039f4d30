import Testing

@testable import TensorGraph

/// Transposed convolutions: TensorFlow's nodes, shapes, and what they refuse.
@Suite struct TransposedConvolutionTests {
    private let tf = Graph()

    private func filter(_ shape: [Int]) -> Tensor { tf.constant(Doubles.random(shape).value) }

    private func transposed(_ x: Tensor, _ shape: Shape, filter size: [Int] = [5, 5, 2, 3])
        -> Tensor
    {
        tf.conv2dTranspose(
            x, filter(size), outputShape: shape, strides: [1, 2, 2, 1], padding: .same)
    }

    /// The nodes that `tf.nn.conv2d_transpose(x, w, [tf.shape(x)[0], 14, 14, 2], …)` makes.
    @Test func nodes() {
        let x = tf.placeholder([nil, 7, 7, 3], name: "x")
        let y = transposed(x, [nil, 14, 14, 2])
        #expect(y.shape == [nil, 14, 14, 2])
        #expect(
            tf.nodes.map { "\($0.name) \($0.op.name) \($0.inputs.map(\.inputName))" } == [
                "x Placeholder []", "Const Const []", "Shape Shape [\"x\"]",
                "strided_slice/stack Const []", "strided_slice/stack_1 Const []",
                "strided_slice/stack_2 Const []",
                "strided_slice StridedSlice [\"Shape\", \"strided_slice/stack\", "
                    + "\"strided_slice/stack_1\", \"strided_slice/stack_2\"]",
                "conv2d_transpose/input_sizes/1 Const []",
                "conv2d_transpose/input_sizes/2 Const []",
                "conv2d_transpose/input_sizes/3 Const []",
                "conv2d_transpose/input_sizes Pack [\"strided_slice\", "
                    + "\"conv2d_transpose/input_sizes/1\", \"conv2d_transpose/input_sizes/2\", "
                    + "\"conv2d_transpose/input_sizes/3\"]",
                "conv2d_transpose Conv2DBackpropInput [\"conv2d_transpose/input_sizes\", "
                    + "\"Const\", \"x\"]",
            ])
        // With a batch that is fixed its shape is one constant. TensorFlow takes the batch to be
        // that of x all the same.
        let fixed = transposed(x, [4, 14, 14, 2])
        #expect(fixed.node.name == "conv2d_transpose_1" && fixed.shape == [nil, 14, 14, 2])
        #expect(fixed.node.inputs[0].node.name == "conv2d_transpose_1/input_sizes")
        #expect(fixed.node.inputs[0].constantValue?.ints == [4, 14, 14, 2])
    }

    /// Of sizes that are computed those are known that do not come with what is fed.
    @Test func staticShapes() {
        let x = tf.placeholder([nil, 7, nil, 3], name: "x")
        let sizes = tf.shape(of: x)
        let rows = tf.stridedSlice(sizes, [1], [2], shrinkAxisMask: 1)
        let columns = tf.stridedSlice(sizes, [2], [3], shrinkAxisMask: 1)
        let w = filter([3, 3, 2, 3])
        func shape(_ sizes: [Tensor]) -> Shape {
            tf.conv2dTranspose(
                x, w, outputShape: tf.stack(sizes), strides: [1, 1, 1, 1], padding: .same
            ).shape
        }
        #expect(shape([rows, columns]) == [nil, 7, nil, 2])
        let two = tf.constant(Value(Int32(2)))
        #expect(shape([tf.size(of: x, 0), rows, columns, two]) == [nil, 7, nil, 2])
        #expect(tf.stridedSlice(sizes, [1], [3]).sizes == [7, nil])
        #expect(tf.stack([columns, rows]).sizes == [nil, 7])
    }

    /// What is fed may not fit: nothing is run then, and the session goes on.
    @Test func misfits() throws {
        let x = tf.placeholder([nil, nil, 7, 3], name: "x")
        let fixed = transposed(x, [4, 14, 14, 2])
        let open = transposed(x, [nil, 14, 14, 2])
        let session = Session(graph: tf)
        func feed(_ batch: Int, _ rows: Int) -> [Tensor: Value] {
            [x: Doubles.random([batch, rows, 7, 3]).value]
        }
        #expect(try session.run(fixed, feed: feed(4, 7)).shape == [4, 14, 14, 2])
        for (tensor, feed) in [(fixed, feed(5, 7)), (fixed, feed(4, 8)), (open, feed(5, 6))] {
            let error = try #require(throws: SessionError.self) {
                try session.run(tensor, feed: feed)
            }
            #expect("\(error)".contains("conv2d_transpose"), "\(error)")
            #expect("\(error)".contains("a convolution of images"), "\(error)")
        }
        #expect(try session.run(open, feed: feed(5, 7)).shape == [5, 14, 14, 2])
    }

    /// Sizes of no images: the same numbers of none.
    @Test func noImages() throws {
        let x = tf.placeholder([nil, 7, 7, 3], name: "x")
        let y = transposed(x, [nil, 14, 14, 2])
        let none = Value([Float](), shape: [0, 7, 7, 3])
        #expect(try Session(graph: tf).run(y, feed: [x: none]).shape == [0, 14, 14, 2])
    }

    // MARK: Against plain loops of doubles

    /// What a program's steps make, one by one, in doubles.
    private func plain(
        _ graph: Graph, _ fetches: [Tensor], _ feed: [Tensor: Value]
    ) throws -> [[Double]] {
        let program = try Program(graph, fetches, feed: feed, upTo: "lower")
        var reference = Reference(program)
        for id in program.order {
            guard case .feed(let tensor) = program[id].primitive else { continue }
            reference.give(program[id].outputs[0], try #require(feed[tensor]).doubles)
        }
        reference.run()
        return try program.fetches.map { try #require(reference.elements($0)) }
    }

    private func compare(_ tf: Graph, _ fetches: [Tensor], _ feed: [Tensor: Value]) throws {
        let values = try Session(graph: tf).run(fetches, feed: feed)
        for threads in [2, 3] {
            let again = try Session(graph: tf, threads: threads).run(fetches, feed: feed)
            #expect(zip(again, values).allSatisfy { $0.floats == $1.floats }, "\(threads) threads")
        }
        for (tensor, (value, expected)) in zip(
            fetches, zip(values, try plain(tf, fetches, feed)))
        {
            // Sums of up to some thousand products: relative to the largest.
            let size = expected.map(abs).max() ?? 0
            let difference = zip(value.doubles, expected).map { abs($0 - $1) }.max() ?? 0
            #expect(value.count == expected.count)
            #expect(difference <= 3e-6 * size, "\(tensor) is off by \(difference / size)")
        }
    }

    /// Sizes and channels of all kinds, strides of 1 to 3, filters of 1 to 5, either padding, each
    /// size that a transposed convolution can have: the images, and all gradients.
    @Test(arguments: 0..<40)
    func randomShapes(_ seed: UInt64) throws {
        var numbers = SplitMix64(state: seed)
        func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &numbers) }
        let padding = Bool.random(using: &numbers) ? Padding.same : .valid
        let (strides, filter) = ((random(1...3), random(1...3)), (random(1...5), random(1...5)))
        let (rows, columns) = (random(1...7), random(1...7))
        let channels = [1, 2, 3, 5, 8, 11, 16, 17, 33]
        let (from, to) = (
            channels.randomElement(using: &numbers) ?? 1,
            channels.randomElement(using: &numbers) ?? 1
        )
        func size(_ outputs: Int, _ stride: Int, _ filter: Int) -> Int {
            let least = (outputs - 1) * stride + (padding == .same ? 1 : filter)
            return random(least...least + stride - 1)
        }
        let shape: Shape = [
            nil, size(rows, strides.0, filter.0), size(columns, strides.1, filter.1), to,
        ]
        let x = tf.placeholder([nil, rows, columns, from], name: "x")
        let w = tf.placeholder([filter.0, filter.1, to, from], name: "w")
        let b = tf.placeholder([to], name: "b")
        let images = tf.biasAdd(
            tf.conv2dTranspose(
                x, w, outputShape: shape, strides: [1, strides.0, strides.1, 1],
                padding: padding), b)
        let loss = tf.reduceSum(tf.square(images))
        let gradients = tf.gradients(of: loss, withRespectTo: [x, w, b])
        let fetches = try [images] + gradients.map { try #require($0) }
        let batch = [1, 2, 5, 18].randomElement(using: &numbers) ?? 1
        try compare(
            tf, fetches,
            [
                x: Doubles.random([batch, rows, columns, from], seed: 1).value,
                w: Doubles.random([filter.0, filter.1, to, from], seed: 2).value,
                b: Doubles.random([to], seed: 3).value,
            ])
    }

    /// Images that a pool reads are laid in blocks: with the biases of a transposed convolution, too.
    @Test(arguments: [48, 300])
    func biasesInBlocks(images: Int) throws {
        let x = tf.placeholder([nil, 6, 6, 4], name: "x")
        let (w, b) = (filter([3, 3, 8, 4]), filter([8]))
        let sums = tf.conv2dTranspose(
            x, w, outputShape: [nil, 6, 6, 8], strides: [1, 1, 1, 1], padding: .same)
        let biased = tf.biasAdd(sums, b)
        let pooled = tf.maxPool(
            tf.leakyRelu(biased), ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: .same)
        let gradient = tf.gradients(of: tf.reduceSum(tf.square(pooled)), withRespectTo: [x])
        // What a convolution makes in blocks is not fetched as it is.
        let fetches = [tf.reduceSum(pooled), tf.neg(try #require(gradient[0]))]
        let feed = [x: Doubles.random([images, 6, 6, 4]).value]
        let program = try Program(tf, fetches, feed: feed)
        #expect(program.blockOrder(of: biased) == .windows)
        #expect(program.units.flatMap(\.self).allSatisfy { !program[$0].primitive.is(.addBias) })
        try compare(tf, fetches, feed)
    }
}
