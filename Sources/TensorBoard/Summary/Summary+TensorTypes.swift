/// Tensors of the types that are met less often. TensorBoard's page shows them where a plugin takes
/// tensors of any type; as a point of a curve, its default reader shows a `float` alone.
extension Summary.Tensor {
    /// Makes a tensor of type `int8`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(_ elements: [Int8], shape: [Int]) {
        self.init(type: .int8, numbers: elements, shape: shape)
    }

    /// Makes a tensor of type `int16`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(_ elements: [Int16], shape: [Int]) {
        self.init(type: .int16, numbers: elements, shape: shape)
    }

    /// Makes a tensor of type `uint16`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(_ elements: [UInt16], shape: [Int]) {
        self.init(type: .uint16, numbers: elements, shape: shape)
    }

    /// Makes a tensor of type `uint32`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(_ elements: [UInt32], shape: [Int]) {
        self.init(type: .uint32, numbers: elements, shape: shape)
    }

    /// Makes a tensor of type `uint64`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(_ elements: [UInt64], shape: [Int]) {
        self.init(type: .uint64, numbers: elements, shape: shape)
    }

    /// Makes a tensor of type `bool`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(_ elements: [Bool], shape: [Int]) {
        self.init(type: .bool, numbers: elements.map { $0 ? 1 as UInt8 : 0 }, shape: shape)
    }

    /// Makes a tensor of type `half` (IEEE 754 binary16), of the nearest numbers that it has.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(half elements: [Float], shape: [Int]) {
        self.init(type: .half, numbers: elements.map(\.bitPatternOfHalf), shape: shape)
    }

    /// Makes a tensor of type `bfloat16`, of the nearest numbers that it has.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(bfloat16 elements: [Float], shape: [Int]) {
        self.init(type: .bfloat16, numbers: elements.map(\.bitPatternOfBFloat16), shape: shape)
    }

    /// Makes a tensor of type `complex64`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(complex elements: [(real: Float, imaginary: Float)], shape: [Int]) {
        self.init(
            type: .complex64, numbers: elements.map { SIMD2($0.real, $0.imaginary) }, shape: shape)
    }

    /// Makes a tensor of type `complex128`.
    ///
    /// - Precondition: As many elements as the shape has.
    public init(complex elements: [(real: Double, imaginary: Double)], shape: [Int]) {
        self.init(
            type: .complex128, numbers: elements.map { SIMD2($0.real, $0.imaginary) },
            shape: shape)
    }
}

extension Float {
    /// The nearest number of IEEE 754 binary16, of two equally near ones that whose last bit is 0.
    ///
    /// Not by `Float16`, which some systems lack.
    fileprivate var bitPatternOfHalf: UInt16 {
        let sign = UInt16(bitPattern >> 16) & 0x8000
        if isNaN { return sign | 0x7e00 }
        // Half of the last step lies between the greatest number and infinity: 65,520.
        if magnitude >= 65_520 { return sign | 0x7c00 }
        if magnitude < 0x1p-14 {
            // Multiples of 2^-24.
            return sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
        }
        let bits = magnitude.bitPattern
        let rounded = bits + 0xfff + (bits >> 13 & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
    }

    /// The nearest number of bfloat16, of two equally near ones that whose last bit is 0.
    fileprivate var bitPatternOfBFloat16: UInt16 {
        if isNaN { return UInt16(bitPattern >> 16) | 0x40 }
        let rounded = bitPattern &+ 0x7fff &+ (bitPattern >> 16 & 1)
        return UInt16(rounded >> 16)
    }
}
