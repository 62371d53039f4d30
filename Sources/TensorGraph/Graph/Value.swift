internal import CKernels
public import TensorBoard

/// A tensor's numbers on the host: what is fed, fetched, and stored in constants.
///
/// Elements lie in row-major order. Their number is the product of `shape`.
public struct Value: Sendable, Equatable {
    /// The elements, by type.
    public enum Elements: Sendable, Equatable {
        case float([Float])
        case int32([Int32])
        case int64([Int64])
        case bool([Bool])
        case string([String])
    }

    /// The sizes of the dimensions; empty for a scalar.
    public let shape: [Int]
    /// The elements in row-major order.
    public let elements: Elements

    /// A value of `shape` that holds `elements`.
    ///
    /// - Precondition: there are as many elements as the shape says.
    public init(_ elements: Elements, shape: [Int]) {
        self.elements = elements
        self.shape = shape
        precondition(
            count == shape.reduce(1, *), "\(count) elements do not fill the shape \(shape)")
    }

    /// A float32 tensor of `shape`.
    public init(_ floats: [Float], shape: [Int]) {
        self.init(.float(floats), shape: shape)
    }

    /// A float32 scalar.
    public init(_ float: Float) {
        self.init(.float([float]), shape: [])
    }

    /// An int32 scalar.
    public init(_ int: Int32) {
        self.init(.int32([int]), shape: [])
    }

    /// An int32 vector.
    public init(_ ints: [Int]) {
        self.init(.int32(ints.map(Int32.init)), shape: [ints.count])
    }

    /// A bool scalar.
    public init(_ bool: Bool) {
        self.init(.bool([bool]), shape: [])
    }

    /// A string scalar.
    public init(_ string: String) {
        self.init(.string([string]), shape: [])
    }
}

extension Value {
    /// The type of the elements.
    public var type: DataType {
        switch elements {
        case .float: .float
        case .int32: .int32
        case .int64: .int64
        case .bool: .bool
        case .string: .string
        }
    }

    /// The number of elements.
    public var count: Int {
        switch elements {
        case .float(let elements): elements.count
        case .int32(let elements): elements.count
        case .int64(let elements): elements.count
        case .bool(let elements): elements.count
        case .string(let elements): elements.count
        }
    }

    /// The elements of a float32 tensor; empty for another type.
    public var floats: [Float] {
        if case .float(let floats) = elements { floats } else { [] }
    }

    /// The elements of a tensor of integers; empty for another type.
    public var ints: [Int] {
        switch elements {
        case .int32(let ints): ints.map(Int.init)
        case .int64(let ints): ints.map(Int.init)
        default: []
        }
    }

    /// The one element of a float32 tensor, NaN for a tensor of another type or size.
    public var scalar: Float {
        if case .float(let floats) = elements, floats.count == 1 { floats[0] } else { .nan }
    }

    /// The one element of a tensor of integers, `nil` for a tensor of another type or size.
    public var int: Int? { ints.count == 1 ? ints[0] : nil }

    /// The one element of a bool tensor, `nil` for a tensor of another type or size.
    public var bool: Bool? {
        if case .bool(let bools) = elements, bools.count == 1 { bools[0] } else { nil }
    }

    /// The same elements in another shape of the same size.
    public func reshaped(_ shape: [Int]) -> Value {
        Value(elements, shape: shape)
    }
}
