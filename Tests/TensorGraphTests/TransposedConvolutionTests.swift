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
}
