internal import CKernels

/// How a convolution's images lie.
enum ImageLayout {
    /// [N, H, W, C], as a step of a small batch takes them.
    case rows
    /// In blocks of sixteen, what is to be pooled window by window, as one of a large batch does.
    case blocks

    var text: String { self == .rows ? "" : ", in blocks" }

    /// The same with images in all lanes of the last block.
    func whole(_ shape: kernel_conv2d_shape) -> kernel_conv2d_shape {
        guard self == .blocks else { return shape }
        let block = Int(KERNEL_BLOCK)
        var result = shape
        result.n = (shape.n + block - 1) / block * block
        return result
    }

    /// Floats that the images take, before a convolution and behind it.
    func input(_ shape: kernel_conv2d_shape) -> Int { whole(shape).input }
    func output(_ shape: kernel_conv2d_shape) -> Int { whole(shape).output }

    /// How the program's step lays the images of D that are pooled.
    init(images: Int, channels: Int) {
        self = kernel_images_suit_blocks(images, channels) ? .blocks : .rows
    }

    /// The way that a program's step goes.
    func way(
        _ shape: kernel_conv2d_shape, _ part: kernel_conv2d_part
    ) -> kernel_conv2d_way {
        withUnsafePointer(to: shape) { kernel_conv2d_choose($0, part, self == .blocks) }
    }

    /// The floats of scratch memory that the way needs.
    func scratch(
        _ shape: kernel_conv2d_shape, _ part: kernel_conv2d_part, _ pool: OpaquePointer?
    ) -> Int {
        let way = way(shape, part)
        return withUnsafePointer(to: shape) {
            self == .blocks
                ? kernel_blocked_conv2d_scratch($0, part, way)
                : kernel_conv2d_scratch($0, part, way, kernel_pool_threads(pool))
        }
    }

    /// The filter as the way takes it: packed anew, as one that is trained is in each step.
    func filter(
        _ shape: kernel_conv2d_shape, _ part: kernel_conv2d_part, _ pool: OpaquePointer?,
        _ w: Floats, _ packed: Scratch
    ) -> UnsafeMutablePointer<Float> {
        let way = way(shape, part)
        return withUnsafePointer(to: shape) {
            let count = self == .blocks ? 0 : kernel_conv2d_packed_filter($0, part, way)
            guard count > 0 else { return w.pointer }
            let filter = packed.floats(count)
            kernel_conv2d_pack_filter(pool, way, filter, w.pointer, $0, part)
            return filter
        }
    }

    /// Where the numbers of images [N, H, W, C] lie.
    struct Places {
        fileprivate var inputs: [Int32] = []
        fileprivate var outputs: [Int32] = []

        func input(_ index: Int) -> Int { inputs.isEmpty ? index : Int(inputs[index]) }
        func output(_ index: Int) -> Int { outputs.isEmpty ? index : Int(outputs[index]) }
    }

    func places(_ shape: kernel_conv2d_shape) -> Places {
        guard self == .blocks else { return Places() }
        let n = whole(shape).n
        return Places(
            inputs: Self.places(n, shape.h, shape.w, shape.c, KERNEL_ROWS),
            outputs: Self.places(n, shape.p, shape.q, shape.k, KERNEL_WINDOWS))
    }

    /// The same of images that are pooled: window by window before, row by row behind it.
    func poolPlaces(_ shape: kernel_conv2d_shape) -> Places {
        guard self == .blocks else { return Places() }
        let n = whole(shape).n
        return Places(
            inputs: Self.places(n, shape.h, shape.w, shape.c, KERNEL_WINDOWS),
            outputs: Self.places(n, shape.p, shape.q, shape.k, KERNEL_ROWS))
    }

    private static func places(
        _ n: Int, _ h: Int, _ w: Int, _ c: Int, _ order: kernel_pixel_order
    ) -> [Int32] {
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
        return places
    }
}
