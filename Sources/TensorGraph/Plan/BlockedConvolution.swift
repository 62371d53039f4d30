internal import CKernels

/// How a convolution and its gradients run on images in blocks.
enum BlockedConvolution {
    /// What a convolution's kernel needs to know, from the node or one of its gradients; `nil` for
    /// another node.
    static func shape(_ node: Node, _ specialization: Specialization) -> kernel_conv2d_shape? {
        func sizes(_ input: Int) -> [Int] {
            specialization.type(specialization.inputs(node)[input]).shape.known ?? []
        }
        let output = specialization.type(node.output()).shape.known ?? []
        let context = specialization.context(node)
        switch node.op.name {
        case Op.conv2D.name:
            return Window.shape(context, images: sizes(0), filter: sizes(1), output: output)
        case Op.conv2DBackpropInput.name:
            return Window.shape(context, images: output, filter: sizes(1), output: sizes(2))
        case Op.conv2DBackpropFilter.name:
            return Window.shape(context, images: sizes(0), filter: output, output: sizes(2))
        default:
            return nil
        }
    }

    /// How many images a tensor of them holds, and how many numbers each is.
    static func images(_ type: TensorType) -> (count: Int, size: Int) {
        let shape = type.shape.known ?? []
        return (shape.first ?? 1, shape.dropFirst().reduce(1, *))
    }

    /// The floats that images in blocks take.
    static func storedCount(_ shape: [Int]) -> Int {
        let block = Int(KERNEL_BLOCK)
        return ((shape.first ?? 1) + block - 1) / block * block * shape.dropFirst().reduce(1, *)
    }

    /// The convolution itself, with a bias for each channel as a third operand if it has one.
    static func forward(
        _ shape: kernel_conv2d_shape, x xOrder: kernel_pixel_order, y yOrder: kernel_pixel_order,
        hasBias: Bool
    ) -> Execution {
        .call(scratch: withUnsafePointer(to: shape) { kernel_blocked_conv2d_scratch($0) }) {
            bound in
            let (pool, scratch, y) = (bound.pool, bound.scratch, bound.outputs[0].floats)
            let (x, w) = (bound.inputs[0].floats, bound.inputs[1].floats)
            let bias = hasBias ? bound.inputs[2].floats : nil
            return {
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d(pool, y, yOrder, x, xOrder, w, bias, $0, scratch)
                }
            }
        }
    }

    static func inputGradient(
        _ shape: kernel_conv2d_shape, dy yOrder: kernel_pixel_order, dx xOrder: kernel_pixel_order
    ) -> Execution {
        .call(scratch: withUnsafePointer(to: shape) { kernel_blocked_conv2d_scratch($0) }) {
            bound in
            let (pool, scratch, dx) = (bound.pool, bound.scratch, bound.outputs[0].floats)
            let (w, dy) = (bound.inputs[1].floats, bound.inputs[2].floats)
            return {
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d_input_gradient(
                        pool, dx, xOrder, dy, yOrder, w, $0, scratch)
                }
            }
        }
    }

    static func filterGradient(
        _ shape: kernel_conv2d_shape, x xOrder: kernel_pixel_order, dy yOrder: kernel_pixel_order
    ) -> Execution {
        let scratch = withUnsafePointer(to: shape) {
            kernel_blocked_conv2d_filter_gradient_scratch($0)
        }
        return .call(scratch: scratch) { bound in
            let (pool, scratch, dw) = (bound.pool, bound.scratch, bound.outputs[0].floats)
            let (x, dy) = (bound.inputs[0].floats, bound.inputs[2].floats)
            return {
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d_filter_gradient(
                        pool, dw, x, xOrder, dy, yOrder, $0, scratch)
                }
            }
        }
    }
}
