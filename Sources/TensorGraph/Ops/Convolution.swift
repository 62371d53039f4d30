internal import CKernels
internal import TensorBoard

// Convolutions over NHWC images, and the biases added to them. Gradients after
// tensorflow/python/ops/nn_grad.py.

extension Op {
    static let conv2D: Op = Op(
        "Conv2D",
        outputs: { context in
            let (x, w) = (context.shape(0).dimensions, context.shape(1).known)
            guard let x, let w else { return [TensorType([nil, nil, nil, nil])] }
            guard
                context.require(
                    x.count == 4 && w.count == 4, "it takes NHWC images and an HWIO filter")
            else { return [context.inputs[0]] }
            context.require(x[3] == nil || x[3] == w[2], "the filter takes other channels")
            let window = Window(context.node, height: w[0], width: w[1])
            return [TensorType([x[0], window.rows(x[1]), window.columns(x[2]), w[3]])]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let (tf, x, w) = (node.graph, node.inputs[0], node.inputs[1])
            let shapes = tf.add(
                .shapeN, nil, [x, w], attributes: ["N": .int(2), "out_type": .type(.int32)])
            let dx = tf.add(
                .conv2DBackpropInput, nil, [shapes.output(0), w, dy],
                attributes: node.convolutionAttributes)
            let dw = tf.add(
                .conv2DBackpropFilter, nil, [x, shapes.output(1), dy],
                attributes: node.convolutionAttributes)
            return [dx.output(), dw.output()]
        },
        run: { convolution($0, hasBias: false) })

    /// How a `Conv2D` runs, with a bias for each channel as a third operand if it has one.
    static func convolution(_ context: OpContext, hasBias: Bool) -> Execution {
        let shape = Window.shape(
            context, images: context.dimensions(0), filter: context.dimensions(1),
            output: context.outputs[0].shape.known ?? [])
        return .call(scratch: withUnsafePointer(to: shape) { kernel_conv2d_scratch($0) }) { bound in
            let (pool, scratch, y) = (bound.pool, bound.scratch, bound.outputs[0].floats)
            let (x, w) = (bound.inputs[0].floats, bound.inputs[1].floats)
            let bias = hasBias ? bound.inputs[2].floats : nil
            return {
                withUnsafePointer(to: shape) { kernel_conv2d(pool, y, x, w, bias, $0, scratch) }
            }
        }
    }

    static let conv2DBackpropInput: Op = Op(
        "Conv2DBackpropInput",
        outputs: { [TensorType($0.shapeOperand(0), $0.inputs[2].type)] },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil, nil] }
            let (tf, w) = (node.graph, node.inputs[1])
            let dw = tf.add(
                .conv2DBackpropFilter, nil, [dy, tf.shape(of: w), node.inputs[2]],
                attributes: node.convolutionAttributes)
            let again = tf.add(.conv2D, nil, [dy, w], attributes: node.convolutionAttributes)
            return [nil, dw.output(), again.output()]
        },
        types: ["T": 1],
        run: { context in
            let shape = Window.shape(
                context, images: context.outputs[0].shape.known ?? [],
                filter: context.dimensions(1), output: context.dimensions(2))
            return .call(scratch: withUnsafePointer(to: shape) { kernel_conv2d_scratch($0) }) {
                bound in
                let (pool, scratch, dx) = (bound.pool, bound.scratch, bound.outputs[0].floats)
                let (w, dy) = (bound.inputs[1].floats, bound.inputs[2].floats)
                return {
                    withUnsafePointer(to: shape) {
                        kernel_conv2d_input_gradient(pool, dx, dy, w, $0, scratch)
                    }
                }
            }
        })

    static let conv2DBackpropFilter: Op = Op(
        "Conv2DBackpropFilter",
        outputs: { [TensorType($0.shapeOperand(1), $0.inputs[2].type)] },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil, nil] }
            let (tf, x) = (node.graph, node.inputs[0])
            let dx = tf.add(
                .conv2DBackpropInput, nil, [tf.shape(of: x), dy, node.inputs[2]],
                attributes: node.convolutionAttributes)
            let again = tf.add(.conv2D, nil, [x, dy], attributes: node.convolutionAttributes)
            return [dx.output(), nil, again.output()]
        },
        run: { context in
            let shape = Window.shape(
                context, images: context.dimensions(0),
                filter: context.outputs[0].shape.known ?? [], output: context.dimensions(2))
            return .call(scratch: withUnsafePointer(to: shape) { kernel_conv2d_scratch($0) }) {
                bound in
                let (pool, scratch, dw) = (bound.pool, bound.scratch, bound.outputs[0].floats)
                let (x, dy) = (bound.inputs[0].floats, bound.inputs[2].floats)
                return {
                    withUnsafePointer(to: shape) {
                        kernel_conv2d_filter_gradient(pool, dw, x, dy, $0, scratch)
                    }
                }
            }
        })

    static let biasAdd: Op = Op(
        "BiasAdd",
        outputs: { context in
            if let x = context.shape(0).dimensions?.last, let bias = context.shape(1).known {
                context.require(
                    x == nil || bias == [x ?? 0], "there is not one bias for each channel")
            }
            return [context.inputs[0]]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil, nil] }
            let sum = node.graph.add(
                .biasAddGrad, nil, [dy], attributes: ["data_format": .string("NHWC")])
            return [dy, sum.output()]
        },
        run: { _ in .binary(kernel_add) })

    static let biasAddGrad: Op = Op(
        "BiasAddGrad",
        outputs: { context in
            [TensorType([context.shape(0).dimensions?.last ?? nil], context.inputs[0].type)]
        },
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return [nil] }
            let tf = node.graph
            return [tf.add(.broadcastTo, nil, [grad, tf.shape(of: node.inputs[0])]).output()]
        },
        run: { context in
            let channels = context.dimensions(0).last ?? 1
            let rows = context.dimensions(0).dropLast().reduce(1, *)
            if rows > 1, (2...Elementwise.tileSize).contains(channels) {
                return .columnSums(columns: channels, divisor: 1)
            }
            return .call { bound in
                let (pool, out, x) = (bound.pool, bound.outputs[0].floats, bound.inputs[0].floats)
                return { kernel_sum_rows(pool, out, x, rows, channels) }
            }
        })
}

extension Node {
    /// The attributes that a convolution's gradients share with it.
    fileprivate var convolutionAttributes: [String: AttributeValue] {
        attributes.filter { !$0.key.hasPrefix("_") }
    }
}

/// A window that slides over images: a filter's or a pool's, with its strides and its padding.
struct Window {
    let size: (height: Int, width: Int)
    let stride: (height: Int, width: Int)
    let isPadded: Bool

    init(_ node: Node, height: Int, width: Int) {
        size = (height, width)
        let strides = node.ints("strides")
        stride = (strides[1], strides[2])
        isPadded = node.string("padding") == "SAME"
    }

    /// The number of rows (columns) of the output.
    func rows(_ height: Int?) -> Int? { height.map { outputs($0, size.height, stride.height) } }
    func columns(_ width: Int?) -> Int? { width.map { outputs($0, size.width, stride.width) } }

    private func outputs(_ input: Int, _ size: Int, _ stride: Int) -> Int {
        let places = isPadded ? input : max(input - size + 1, 0)
        return (places + stride - 1) / stride
    }

    /// The zeros before the first row (column); where the padding is uneven the larger half comes
    /// after.
    func padding(_ input: Int, _ output: Int, _ size: Int, _ stride: Int) -> Int {
        isPadded ? max((output - 1) * stride + size - input, 0) / 2 : 0
    }

    /// What the kernels need to know of a convolution of `images` [N, H, W, C] with `filter` [R, S,
    /// C, K] to `output` [N, P, Q, K].
    static func shape(
        _ context: OpContext, images: [Int], filter: [Int], output: [Int]
    ) -> kernel_conv2d_shape {
        let window = Window(context.node, height: filter[0], width: filter[1])
        return kernel_conv2d_shape(
            n: images[0], h: images[1], w: images[2], c: images[3], r: filter[0], s: filter[1],
            p: output[1], q: output[2], k: output[3], stride_h: window.stride.height,
            stride_w: window.stride.width,
            pad_top: window.padding(images[1], output[1], filter[0], window.stride.height),
            pad_left: window.padding(images[2], output[2], filter[1], window.stride.width))
    }
}
