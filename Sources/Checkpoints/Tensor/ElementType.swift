/// The types that the elements of a checkpoint's tensors can have, with TensorFlow's numbers for
/// them (`types.proto`). Types of graphs only, such as references and resources, are not among them,
/// nor variants, which only their own C++ code can read.
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
    /// Any bytes, of any number.
    case string = 7
    /// Two IEEE 754 binary32: the real part, then the imaginary one.
    case complex64 = 8
    /// A signed number of 64 bits.
    case int64 = 9
    /// A truth value: a byte, 0 or 1.
    case bool = 10
    /// A signed number of 8 bits, which stands for a real one.
    case qint8 = 11
    /// An unsigned number of 8 bits, which stands for a real one.
    case quint8 = 12
    /// A signed number of 32 bits, which stands for a real one.
    case qint32 = 13
    /// The upper half of an IEEE 754 binary32.
    case bfloat16 = 14
    /// A signed number of 16 bits, which stands for a real one.
    case qint16 = 15
    /// An unsigned number of 16 bits, which stands for a real one.
    case quint16 = 16
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
    /// A number of 8 bits: five of exponent, two of fraction.
    case float8E5M2 = 24
    /// A number of 8 bits: four of exponent, three of fraction, no infinities.
    case float8E4M3FN = 25
    /// The same, and no negative zero.
    case float8E4M3FNUZ = 26
    /// The same, the exponent less 11.
    case float8E4M3B11FNUZ = 27
    /// A number of 8 bits: five of exponent, two of fraction, no infinities and no negative zero.
    case float8E5M2FNUZ = 28
    /// A signed number of 4 bits, in a byte.
    case int4 = 29
    /// An unsigned number of 4 bits, in a byte.
    case uint4 = 30
    /// A signed number of 2 bits, in a byte.
    case int2 = 31
    /// An unsigned number of 2 bits, in a byte.
    case uint2 = 32

    /// How many bytes an element takes; 0 for strings, each of which has its own number.
    public var byteCount: Int {
        switch self {
        case .string: 0
        case .bool, .int8, .uint8, .qint8, .quint8, .int4, .uint4, .int2, .uint2, .float8E5M2,
            .float8E4M3FN, .float8E4M3FNUZ, .float8E4M3B11FNUZ, .float8E5M2FNUZ:
            1
        case .bfloat16, .float16, .int16, .uint16, .qint16, .quint16: 2
        case .float32, .int32, .uint32, .qint32: 4
        case .complex64, .float64, .int64, .uint64: 8
        case .complex128: 16
        }
    }

    /// The type of plain numbers that an element's bits are; the type itself unless it is quantized.
    var storage: ElementType {
        switch self {
        case .qint8, .int4, .int2: .int8
        case .quint8, .uint4, .uint2: .uint8
        case .qint16: .int16
        case .quint16: .uint16
        case .qint32: .int32
        default: self
        }
    }

    /// How many bytes a number takes of which an element consists.
    var partByteCount: Int {
        switch self {
        case .complex64, .complex128: byteCount / 2
        default: byteCount
        }
    }

    /// How many bytes a tensor of such elements has; `nil` if a size is negative, or no memory could
    /// hold it.
    func byteCount(ofShape shape: [Int]) -> Int? {
        guard let count = elementCount(ofShape: shape) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: byteCount)
        return overflow ? nil : product
    }
}

/// How many elements a tensor has; `nil` if a size is negative, or there are too many to count.
func elementCount(ofShape shape: [Int]) -> Int? {
    // Small sizes first: a product with a zero cannot overflow before it is zero.
    shape.sorted().reduce(1) { count, size in
        guard let count, size >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return overflow ? nil : product
    }
}
