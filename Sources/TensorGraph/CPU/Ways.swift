internal import CKernels

/// Which of the ways that a kernel has a step takes: chosen once, when its program is bound.
enum Way {
    case product(kernel_matmul_shape, kernel_matmul_way)
    case convolution(ConvolutionWay)
    case update(kernel_matmul_adam_way, Products)
    /// Kernels of one way.
    case only(scratch: Int = 0)

    init(_ step: Step, _ program: Program) {
        switch step.primitive {
        case .product(let product):
            var shape = kernel_matmul_shape(
                m: product.m, n: product.n, k: product.k, transpose_a: product.isFirstTransposed,
                transpose_b: product.isSecondTransposed)
            self = .product(shape, kernel_matmul_choose(&shape))
        case .convolution(let convolution):
            self = .convolution(ConvolutionWay(convolution, step, program))
        case .adamOfProducts(let products):
            let terms = products.terms
            self = .update(
                kernel_matmul_adam_choose(products.m, products.n, terms, terms.count), products)
        case .reduce(let reduction): self = .only(scratch: Reductions.scratch(reduction))
        default: self = .only()
        }
    }

    /// Memory that its call needs for itself on a pool of so many threads, in floats.
    func scratch(threads: Int32) -> Int {
        switch self {
        case .product(var shape, let way): kernel_matmul_scratch(&shape, way, threads)
        case .convolution(let way): way.scratch(threads: threads)
        case .update(let way, let products):
            kernel_matmul_adam_scratch(
                way, products.m, products.n, products.terms, products.rows.count, threads)
        case .only(let scratch): scratch
        }
    }
}

extension Products {
    /// Whether steps of Adam are made by them without a gradient that is stored, all at once or some rows
    /// at a time.
    var isFusedWithoutStoring: Bool {
        n >= FusedUpdates.fewestColumns
            && kernel_matmul_adam_choose(m, n, terms, terms.count) != KERNEL_MATMUL_ADAM_STORED
    }

    /// The fewest rows of the weight that are updated by themselves.
    var fewestRows: Int {
        Int(kernel_matmul_adam_rows(kernel_matmul_adam_choose(m, n, terms, terms.count)))
    }

    /// As the kernels take them, of which only the counts of rows are known.
    fileprivate var terms: [kernel_product] {
        rows.map { kernel_product(a: nil, b: nil, k: $0, a_row: 0) }
    }
}

/// How a convolution, or one of its gradients, is computed.
struct ConvolutionWay {
    let shape: kernel_conv2d_shape
    let part: kernel_conv2d_part
    /// The orders of the pixels of images in blocks; `nil` for images that are stored as they are.
    let orders: BlockedImages.Orders?
    let way: kernel_conv2d_way

    fileprivate init(_ convolution: Convolution, _ step: Step, _ program: Program) {
        var shape = convolution.geometry.kernelShape
        part =
            switch convolution.part {
            case .forward: KERNEL_CONV2D_FORWARD
            case .inputGradient: KERNEL_CONV2D_INPUT_GRADIENT
            case .filterGradient: KERNEL_CONV2D_FILTER_GRADIENT
            }
        orders = BlockedImages.orders(step, program)
        way = kernel_conv2d_choose(&shape, part, orders != nil)
        self.shape = shape
    }

    /// Floats of its filter, if it takes that packed; else 0.
    var packedFilter: Int {
        orders != nil
            ? 0 : withUnsafePointer(to: shape) { kernel_conv2d_packed_filter($0, part, way) }
    }

    /// In floats.
    fileprivate func scratch(threads: Int32) -> Int {
        withUnsafePointer(to: shape) {
            orders == nil
                ? kernel_conv2d_scratch($0, part, way, threads)
                : kernel_blocked_conv2d_scratch($0, part, way)
        }
    }
}

extension WindowGeometry {
    /// As the kernels take it.
    var kernelShape: kernel_conv2d_shape {
        kernel_conv2d_shape(
            n: n, h: h, w: w, c: c, r: r, s: s, p: p, q: q, k: k, stride_h: strideH,
            stride_w: strideW, pad_top: padTop, pad_left: padLeft)
    }
}
