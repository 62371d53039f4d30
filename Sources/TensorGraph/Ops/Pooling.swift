internal import CKernels
internal import TensorBoard

extension Op {
    /// The largest value of each window of NHWC images.
    static let maxPool: Op = Op(
        "MaxPool",
        outputs: { context in
            guard let x = context.shape(0).dimensions else {
                return [TensorType([nil, nil, nil, nil])]
            }
            context.require(x.count == 4, "it takes NHWC images")
            let size = context.node.ints("ksize")
            let window = Window(context.node, height: size[1], width: size[2])
            return [TensorType([x[0], window.rows(x[1]), window.columns(x[2]), x[3]])]
        },
        gradient: { node, dy in
            guard let dy = dy[0] else { return [nil] }
            let gradient = node.graph.add(
                .maxPoolGrad, nil, [node.inputs[0], node.output(), dy],
                attributes: node.attributes.filter { !$0.key.hasPrefix("_") })
            return [gradient.output()]
        },
        run: { context in
            let shape = context.poolShape(output: context.outputs[0].shape.known ?? [])
            return .call { bound in
                {
                    withUnsafePointer(to: shape) {
                        kernel_max_pool(
                            bound.pool, bound.outputs[0].floats, bound.inputs[0].floats, $0)
                    }
                }
            }
        })

    /// dx from x, y and dy.
    static let maxPoolGrad: Op = Op(
        "MaxPoolGrad", outputs: Infer.likeFirst,
        run: { context in
            let shape = context.poolShape(output: context.dimensions(1))
            return .call { bound in
                {
                    withUnsafePointer(to: shape) {
                        kernel_max_pool_gradient(
                            bound.pool, bound.outputs[0].floats, bound.inputs[0].floats,
                            bound.inputs[1].floats, bound.inputs[2].floats, $0)
                    }
                }
            }
        })
}

extension OpContext {
    fileprivate func poolShape(output: [Int]) -> kernel_conv2d_shape {
        let (images, size) = (dimensions(0), node.ints("ksize"))
        return Window.shape(
            self, images: images, filter: [size[1], size[2], images[3], images[3]], output: output)
    }
}
