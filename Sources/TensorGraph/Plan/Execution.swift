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
    /// The session's threads.
    let pool: OpaquePointer?
    /// The state of the node's random numbers, kept by the session.
    let random: RandomState
}

/// A tensor in memory during a run.
struct Buffer {
    let pointer: UnsafeMutableRawPointer
    let type: DataType
    let shape: [Int]
    /// Where a summary op leaves its result, which is no array of numbers.
    var slot: SummarySlot?

    var count: Int { shape.reduce(1, *) }
    var floats: UnsafeMutablePointer<Float> { pointer.assumingMemoryBound(to: Float.self) }
    var ints: UnsafeMutablePointer<Int32> { pointer.assumingMemoryBound(to: Int32.self) }
}

/// The place for one summary.
final class SummarySlot {
    var summary = Summary()
}

extension DataType {
    /// Bytes of an element in memory during a run; 0 for what is not an array of numbers.
    var stride: Int {
        switch self {
        case .float, .int32: 4
        case .double, .int64: 8
        case .bool: 1
        default: 0
        }
    }
}
