/// The types of numbers that a checkpoint's tensors can have, with TensorFlow's numbers for them
/// (`types.proto`). Types of graphs only, such as references and resources, are not among them.
public enum ElementType: Int32, Sendable, CaseIterable {
    /// IEEE 754 binary32.
    case float32 = 1
    /// IEEE 754 binary64.
    case float64 = 2
    /// A signed number of 32 bits.
    case int32 = 3
    /// An unsigned number of 8 bits.
    case uint8 = 4
    /// A signed number of 16 bits.
    case int16 = 5
    /// A signed number of 8 bits.
    case int8 = 6
    /// Two IEEE 754 binary32: the real part, then the imaginary one.
    case complex64 = 8
    /// A signed number of 64 bits.
    case int64 = 9
    /// A truth value: a byte, 0 or 1.
    case bool = 10
    /// The upper half of an IEEE 754 binary32.
    case bfloat16 = 14
    /// An unsigned number of 16 bits.
    case uint16 = 17
    /// Two IEEE 754 binary64: the real part, then the imaginary one.
    case complex128 = 18
    /// IEEE 754 binary16.
    case float16 = 19
    /// An unsigned number of 32 bits.
    case uint32 = 22
    /// An unsigned number of 64 bits.
    case uint64 = 23

    /// How many bytes an element takes.
    public var byteCount: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .bfloat16, .float16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .complex64, .float64, .int64, .uint64: 8
        case .complex128: 16
        }
    }

    /// How many bytes a tensor of such elements has; `nil` if a size is negative, or no memory could
    /// hold it.
    func byteCount(ofShape shape: [Int]) -> Int? {
        // Small sizes first: a product with a zero cannot overflow before it is zero.
        shape.sorted().reduce(byteCount) { count, size in
            guard let count, size >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            return overflow ? nil : product
        }
    }
}
