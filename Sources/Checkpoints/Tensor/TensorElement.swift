/// A Swift type whose values are a tensor's elements as they lie in a checkpoint.
public protocol TensorElement: BitwiseCopyable, Sendable {
    /// The type of a tensor that has such elements.
    static var elementType: ElementType { get }
}

extension Float: TensorElement {
    /// `float32`.
    public static var elementType: ElementType { .float32 }
}

extension Double: TensorElement {
    /// `float64`.
    public static var elementType: ElementType { .float64 }
}

#if !(os(macOS) && arch(x86_64))  // Swift has no Float16 there.
    extension Float16: TensorElement {
        /// `float16`.
        public static var elementType: ElementType { .float16 }
    }
#endif

extension Int8: TensorElement {
    /// `int8`.
    public static var elementType: ElementType { .int8 }
}

extension Int16: TensorElement {
    /// `int16`.
    public static var elementType: ElementType { .int16 }
}

extension Int32: TensorElement {
    /// `int32`.
    public static var elementType: ElementType { .int32 }
}

extension Int64: TensorElement {
    /// `int64`.
    public static var elementType: ElementType { .int64 }
}

extension UInt8: TensorElement {
    /// `uint8`.
    public static var elementType: ElementType { .uint8 }
}

extension UInt16: TensorElement {
    /// `uint16`.
    public static var elementType: ElementType { .uint16 }
}

extension UInt32: TensorElement {
    /// `uint32`.
    public static var elementType: ElementType { .uint32 }
}

extension UInt64: TensorElement {
    /// `uint64`.
    public static var elementType: ElementType { .uint64 }
}

extension Bool: TensorElement {
    /// `bool`.
    public static var elementType: ElementType { .bool }
}

/// The upper half of an IEEE 754 binary32: eight bits of exponent, seven of fraction.
public struct BFloat16: TensorElement, Equatable {
    /// The sixteen bits.
    public var bitPattern: UInt16

    /// The number of these bits.
    public init(bitPattern: UInt16) {
        self.bitPattern = bitPattern
    }

    /// `bfloat16`.
    public static var elementType: ElementType { .bfloat16 }
}

extension Float {
    /// The same number; every `BFloat16` is a `Float`.
    public init(_ number: BFloat16) {
        self.init(bitPattern: UInt32(number.bitPattern) << 16)
    }
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
    public static var elementType: ElementType { Part.complexType }
}

/// A type of numbers that a checkpoint's complex numbers consist of.
public protocol ComplexPart: TensorElement, Equatable {
    /// The type of the complex numbers.
    static var complexType: ElementType { get }
}

extension Float: ComplexPart {
    /// `complex64`.
    public static var complexType: ElementType { .complex64 }
}

extension Double: ComplexPart {
    /// `complex128`.
    public static var complexType: ElementType { .complex128 }
}
