internal import TensorFlowTypes

/// A window that slides over images: a filter's or a pool's, with its strides and its padding.
struct Window {
    let size: (height: Int, width: Int)
    let stride: (height: Int, width: Int)
    let isPadded: Bool

    init(_ node: Node, height: Int, width: Int) {
        size = (height, width)
        let strides = node.ints("strides")
        stride = (strides[1], strides[2])
        isPadded = node.string("padding") == "SAME"
    }

    /// The number of rows (columns) of the output.
    func rows(_ height: Int?) -> Int? { height.map { outputs($0, size.height, stride.height) } }
    func columns(_ width: Int?) -> Int? { width.map { outputs($0, size.width, stride.width) } }

    private func outputs(_ input: Int, _ size: Int, _ stride: Int) -> Int {
        let places = isPadded ? input : max(input - size + 1, 0)
        return (places + stride - 1) / stride
    }

    /// The sizes of what a convolution makes of images [N, H, W, C] with a filter [R, S, C, K], as
    /// far as they are known.
    static func convolved(
        _ context: OpContext, images: [Int?], filter: [Int?]
    ) -> [Int?] {
        guard
            context.require(
                images.count == 4 && filter.count == 4, "it takes NHWC images and an HWIO filter")
        else { return images }
        let (channels, taken) = (images[3], filter[2])
        context.require(
            channels == nil || taken == nil || channels == taken,
            "the filter takes other channels")
        guard let height = filter[0], let width = filter[1] else {
            return [images[0], nil, nil, filter[3]]
        }
        let window = Window(context.node, height: height, width: width)
        return [images[0], window.rows(images[1]), window.columns(images[2]), filter[3]]
    }

    /// Requires that a convolution of the images with the filter makes images of the sizes `output`.
    static func requireFit(
        _ context: OpContext, images: [Int?], filter: [Int?], output: [Int?]
    ) {
        let made = Shape(convolved(context, images: images, filter: filter))
        context.require(
            made.isCompatible(with: Shape(output)),
            "a convolution of images \(Shape(images)) with a filter \(Shape(filter)) makes "
                + "\(made), not \(Shape(output))")
    }

    /// The zeros before the first row (column); where the padding is uneven the larger half comes
    /// after.
    func padding(_ input: Int, _ output: Int, _ size: Int, _ stride: Int) -> Int {
        isPadded ? max((output - 1) * stride + size - input, 0) / 2 : 0
    }

    /// How windows lie in a convolution of `images` [N, H, W, C] with `filter` [R, S,
    /// C, K] to `output` [N, P, Q, K].
    static func geometry(
        _ context: OpContext, images: [Int], filter: [Int], output: [Int]
    ) -> WindowGeometry {
        let window = Window(context.node, height: filter[0], width: filter[1])
        return WindowGeometry(
            n: images[0], h: images[1], w: images[2], c: images[3], r: filter[0], s: filter[1],
            p: output[1], q: output[2], k: output[3], strideH: window.stride.height,
            strideW: window.stride.width,
            padTop: window.padding(images[1], output[1], filter[0], window.stride.height),
            padLeft: window.padding(images[2], output[2], filter[1], window.stride.width))
    }
}
