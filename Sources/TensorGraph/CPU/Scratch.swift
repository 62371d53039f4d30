internal import CKernels

/// How much memory a step's call needs for itself.
enum Scratch {
    /// In floats.
    static func floats(_ step: Step, _ program: Program) -> Int {
        switch step.primitive {
        case .product(let product):
            kernel_matmul_scratch(
                product.m, product.n, product.k, product.isFirstTransposed,
                product.isSecondTransposed)
        case .convolution(let convolution):
            withUnsafePointer(to: convolution.geometry.kernelShape) { shape in
                if BlockedImages.orders(step, program) == nil {
                    kernel_conv2d_scratch(shape)
                } else if convolution.part == .filterGradient {
                    kernel_blocked_conv2d_filter_gradient_scratch(shape)
                } else {
                    kernel_blocked_conv2d_scratch(shape)
                }
            }
        case .adamOfProducts(let products) where !products.isSmall:
            kernel_matmul_adam_large_scratch(
                products.m, products.n,
                products.rows.map { kernel_product(a: nil, b: nil, k: $0) }, products.rows.count)
        default: 0
        }
    }
}

extension Products {
    /// Beyond so many rows in all terms together it pays to pack them.
    private static let mostRowsUnpacked = 64

    /// Whether the kernel for small batches takes them.
    var isSmall: Bool { rows.reduce(0, +) <= Self.mostRowsUnpacked }
}

extension WindowGeometry {
    /// As the kernels take it.
    var kernelShape: kernel_conv2d_shape {
        kernel_conv2d_shape(
            n: n, h: h, w: w, c: c, r: r, s: s, p: p, q: q, k: k, stride_h: strideH,
            stride_w: strideW, pad_top: padTop, pad_left: padLeft)
    }
}
