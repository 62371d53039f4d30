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
        run: { context in
            let shape = context.poolShape(output: context.outputs[0].shape.known ?? [])
            if let pooling = shape.pooling(isGradient: false) { return pooling }
            return .call { bound in
                let (pool, y, x) = (bound.pool, bound.outputs[0].floats, bound.inputs[0].floats)
                return { withUnsafePointer(to: shape) { kernel_max_pool(pool, y, x, $0) } }
            }
        })

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
        run: { context in
            let shape = context.poolShape(output: context.dimensions(1))
            if let pooling = shape.pooling(isGradient: true) { return pooling }
            return .call { bound in
                let (pool, dx, x) = (bound.pool, bound.outputs[0].floats, bound.inputs[0].floats)
                let (y, dy) = (bound.inputs[1].floats, bound.inputs[2].floats)
                return {
                    withUnsafePointer(to: shape) {
                        kernel_max_pool_gradient(pool, dx, x, y, dy, $0)
                    }
                }
            }
        })

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
        run: { context in
            let shape = context.poolShape(output: context.dimensions(1))
            return .call { bound in
                let (out, inputs) = (bound.outputs[0], bound.inputs.map(\.floats))
                return {
                    for index in 0..<out.count {
                        let y = inputs[1][index]
                        let place = shape.firstPixel(of: index) { inputs[0][$0] == y }
                        out.floats[index] = place.map { inputs[2][$0] } ?? 0
                    }
                }
            }
        })
}

extension kernel_conv2d_shape {
    /// How it runs as part of a loop, if windows are 2 × 2 and cover the images without a border.
    fileprivate func pooling(isGradient: Bool) -> Execution? {
        guard (r, s, stride_h, stride_w) == (2, 2, 2, 2), (2 * p, 2 * q) == (h, w), c >= 8,
            2 * w * c <= Elementwise.tileSize
        else { return nil }
        return .pooling(width: w, channels: c, isGradient: isGradient)
    }

    /// The first pixel, in row-major order, of the window of an output of which `condition` holds.
    fileprivate func firstPixel(of output: Int, where condition: (Int) -> Bool) -> Int? {
        let (row, column) = (output / k / q % p, output / k % q)
        for i in 0..<r {
            let y = row * stride_h + i - pad_top
            guard (0..<h).contains(y) else { continue }
            for j in 0..<s {
                let x = column * stride_w + j - pad_left
                guard (0..<w).contains(x) else { continue }
                let pixel = ((output / k / q / p * h + y) * w + x) * c + output % k
                if condition(pixel) { return pixel }
            }
        }
        return nil
    }
}

extension OpContext {
    fileprivate func poolShape(output: [Int]) -> kernel_conv2d_shape {
        let (images, size) = (dimensions(0), node.ints("ksize"))
        return Window.shape(
            self, images: images, filter: [size[1], size[2], images[3], images[3]], output: output)
    }
}
