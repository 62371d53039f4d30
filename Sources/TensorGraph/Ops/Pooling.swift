internal import TensorFlowTypes

extension Op {
    static let pools: [Op] = [.maxPool, .maxPoolGrad, .maxPoolGradGrad]

    /// The largest value of each window of NHWC images.
    static let maxPool: Op = Op(
        "MaxPool",
        outputs: { context in
            guard let x = context.shape(0).dimensions else {
                return [TensorType([nil, nil, nil, nil])]
            }
            guard context.require(x.count == 4, "it takes NHWC images") else {
                return [context.inputs[0]]
            }
            let size = context.node.ints("ksize")
            let window = Window(context.node, height: size[1], width: size[2])
            return [TensorType([x[0], window.rows(x[1]), window.columns(x[2]), x[3]])]
        },
        gradient: .rule { node, dy in
            guard let dy = dy[0] else { return [nil] }
            let gradient = node.graph.add(
                .maxPoolGrad, nil, [node.inputs[0], node.output(), dy],
                attributes: node.attributes.filter { !$0.key.hasPrefix("_") })
            return [gradient.output()]
        },
        lower: { .pool(.forward, $0, output: $0.outputs[0].shape.known ?? []) })

    /// dx from x, y and dy.
    static let maxPoolGrad: Op = Op(
        "MaxPoolGrad", outputs: Infer.likeFirst,
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return [nil, nil, nil] }
            let again = node.graph.add(
                .maxPoolGradGrad, nil, [node.inputs[0], node.inputs[1], grad],
                attributes: node.attributes.filter {
                    !$0.key.hasPrefix("_") && $0.key != "explicit_paddings"
                })
            return [nil, nil, again.output()]
        },
        lower: { .pool(.gradient, $0, output: $0.dimensions(1)) })

    /// dy from x, y and dx: for each window, dx at the place that `maxPoolGrad` sends dy to.
    static let maxPoolGradGrad: Op = Op(
        "MaxPoolGradGrad", outputs: Infer.likeSecond,
        gradient: .rule { node, grad in
            guard let grad = grad[0] else { return [nil, nil, nil] }
            let attributes = node.attributes.merging(["explicit_paddings": .ints([])]) { $1 }
            let again = node.graph.add(
                .maxPoolGrad, nil, [node.inputs[0], node.inputs[1], grad],
                attributes: attributes.filter { !$0.key.hasPrefix("_") })
            return [nil, nil, again.output()]
        },
        lower: { .pool(.gradientOfGradient, $0, output: $0.dimensions(1)) })
}

extension Lowering {
    /// A pool, or one of its gradients, to images of the shape `output`.
    fileprivate static func pool(
        _ part: Pool.Part, _ context: OpContext, output: [Int]
    ) -> Lowering {
        let (images, size) = (context.dimensions(0), context.node.ints("ksize"))
        let geometry = Window.geometry(
            context, images: images, filter: [size[1], size[2], images[3], images[3]],
            output: output)
        return .step(.pool(Pool(part: part, geometry: geometry)))
    }
}
