/// An array of numbers or strings in row-major order: what a graph is fed and gives, what a
/// checkpoint holds, what a log shows of a tensor.
///
/// ```swift
/// let weights = TensorValue([1, 2, 3, 4, 5, 6], shape: [2, 3])
/// weights.type                  // .float, as of all literals
/// weights.values(of: Float.self)  // [1, 2, 3, 4, 5, 6]
/// weights.values(of: Int32.self)  // nil
/// ```
///
/// The number of elements is the product of ``shape``. Copies share memory.
public struct TensorValue: Sendable, Equatable {
    /// The sizes of the dimensions; empty for a single element.
    public let shape: [Int]
    /// The elements in row-major order.
    public let elements: Elements

    /// The elements, by type: those that are met often as Swift has them, others by their bytes.
    public enum Elements: Sendable, Equatable {
        /// Elements of type `float`.
        case float([Float])
        /// Elements of type `double`.
        case double([Double])
        /// Elements of type `int32`.
        case int32([Int32])
        /// Elements of type `int64`.
        case int64([Int64])
        /// Elements of type `uint8`.
        case uint8([UInt8])
        /// Elements of type `bool`.
        case bool([Bool])
        /// Elements of type `string`: any bytes.
        case string([[UInt8]])
        /// Numbers of another type, little-endian, back to back. ``TensorValue`` gives those above
        /// as their own cases always.
        case bytes(DataType, [UInt8])
    }

    /// An array of `shape` that holds `elements`.
    ///
    /// - Precondition: There are as many elements as the shape says.
    public init(_ elements: Elements, shape: [Int]) {
        let count = elements.count
        precondition(
            elementCount(ofShape: shape) == count,
            "\(count) elements do not fill the shape \(shape)")
        self.elements =
            if case .bytes(let type, let bytes) = elements {
                Elements(type, bytes)
            } else {
                elements
            }
        self.shape = shape
    }

    /// An array of elements that are given by their bytes.
    ///
    /// - Parameters:
    ///   - type: A type of numbers.
    ///   - bytes: As many as an array of that type and shape has, little-endian. A truth value that
    ///     is neither 0 nor 1 becomes 1.
    /// - Precondition: It is a type of numbers or truth values, and the bytes fill the shape.
    public init(type: DataType, bytes: [UInt8], shape: [Int]) {
        precondition(
            bytes.count == type.byteCount(ofShape: shape),
            "\(bytes.count) bytes are not an array of \(type) and the shape \(shape)")
        elements = Elements(type, bytes)
        self.shape = shape
    }
}

extension TensorValue.Elements {
    /// Elements that are given by their bytes.
    fileprivate init(_ type: DataType, _ bytes: [UInt8]) {
        precondition(type.byteCount > 0, "an array of \(type) is not made of bytes")
        precondition(
            bytes.count.isMultiple(of: type.byteCount),
            "\(bytes.count) bytes are no whole number of \(type)")
        self =
            switch type {
            case .float: .float(bytes.numbers())
            case .double: .double(bytes.numbers())
            case .int32: .int32(bytes.numbers())
            case .int64: .int64(bytes.numbers())
            case .uint8: .uint8(bytes)
            // Any other byte would be undefined behaviour in a Bool.
            case .bool: .bool(bytes.map { $0 != 0 })
            default: .bytes(type, bytes)
            }
    }
}

extension [UInt8] {
    /// The numbers that lie in the bytes, by a single copy of memory.
    func numbers<Number: BitwiseCopyable>() -> [Number] {
        let count = count / MemoryLayout<Number>.stride
        return [Number](unsafeUninitializedCapacity: count) { memory, initializedCount in
            withUnsafeBytes { UnsafeMutableRawBufferPointer(memory).copyMemory(from: $0) }
            initializedCount = count
        }
    }
}

extension TensorValue {
    /// The type of the elements.
    public var type: DataType { elements.type }

    /// The number of elements.
    public var count: Int { elements.count }

    /// The elements where they are of that Swift type; `nil` where they are of another. Quantized
    /// numbers are given as the whole numbers that they are stored as.
    public func values<Element: TensorElement>(of _: Element.Type = Element.self) -> [Element]? {
        Element.values(of: elements)
    }

    /// Runs `body` with the numbers' bytes as they lie in memory, without a copy; with none where
    /// the elements are strings.
    public func withBytes<Result, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch elements {
        case .float(let elements): try body(elements.span.bytes)
        case .double(let elements): try body(elements.span.bytes)
        case .int32(let elements): try body(elements.span.bytes)
        case .int64(let elements): try body(elements.span.bytes)
        case .uint8(let elements): try body(elements.span.bytes)
        case .bool(let elements): try body(elements.span.bytes)
        case .string: try body([UInt8]().span.bytes)
        case .bytes(_, let bytes): try body(bytes.span.bytes)
        }
    }

    /// The numbers' bytes, little-endian; none where the elements are strings.
    public var bytes: [UInt8] {
        switch elements {
        case .uint8(let bytes), .bytes(_, let bytes): bytes
        default: withBytes { span in span.withUnsafeBytes { Array($0) } }
        }
    }

    /// The bytes of each string; none where the elements are numbers.
    public var strings: [[UInt8]] {
        if case .string(let strings) = elements { strings } else { [] }
    }

    /// The same elements in another shape of the same size.
    ///
    /// - Precondition: It has as many elements.
    public func reshaped(_ shape: [Int]) -> TensorValue {
        TensorValue(elements, shape: shape)
    }
}

extension TensorValue.Elements {
    /// Their type.
    public var type: DataType {
        switch self {
        case .float: .float
        case .double: .double
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uint8
        case .bool: .bool
        case .string: .string
        case .bytes(let type, _): type
        }
    }

    /// How many there are.
    public var count: Int {
        switch self {
        case .float(let elements): elements.count
        case .double(let elements): elements.count
        case .int32(let elements): elements.count
        case .int64(let elements): elements.count
        case .uint8(let elements): elements.count
        case .bool(let elements): elements.count
        case .string(let elements): elements.count
        case .bytes(let type, let bytes): bytes.count / max(type.byteCount, 1)
        }
    }
}
