internal import CKernels

extension kernel_conv2d_shape {
    /// 3 × 3 filters, as many pixels out as in.
    static func filters(_ n: Int, _ height: Int, _ width: Int, _ c: Int, _ k: Int) -> Self {
        Self(
            n: n, h: height, w: width, c: c, r: 3, s: 3, p: height, q: width, k: k, stride_h: 1,
            stride_w: 1,
            pad_top: 1, pad_left: 1)
    }

    /// Windows of 2 × 2 side by side.
    static func windows(_ n: Int, _ size: Int, _ c: Int) -> Self {
        Self(
            n: n, h: size, w: size, c: c, r: 2, s: 2, p: size / 2, q: size / 2, k: c, stride_h: 2,
            stride_w: 2, pad_top: 0, pad_left: 0)
    }

    var input: Int { n * h * w * c }
    var output: Int { n * p * q * k }
    fileprivate var filter: Int { r * s * c * k }
    fileprivate var operations: Int { 2 * output * r * s * c }
    fileprivate var text: String { "\(n) × \(h) × \(w) × \(c) → \(k)" }
}

extension KernelCase {
    static func convolution(
        _ name: String, _ shape: kernel_conv2d_shape, _ layout: ImageLayout
    ) -> KernelCase {
        let (x, w, y) = (
            Floats(random: layout.input(shape)), Floats(random: shape.filter),
            Floats(layout.output(shape))
        )
        let part = KERNEL_CONV2D_FORWARD
        let (way, scratch, packed) = (layout.way(shape, part), Scratch(), Scratch())
        return KernelCase(
            name: "\(name): convolution \(shape.text)\(layout.text)",
            work: .init(shape.operations, reading: shape.input + shape.output),
            run: { pool in
                let scratch = scratch.floats(layout.scratch(shape, part, pool))
                let filter = layout.filter(shape, part, pool, w, packed)
                withUnsafePointer(to: shape) {
                    switch layout {
                    case .rows:
                        kernel_conv2d(
                            pool, way, y.pointer, x.pointer, filter, nil, $0, scratch)
                    case .blocks:
                        kernel_blocked_conv2d(
                            pool, way, y.pointer, KERNEL_WINDOWS, x.pointer, KERNEL_ROWS, w.pointer,
                            nil,
                            $0, scratch)
                    }
                }
            }, output: y,
            expected: {
                let places = layout.places(shape)
                var y = [Float](repeating: 0, count: layout.output(shape))
                Plain.taps(layout.whole(shape)) { tap, filter, result in
                    y[places.output(result)] += x[places.input(tap)] * w[filter]
                }
                return y
            })
    }

    static func inputGradient(
        _ name: String, _ shape: kernel_conv2d_shape, _ layout: ImageLayout
    ) -> KernelCase {
        let (dx, w, dy) = (
            Floats(layout.input(shape)), Floats(random: shape.filter),
            Floats(random: layout.output(shape))
        )
        let part = KERNEL_CONV2D_INPUT_GRADIENT
        let (way, scratch, packed) = (layout.way(shape, part), Scratch(), Scratch())
        return KernelCase(
            name: "\(name): its input's gradient \(shape.text)\(layout.text)",
            work: .init(shape.operations, reading: shape.input + shape.output),
            run: { pool in
                let scratch = scratch.floats(layout.scratch(shape, part, pool))
                let filter = layout.filter(shape, part, pool, w, packed)
                withUnsafePointer(to: shape) {
                    switch layout {
                    case .rows:
                        kernel_conv2d_input_gradient(
                            pool, way, dx.pointer, dy.pointer, filter, nil, $0, scratch)
                    case .blocks:
                        kernel_blocked_conv2d_input_gradient(
                            pool, way, dx.pointer, KERNEL_ROWS, dy.pointer, KERNEL_WINDOWS,
                            w.pointer, nil, $0, scratch)
                    }
                }
            }, output: dx,
            expected: {
                let places = layout.places(shape)
                var dx = [Float](repeating: 0, count: layout.input(shape))
                Plain.taps(layout.whole(shape)) { tap, filter, result in
                    dx[places.input(tap)] += w[filter] * dy[places.output(result)]
                }
                return dx
            })
    }

    static func filterGradient(
        _ name: String, _ shape: kernel_conv2d_shape, _ layout: ImageLayout
    ) -> KernelCase {
        let (x, dw, dy) = (
            Floats(random: layout.input(shape)), Floats(shape.filter),
            Floats(random: layout.output(shape))
        )
        let part = KERNEL_CONV2D_FILTER_GRADIENT
        let (way, scratch) = (layout.way(shape, part), Scratch())
        return KernelCase(
            name: "\(name): its filter's gradient \(shape.text)\(layout.text)",
            work: .init(shape.operations, reading: shape.input + shape.output),
            run: { pool in
                let scratch = scratch.floats(layout.scratch(shape, part, pool))
                withUnsafePointer(to: shape) {
                    switch layout {
                    case .rows:
                        kernel_conv2d_filter_gradient(
                            pool, way, dw.pointer, x.pointer, dy.pointer, $0, scratch)
                    case .blocks:
                        kernel_blocked_conv2d_filter_gradient(
                            pool, dw.pointer, x.pointer, KERNEL_ROWS, dy.pointer, KERNEL_WINDOWS,
                            $0, scratch)
                    }
                }
            }, output: dw,
            expected: {
                let places = layout.places(shape)
                var dw = [Double](repeating: 0, count: shape.filter)
                Plain.taps(shape) { tap, filter, result in
                    dw[filter] += Double(x[places.input(tap)] * dy[places.output(result)])
                }
                return dw.map(Float.init)
            })
    }
}
