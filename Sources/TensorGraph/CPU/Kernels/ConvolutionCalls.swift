internal import CKernels

/// Calls of convolutions and their gradients.
enum Convolutions {
    static func call(_ convolution: Convolution, _ bound: Bound) -> Kernel {
        guard case .convolution(let chosen) = bound.way else {
            preconditionFailure("\(bound.step.name) is no convolution")
        }
        let (shape, way) = (chosen.shape, chosen.way)
        if let orders = chosen.orders { return blocked(convolution, bound, orders, shape, way) }
        let (pool, scratch, out) = (bound.pool, bound.scratch, bound.output)
        let (first, second) = (bound.input(0), bound.input(1))
        let bias = convolution.hasBias ? bound.input(2) : nil
        switch convolution.part {
        case .forward:
            let filter = bound.packedFilter?.pointer ?? second
            return packing(bound, chosen, second) {
                withUnsafePointer(to: shape) {
                    kernel_conv2d(pool, way, out, first, filter, bias, $0, scratch)
                }
            }
        case .inputGradient:
            let filter = bound.packedFilter?.pointer ?? first
            return packing(bound, chosen, first) {
                withUnsafePointer(to: shape) {
                    kernel_conv2d_input_gradient(
                        pool, way, out, second, filter, bias, $0, scratch)
                }
            }
        case .filterGradient:
            return {
                withUnsafePointer(to: shape) {
                    kernel_conv2d_filter_gradient(pool, way, out, first, second, $0, scratch)
                }
            }
        }
    }

    /// A kernel with its filter packed before, if it takes that so.
    private static func packing(
        _ bound: Bound, _ way: ConvolutionWay, _ w: UnsafeMutablePointer<Float>,
        _ kernel: @escaping Kernel
    ) -> Kernel {
        guard let packed = bound.packedFilter else { return kernel }
        let pool = bound.pool
        return {
            packed.pack(pool, way, w)
            kernel()
        }
    }

    private static func blocked(
        _ convolution: Convolution, _ bound: Bound, _ orders: BlockedImages.Orders,
        _ shape: kernel_conv2d_shape, _ way: kernel_conv2d_way
    ) -> Kernel {
        let (pool, scratch, out) = (bound.pool, bound.scratch, bound.output)
        let (first, second) = (bound.input(0), bound.input(1))
        let (inputs, output) = (orders.inputs, orders.output)
        let bias = convolution.hasBias ? bound.input(2) : nil
        switch convolution.part {
        case .forward:
            return {
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d(
                        pool, way, out, output, first, inputs.0, second, bias, $0, scratch)
                }
            }
        case .inputGradient:
            return {
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d_input_gradient(
                        pool, way, out, output, second, inputs.0, first, bias, $0, scratch)
                }
            }
        case .filterGradient:
            return {
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d_filter_gradient(
                        pool, out, first, inputs.0, second, inputs.1, $0, scratch)
                }
            }
        }
    }
}

/// Images in blocks, as the kernels take them.
enum BlockedImages {
    /// The orders of the pixels of a convolution's images.
    struct Orders {
        /// Those of the operands that are images; the same for both where there is one.
        let inputs: (kernel_pixel_order, kernel_pixel_order)
        /// That of what it makes, if that is images.
        let output: kernel_pixel_order
    }

    /// The orders of a convolution's images, if all are in blocks.
    static func orders(_ step: Step, _ program: Program) -> Orders? {
        guard case .convolution(let convolution) = step.primitive else { return nil }
        func order(_ id: Program.ID) -> kernel_pixel_order? {
            program.blockOrder(id).map { $0 == .rows ? KERNEL_ROWS : KERNEL_WINDOWS }
        }
        let inputs = convolution.imageOperands.compactMap { order(step.inputs[$0]) }
        guard inputs.count == convolution.imageOperands.count, let first = inputs.first,
            let last = inputs.last
        else { return nil }
        guard convolution.makesImages else { return Orders(inputs: (first, last), output: first) }
        return order(step.outputs[0]).map { Orders(inputs: (first, last), output: $0) }
    }

    /// The call that lays images in blocks, or out of them.
    ///
    /// - Parameter images: the value that is converted.
    static func conversion(isInto: Bool, _ bound: Bound, _ images: Program.Value) -> Kernel {
        let (pool, from, to) = (bound.pool, bound.input(0), bound.output)
        let shape = isInto ? bound.outputs[0].shape : images.shape
        let (count, size) = (shape.first ?? 1, shape.dropFirst().reduce(1, *))
        return isInto
            ? { kernel_block_images(pool, to, from, count, size) }
            : { kernel_unblock_images(pool, to, from, count, size) }
    }
}
