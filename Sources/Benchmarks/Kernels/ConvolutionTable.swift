internal import CKernels

/// Convolutions as many networks have them, and both of their gradients, beside the processor's
/// bound: their rates, by what the plain way multiplies, padding counted, and the scratch memory of
/// the largest.
///
/// The first ones are the DCGAN's; then channels and batches grow, one at a time.
func convolutionTable(_ options: BenchmarkOptions) throws -> BenchmarkTable {
    var table = BenchmarkTable(
        "convolutions",
        "Convolutions and their gradients, GFLOP/s of the plain way's arithmetic",
        columns: "convolution", "batch", "threads", "forward", "input's gradient",
        "filter's gradient", "least share of the bound %", "scratch MB")
    for count in options.threads {
        let threads = Threads(count)
        let peak = Bounds(threads).peak
        for shape in shapes {
            // Of some images alone: the plain loops would take minutes for all.
            var few = shape
            few.n = min(shape.n, 2)
            for kernel in kernels(few) {
                let error = kernel.error(threads.pool)
                guard error < 1e-4 else {
                    throw BenchmarkError.wrong(kernel: kernel.name, error: error)
                }
            }
            let rates = kernels(shape).map { kernel in
                let time = Timing.of(options.time(0.3)) { kernel.run(threads.pool) }
                return kernel.work.operations / time.median.seconds
            }
            let scratch = parts.map { ImageLayout.rows.scratch(shape, $0, threads.pool) }.max() ?? 0
            table.add(
                .text(text(shape)), .count(shape.n), .count(count), .number(rates[0] / 1e9),
                .number(rates[1] / 1e9), .number(rates[2] / 1e9),
                .number((rates.min() ?? 0) / peak * 100), .number(Double(scratch) * 4e-6))
        }
    }
    return table
}

private let parts = [
    KERNEL_CONV2D_FORWARD, KERNEL_CONV2D_INPUT_GRADIENT, KERNEL_CONV2D_FILTER_GRADIENT,
]

/// A convolution and its gradients, in the order of `parts`.
private func kernels(_ shape: kernel_conv2d_shape) -> [KernelCase] {
    let name = text(shape)
    return [
        .convolution(name, shape, .rows), .inputGradient(name, shape, .rows),
        .filterGradient(name, shape, .rows),
    ]
}

private func text(_ shape: kernel_conv2d_shape) -> String {
    "\(shape.h)² \(shape.c) → \(shape.k), \(shape.r) × \(shape.s), stride \(shape.stride_h)"
}

private let shapes: [kernel_conv2d_shape] = [
    .same(64, 28, 1, 32, filter: 4, stride: 2), .same(64, 14, 32, 64, filter: 4, stride: 2),
    .same(64, 28, 1, 64, filter: 4, stride: 2), .same(64, 14, 64, 128, filter: 4, stride: 2),

    .same(64, 28, 1, 32, filter: 5, stride: 2), .same(64, 14, 32, 64, filter: 5, stride: 2),
    .same(64, 14, 64, 128, filter: 5, stride: 2), .same(64, 14, 128, 128, filter: 3, stride: 2),
    .same(64, 14, 16, 16, filter: 3, stride: 1), .same(64, 14, 32, 32, filter: 3, stride: 1),
    .same(64, 14, 64, 64, filter: 3, stride: 1), .same(64, 14, 128, 128, filter: 3, stride: 1),
    .same(64, 14, 32, 32, filter: 5, stride: 1),

    .same(1, 14, 64, 64, filter: 3, stride: 1), .same(10, 14, 64, 64, filter: 3, stride: 1),
    .same(256, 14, 64, 64, filter: 3, stride: 1), .same(1, 14, 32, 64, filter: 4, stride: 2),
    .same(10, 14, 32, 64, filter: 4, stride: 2), .same(256, 14, 32, 64, filter: 4, stride: 2),
]

extension kernel_conv2d_shape {
    /// TensorFlow's SAME padding, of square images and filters.
    fileprivate static func same(
        _ n: Int, _ size: Int, _ c: Int, _ k: Int, filter: Int, stride: Int
    ) -> Self {
        let outputs = (size + stride - 1) / stride
        let padding = max(0, (outputs - 1) * stride + filter - size) / 2
        return Self(
            n: n, h: size, w: size, c: c, r: filter, s: filter, p: outputs, q: outputs, k: k,
            stride_h: stride, stride_w: stride, pad_top: padding, pad_left: padding)
    }
}
