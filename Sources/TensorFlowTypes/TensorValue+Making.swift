// Arrays of what Swift has. A literal of numbers is an array of `float`, as TensorFlow's are.

extension TensorValue {
    /// An array of `float`.
    ///
    /// - Precondition: There are as many elements as the shape says.
    public init(_ floats: [Float], shape: [Int]) {
        self.init(.float(floats), shape: shape)
    }

    /// An array of elements of any type that Swift has.
    ///
    /// - Precondition: There are as many elements as the shape says.
    @_disfavoredOverload
    public init<Element: TensorElement>(_ values: [Element], shape: [Int]) {
        self.init(Element.elements(values), shape: shape)
    }

    /// An array of strings of any bytes.
    ///
    /// - Precondition: There are as many elements as the shape says.
    public init(byteStrings: [[UInt8]], shape: [Int]) {
        self.init(.string(byteStrings), shape: shape)
    }

    /// An array of texts.
    ///
    /// - Precondition: There are as many elements as the shape says.
    public init(strings: [String], shape: [Int]) {
        self.init(.string(strings.map { Array($0.utf8) }), shape: shape)
    }

    /// An array of `half` (IEEE 754 binary16), of the nearest numbers that it has.
    ///
    /// - Precondition: There are as many elements as the shape says.
    public init(half floats: [Float], shape: [Int]) {
        let bits = floats.map(\.bitPatternOfHalf)
        self.init(type: .half, bytes: bits.withUnsafeBytes { Array($0) }, shape: shape)
    }

    /// An array of `bfloat16`, of the nearest numbers that it has.
    ///
    /// - Precondition: There are as many elements as the shape says.
    public init(bfloat16 floats: [Float], shape: [Int]) {
        self.init(floats.map(BFloat16.init), shape: shape)
    }

    /// A single number of type `float`.
    public init(_ float: Float) {
        self.init(.float([float]), shape: [])
    }

    /// A single number of type `int32`.
    public init(_ int: Int32) {
        self.init(.int32([int]), shape: [])
    }

    /// A vector of type `int32`.
    ///
    /// - Precondition: Each number is one of 32 bits.
    public init(_ ints: [Int]) {
        self.init(.int32(ints.map(Int32.init)), shape: [ints.count])
    }

    /// A single truth value.
    public init(_ bool: Bool) {
        self.init(.bool([bool]), shape: [])
    }

    /// A single text.
    public init(_ string: String) {
        self.init(.string([Array(string.utf8)]), shape: [])
    }
}

extension TensorValue {
    /// The elements of an array of `float`; empty for another type.
    public var floats: [Float] {
        if case .float(let floats) = elements { floats } else { [] }
    }

    /// The elements of an array of `int32` or `int64`; empty for another type.
    public var ints: [Int] {
        switch elements {
        case .int32(let ints): ints.map(Int.init)
        case .int64(let ints): ints.map(Int.init)
        default: []
        }
    }

    /// The one element of an array of `float`, NaN for an array of another type or size.
    public var scalar: Float {
        if case .float(let floats) = elements, floats.count == 1 { floats[0] } else { .nan }
    }

    /// The one element of an array of `int32` or `int64`, `nil` for one of another type or size.
    public var int: Int? { ints.count == 1 ? ints[0] : nil }

    /// The one element of an array of truth values, `nil` for one of another type or size.
    public var bool: Bool? {
        if case .bool(let bools) = elements, bools.count == 1 { bools[0] } else { nil }
    }
}
