internal import CKernels
internal import TensorFlowTypes

// Convolutions over NHWC images, and the biases added to them. Gradients after
// tensorflow/python/ops/nn_grad.py.

extension Op {
    static let convolutions: [Op] = [
        .conv2D, .conv2DBackpropInput, .conv2DBackpropFilter, .biasAdd, .biasAddGrad,
    ]

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
        lower: { context in
            .convolution(
                .forward, context, images: context.dimensions(0), filter: context.dimensions(1),
                output: context.outputs[0].shape.known ?? [], reading: [0, 1])
        })

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
        lower: { context in
            .convolution(
                .inputGradient, context, images: context.outputs[0].shape.known ?? [],
                filter: context.dimensions(1), output: context.dimensions(2), reading: [1, 2])
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
        lower: { context in
            .convolution(
                .filterGradient, context, images: context.dimensions(0),
                filter: context.outputs[0].shape.known ?? [], output: context.dimensions(2),
                reading: [0, 2])
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
        lower: { _ in .elementwise(.addBias) })

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
        lower: { context in
            let channels = context.dimensions(0).last ?? 1
            let rows = context.dimensions(0).dropLast().reduce(1, *)
            return .step(.reduce(Reduction(rows: rows, columns: channels)))
        })
}

extension ElementFunction {
    /// A sum with a bias for each channel, which a convolution can add itself.
    static let addBias = ElementFunction("addBias", kernel_add) { $0 + $1 }
}

extension Lowering {
    /// A convolution, or one of its gradients, of `images` [N, H, W, C] with `filter` [R, S, C, K] to
    /// `output` [N, P, Q, K].
    fileprivate static func convolution(
        _ part: Convolution.Part, _ context: OpContext, images: [Int], filter: [Int],
        output: [Int], reading: [Int]
    ) -> Lowering {
        let geometry = Window.geometry(context, images: images, filter: filter, output: output)
        return .step(.convolution(Convolution(part: part, geometry: geometry)), reading: reading)
    }
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

    /// How windows lie in a convolution of `images` [N, H, W, C] with `filter` [R, S,
    /// C, K] to `output` [N, P, Q, K].
    static func geometry(
        _ context: OpContext, images: [Int], filter: [Int], output: [Int]
    ) -> WindowGeometry {
        let window = Window(context.node, height: filter[0], width: filter[1])
        return WindowGeometry(
            n: images[0], h: images[1], w: images[2], c: images[3], r: filter[0], s: filter[1],
            p: output[1], q: output[2], k: output[3], strideH: window.stride.height,
            strideW: window.stride.width,
            padTop: window.padding(images[1], output[1], filter[0], window.stride.height),
            padLeft: window.padding(images[2], output[2], filter[1], window.stride.width))
    }
}
