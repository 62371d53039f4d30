internal import CKernels

/// Where the numbers of images [n, h, w, c] lie in blocks of sixteen.
private struct BlockPlaces {
    let places: [Int32]

    init(_ n: Int, _ h: Int, _ w: Int, _ c: Int, _ order: kernel_pixel_order) {
        let block = Int(KERNEL_BLOCK)
        var places: [Int32] = []
        places.reserveCapacity(n * h * w * c)
        for image in 0..<n {
            for pixel in 0..<h * w {
                let (row, column) = (pixel / w, pixel % w)
                let window = (row / 2 * (w / 2) + column / 2) * 4 + row % 2 * 2 + column % 2
                let place = image / block * h * w + (order == KERNEL_WINDOWS ? window : pixel)
                for channel in 0..<c {
                    places.append(Int32((place * c + channel) * block + image % block))
                }
            }
        }
        self.places = places
    }

    subscript(_ index: Int) -> Int { Int(places[index]) }
}

/// The convolutions as a step of a large batch takes them: their images in blocks, what is to be
/// pooled window by window.
extension KernelCase {
    static func blockedConvolution(_ name: String, _ shape: kernel_conv2d_shape) -> KernelCase {
        let (x, w, y) = (
            Floats(random: shape.blockedInput), Floats(random: shape.filter),
            Floats(shape.blockedOutput)
        )
        let scratch = withUnsafePointer(to: shape) { Floats(kernel_blocked_conv2d_scratch($0)) }
        return KernelCase(
            name: "\(name): convolution \(shape.text), in blocks",
            work: .init(shape.operations, reading: shape.input + shape.output),
            run: { pool in
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d(
                        pool, y.pointer, KERNEL_WINDOWS, x.pointer, KERNEL_ROWS, w.pointer, nil, $0,
                        scratch.pointer)
                }
            }, output: y,
            expected: {
                let (inputs, outputs) = shape.places
                var y = [Float](repeating: 0, count: shape.blockedOutput)
                Plain.taps(shape.whole) { y[outputs[$2]] += x[inputs[$0]] * w[$1] }
                return y
            })
    }

    static func blockedInputGradient(_ name: String, _ shape: kernel_conv2d_shape) -> KernelCase {
        let (dx, w, dy) = (
            Floats(shape.blockedInput), Floats(random: shape.filter),
            Floats(random: shape.blockedOutput)
        )
        let scratch = withUnsafePointer(to: shape) { Floats(kernel_blocked_conv2d_scratch($0)) }
        return KernelCase(
            name: "\(name): its input's gradient \(shape.text), in blocks",
            work: .init(shape.operations, reading: shape.input + shape.output),
            run: { pool in
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d_input_gradient(
                        pool, dx.pointer, KERNEL_ROWS, dy.pointer, KERNEL_WINDOWS, w.pointer, $0,
                        scratch.pointer)
                }
            }, output: dx,
            expected: {
                let (inputs, outputs) = shape.places
                var dx = [Float](repeating: 0, count: shape.blockedInput)
                Plain.taps(shape.whole) { dx[inputs[$0]] += w[$1] * dy[outputs[$2]] }
                return dx
            })
    }

    static func blockedFilterGradient(_ name: String, _ shape: kernel_conv2d_shape) -> KernelCase {
        let (x, dw, dy) = (
            Floats(random: shape.blockedInput), Floats(shape.filter),
            Floats(random: shape.blockedOutput)
        )
        let scratch = withUnsafePointer(to: shape) {
            Floats(kernel_blocked_conv2d_filter_gradient_scratch($0))
        }
        return KernelCase(
            name: "\(name): its filter's gradient \(shape.text), in blocks",
            work: .init(shape.operations, reading: shape.input + shape.output),
            run: { pool in
                withUnsafePointer(to: shape) {
                    kernel_blocked_conv2d_filter_gradient(
                        pool, dw.pointer, x.pointer, KERNEL_ROWS, dy.pointer, KERNEL_WINDOWS, $0,
                        scratch.pointer)
                }
            }, output: dw,
            expected: {
                let (inputs, outputs) = shape.places
                var dw = [Double](repeating: 0, count: shape.filter)
                Plain.taps(shape) { dw[$1] += Double(x[inputs[$0]] * dy[outputs[$2]]) }
                return dw.map(Float.init)
            })
    }
}

extension kernel_conv2d_shape {
    /// The same with images in all lanes of the last block.
    fileprivate var whole: Self {
        var result = self
        let block = Int(KERNEL_BLOCK)
        result.n = (n + block - 1) / block * block
        return result
    }

    fileprivate var blockedInput: Int { whole.input }
    fileprivate var blockedOutput: Int { whole.output }
    fileprivate var places: (BlockPlaces, BlockPlaces) {
        (
            BlockPlaces(whole.n, h, w, c, KERNEL_ROWS),
            BlockPlaces(whole.n, p, q, k, KERNEL_WINDOWS)
        )
    }
}
