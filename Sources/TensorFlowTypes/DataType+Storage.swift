extension DataType {
    /// How many bytes an element takes in memory and in files; 0 for strings, each of which has its
    /// own number, and for what is no number: resources, variants and references.
    public var byteCount: Int {
        switch self {
        case .bool, .int8, .uint8, .qint8, .quint8, .int4, .uint4, .int2, .uint2, .float8E5M2,
            .float8E4M3FN, .float8E4M3FNUZ, .float8E4M3B11FNUZ, .float8E5M2FNUZ:
            1
        case .bfloat16, .half, .int16, .uint16, .qint16, .quint16: 2
        case .float, .int32, .uint32, .qint32: 4
        case .complex64, .double, .int64, .uint64: 8
        case .complex128: 16
        default: 0
        }
    }

    /// Whether arrays have elements of the type: numbers, truth values and strings.
    public var isOfArrays: Bool { byteCount > 0 || self == .string }

    /// The type of plain numbers that an element's bits are; the type itself unless it is quantized,
    /// or smaller than a byte.
    package var storage: DataType {
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
    package var partByteCount: Int {
        switch self {
        case .complex64, .complex128: byteCount / 2
        default: byteCount
        }
    }

    /// How many bytes a tensor of such elements has; `nil` if a size is negative, or no memory could
    /// hold it.
    package func byteCount(ofShape shape: [Int]) -> Int? {
        guard let count = elementCount(ofShape: shape) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: byteCount)
        return overflow ? nil : product
    }
}

/// How many elements a tensor has; `nil` if a size is negative, or there are too many to count.
package func elementCount(ofShape shape: [Int]) -> Int? {
    // Small sizes first: a product with a zero cannot overflow before it is zero.
    shape.sorted().reduce(1) { count, size in
        guard let count, size >= 0 else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return overflow ? nil : product
    }
}
