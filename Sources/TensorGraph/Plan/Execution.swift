internal import CKernels
internal import TensorBoard

/// How a node runs, as its op says once all shapes are known.
enum Execution {
    /// Not at all: it only stands for an order, or its value is known.
    case nothing
    /// Its output is that input, perhaps in another shape.
    case alias(Int)
    /// One number at a time, from an input of the output's size.
    case unary(kernel_unary)
    /// One number at a time, from two inputs that are broadcast to the output's shape.
    case binary(kernel_binary)
    /// The sum, element by element, of inputs of the output's shape.
    case sum
    /// The first input, broadcast to the output's shape.
    case copy
    /// The sums of the columns of the first input, a matrix of so many columns and more than one
    /// row, divided by something, or of the products of two inputs: part of the loop that makes the
    /// matrix, if there is one.
    case columnSums(columns: Int, divisor: Float)
    /// Max pooling of the first input, by windows of 2 × 2, or its gradient, from images, what they
    /// were pooled to, and its gradient: part of the loop that makes the images, if there is one.
    /// With two more inputs, a scale and a shift for each channel, it is the pooling of
    /// relu(images · scale + shift), and the gradient with respect to what is rectified. The gradient
    /// can have three more, a factor and a center for each channel and a slope that may be of each
    /// pixel: it is then gradient · factor + (images - center) · slope.
    case pooling(width: Int, channels: Int, isGradient: Bool)
    /// A call, made when memory is laid out; with so many floats of scratch memory.
    case call(scratch: Int = 0, (Bindings) -> Kernel)
}

/// One step of a plan: a call with everything bound.
typealias Kernel = () -> Void

/// The memory that a node's call works on.
struct Bindings {
    let inputs: [Buffer]
    let outputs: [Buffer]
    /// As many floats as the op asked for.
    let scratch: UnsafeMutablePointer<Float>
    let node: Node
    let resources: Resources

    /// The session's threads.
    var pool: OpaquePointer? { resources.pool }
    /// The state of the node's random numbers, kept by the session.
    var random: RandomState { resources.randomState(node) }
}
