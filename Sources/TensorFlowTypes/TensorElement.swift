/// A Swift type whose values are a tensor's elements as they lie in memory and in files.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The type of a tensor that has such elements.
    static var dataType: DataType { get }

    /// The elements as an array of this Swift type; `nil` where they are of another.
    static func values(of elements: TensorValue.Elements) -> [Self]?

    /// Elements of this Swift type as an array's.
    static func elements(_ values: [Self]) -> TensorValue.Elements
}

extension TensorElement {
    /// The elements that are given by their bytes, if these are of the type.
    public static func values(of elements: TensorValue.Elements) -> [Self]? {
        guard case .bytes(let type, let bytes) = elements, type.storage == dataType else {
            return nil
        }
        return bytes.numbers()
    }

    /// Elements by their bytes.
    public static func elements(_ values: [Self]) -> TensorValue.Elements {
        .bytes(dataType, values.withUnsafeBytes { Array($0) })
    }
}

extension Float: TensorElement {
    /// `float`.
    public static var dataType: DataType { .float }

    /// The elements of `float`, without a copy.
    public static func values(of elements: TensorValue.Elements) -> [Float]? {
        if case .float(let values) = elements { values } else { nil }
    }

    /// Elements of `float`.
    public static func elements(_ values: [Float]) -> TensorValue.Elements { .float(values) }
}

extension Double: TensorElement {
    /// `double`.
    public static var dataType: DataType { .double }

    /// The elements of `double`, without a copy.
    public static func values(of elements: TensorValue.Elements) -> [Double]? {
        if case .double(let values) = elements { values } else { nil }
    }

    /// Elements of `double`.
    public static func elements(_ values: [Double]) -> TensorValue.Elements { .double(values) }
}

#if !(os(macOS) && arch(x86_64))  // Swift has no Float16 there.
    extension Float16: TensorElement {
        /// `half`.
        public static var dataType: DataType { .half }
    }
#endif

extension Int8: TensorElement {
    /// `int8`.
    public static var dataType: DataType { .int8 }
}

extension Int16: TensorElement {
    /// `int16`.
    public static var dataType: DataType { .int16 }
}

extension Int32: TensorElement {
    /// `int32`.
    public static var dataType: DataType { .int32 }

    /// The elements of `int32`, without a copy; those of quantized numbers.
    public static func values(of elements: TensorValue.Elements) -> [Int32]? {
        switch elements {
        case .int32(let values): values
        case .bytes(let type, let bytes): type.storage == dataType ? bytes.numbers() : nil
        default: nil
        }
    }

    /// Elements of `int32`.
    public static func elements(_ values: [Int32]) -> TensorValue.Elements { .int32(values) }
}

extension Int64: TensorElement {
    /// `int64`.
    public static var dataType: DataType { .int64 }

    /// The elements of `int64`, without a copy.
    public static func values(of elements: TensorValue.Elements) -> [Int64]? {
        if case .int64(let values) = elements { values } else { nil }
    }

    /// Elements of `int64`.
    public static func elements(_ values: [Int64]) -> TensorValue.Elements { .int64(values) }
}

extension UInt8: TensorElement {
    /// `uint8`.
    public static var dataType: DataType { .uint8 }

    /// The elements of `uint8`, without a copy; those of quantized numbers.
    public static func values(of elements: TensorValue.Elements) -> [UInt8]? {
        switch elements {
        case .uint8(let values): values
        case .bytes(let type, let bytes): type.storage == dataType ? bytes.numbers() : nil
        default: nil
        }
    }

    /// Elements of `uint8`.
    public static func elements(_ values: [UInt8]) -> TensorValue.Elements { .uint8(values) }
}

extension UInt16: TensorElement {
    /// `uint16`.
    public static var dataType: DataType { .uint16 }
}

extension UInt32: TensorElement {
    /// `uint32`.
    public static var dataType: DataType { .uint32 }
}

extension UInt64: TensorElement {
    /// `uint64`.
    public static var dataType: DataType { .uint64 }
}

extension Bool: TensorElement {
    /// `bool`.
    public static var dataType: DataType { .bool }

    /// The elements of `bool`, without a copy.
    public static func values(of elements: TensorValue.Elements) -> [Bool]? {
        if case .bool(let values) = elements { values } else { nil }
    }

    /// Elements of `bool`.
    public static func elements(_ values: [Bool]) -> TensorValue.Elements { .bool(values) }
}

/// The upper half of an IEEE 754 binary32: eight bits of exponent, seven of fraction.
public struct BFloat16: TensorElement, Equatable {
    /// The sixteen bits.
    public var bitPattern: UInt16

    /// The number of these bits.
    public init(bitPattern: UInt16) {
        self.bitPattern = bitPattern
    }

    /// The nearest number, of two equally near ones that whose last bit is 0.
    public init(_ number: Float) {
        bitPattern = number.bitPatternOfBFloat16
    }

    /// The same number; every `BFloat16` is a `Float`.
    public var float: Float { Float(bfloat16Bits: bitPattern) }

    /// `bfloat16`.
    public static var dataType: DataType { .bfloat16 }
}

/// A complex number of two `Float` or two `Double`.
public struct Complex<Part: ComplexPart>: TensorElement, Equatable {
    /// The real part.
    public var real: Part
    /// The imaginary part.
    public var imaginary: Part

    /// Makes a number of its parts.
    public init(real: Part, imaginary: Part) {
        self.real = real
        self.imaginary = imaginary
    }

    /// `complex64` of `Float`, `complex128` of `Double`.
    public static var dataType: DataType { Part.complexType }
}

/// A type of numbers that complex numbers consist of.
public protocol ComplexPart: TensorElement, Equatable {
    /// The type of the complex numbers.
    static var complexType: DataType { get }
}

extension Float: ComplexPart {
    /// `complex64`.
    public static var complexType: DataType { .complex64 }
}

extension Double: ComplexPart {
    /// `complex128`.
    public static var complexType: DataType { .complex128 }
}
