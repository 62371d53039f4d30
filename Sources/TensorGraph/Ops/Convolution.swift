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
            let (x, w) = (context.shape(0).dimensions, context.shape(1).dimensions)
            guard let x, let w else { return [TensorType([nil, nil, nil, nil])] }
            return [TensorType(Shape(Window.convolved(context, images: x, filter: w)))]
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

    /// dx from x's shape, w and dy; as an op of its own a transposed convolution of dy. The shape is
    /// that of images, or of two elements, their rows and columns.
    static let conv2DBackpropInput: Op = Op(
        "Conv2DBackpropInput",
        outputs: { context in
            let w = context.shape(1).dimensions ?? [nil, nil, nil, nil]
            let dy = context.shape(2).dimensions ?? [nil, nil, nil, nil]
            var x = context.shapeOperand(0).dimensions ?? [nil, nil, nil, nil]
            guard
                context.require(
                    w.count == 4 && dy.count == 4 && (x.count == 4 || x.count == 2),
                    "it takes the sizes of images, or their rows and columns, an HWIO filter and "
                        + "NHWC images")
            else { return [TensorType([nil, nil, nil, nil], context.inputs[2].type)] }
            if x.count == 2 { x = [dy[0]] + x + [w[2]] }
            Window.requireFit(context, images: x, filter: w, output: dy)
            // As TensorFlow has it (tensorflow/core/framework/common_shape_fns.cc).
            x[0] = dy[0]
            return [TensorType(Shape(x), context.inputs[2].type)]
        },
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
        outputs: { context in
            let w = context.shapeOperand(1)
            if let x = context.shape(0).dimensions, let filter = w.dimensions,
                let dy = context.shape(2).dimensions
            {
                Window.requireFit(context, images: x, filter: filter, output: dy)
            }
            return [TensorType(w, context.inputs[2].type)]
        },
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
