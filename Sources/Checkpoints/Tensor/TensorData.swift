/// An array of numbers or strings in row-major order, as checkpoints hold them.
///
/// ```swift
/// let weights = TensorData([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
/// weights.values(of: Float.self)  // [1, 2, 3, 4, 5, 6]
/// weights.values(of: Int32.self)  // nil
/// ```
public struct TensorData: Equatable, Sendable {
    /// The type of the elements.
    public let elementType: ElementType
    /// The size of each dimension; empty for a single number.
    public let shape: [Int]
    /// The numbers' bytes, little-endian; none where the elements are strings.
    public let bytes: [UInt8]
    /// The bytes of each string; none where the elements are numbers.
    public let strings: [[UInt8]]

    /// Makes an array of its bytes.
    ///
    /// - Parameters:
    ///   - elementType: A type of numbers.
    ///   - bytes: As many as a tensor of that type and shape has. A truth value that is neither 0
    ///     nor 1 becomes 1.
    public init(elementType: ElementType, shape: [Int], bytes: [UInt8]) {
        precondition(elementType != .string, "strings have no bytes in common")
        precondition(
            bytes.count == elementType.byteCount(ofShape: shape),
            "\(bytes.count) bytes are not a tensor of \(elementType) and the shape \(shape)")
        self.elementType = elementType
        self.shape = shape
        // Any other byte would be undefined behaviour in a Bool.
        self.bytes = elementType == .bool ? bytes.map { min($0, 1) } : bytes
        strings = []
    }

    /// Makes an array of strings.
    ///
    /// - Parameter strings: The bytes of each; as many as a tensor of that shape has.
    public init(strings: [[UInt8]], shape: [Int]) {
        precondition(
            strings.count == elementCount(ofShape: shape),
            "\(strings.count) strings are not a tensor of the shape \(shape)")
        elementType = .string
        self.shape = shape
        bytes = []
        self.strings = strings
    }

    /// Makes an array of its elements.
    ///
    /// - Parameter values: As many as a tensor of that shape has.
    public init<Element: TensorElement>(_ values: [Element], shape: [Int]) {
        self.init(
            elementType: Element.elementType, shape: shape,
            bytes: values.withUnsafeBytes { Array($0) })
    }

    /// The elements, by a single copy of memory; `nil` if they are of another type. Quantized numbers
    /// are given as the whole numbers that they are stored as.
    public func values<Element: TensorElement>(of _: Element.Type = Element.self) -> [Element]? {
        guard elementType.storage == Element.elementType.storage else { return nil }
        let count = bytes.count / MemoryLayout<Element>.stride
        return [Element](unsafeUninitializedCapacity: count) { memory, initializedCount in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(memory).copyMemory(from: $0) }
            initializedCount = count
        }
    }
}

/// A tensor's name, type and shape.
public struct TensorDescription: Equatable, Sendable {
    /// The name, such as `conv1/weights`.
    public let name: String
    /// The type of the elements.
    public let elementType: ElementType
    /// The size of each dimension; empty for a single number.
    public let shape: [Int]

    /// Makes a description.
    public init(name: String, elementType: ElementType, shape: [Int]) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
    }
}
