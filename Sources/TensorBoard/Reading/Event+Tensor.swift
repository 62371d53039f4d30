extension Event {
    /// A tensor of a summary, as TensorFlow 2 stores all kinds of value.
    public struct Tensor: Sendable, Equatable {
        /// The type of the elements, TensorFlow's number; perhaps none of `DataType`.
        public let type: Int
        /// The sizes, as the file states them; `[]` for a single number.
        public let shape: [Int]
        /// The elements as they are stored, the last dimension varying fastest: the last one stands
        /// for all that are missing. `nil` for types that are not read, such as handles, and for
        /// content that is no whole number of elements.
        public let elements: Elements?

        /// The elements of a tensor: types that are not listed are widened without loss.
        public enum Elements: Sendable, Equatable {
            /// Elements of type `float`, `half` or `bfloat16`.
            case floats([Float])
            /// Elements of type `double`.
            case doubles([Double])
            /// Elements of type `uint8` or `quint8`.
            case uint8s([UInt8])
            /// Elements of type `int32`, `int16`, `int8`, `uint16`, `qint32`, `qint16`, `qint8` or
            /// `quint16`.
            case int32s([Int32])
            /// Elements of type `int64` or `uint32`.
            case int64s([Int64])
            /// Elements of type `uint64`.
            case uint64s([UInt64])
            /// Elements of type `complex64` or `complex128`.
            case complexes([Complex])
            /// Elements of type `bool`.
            case bools([Bool])
            /// Elements of type `string`: any bytes.
            case strings([[UInt8]])
        }
    }

    /// A complex number.
    public struct Complex: Sendable, Equatable {
        /// The real part.
        public var real: Double
        /// The imaginary part.
        public var imaginary: Double

        /// Makes a number of its parts.
        public init(real: Double, imaginary: Double) {
            self.real = real
            self.imaginary = imaginary
        }
    }

    /// A number in its own type, or in a wider one of the same kind.
    public enum Number: Sendable, Equatable {
        /// A number of type `float`, `half` or `bfloat16`.
        case float(Float)
        /// A number of type `double`.
        case double(Double)
        /// A whole number of any type but `uint64`.
        case integer(Int64)
        /// A number of type `uint64`.
        case unsigned(UInt64)
        /// A truth value.
        case bool(Bool)
        /// A number of type `complex64` or `complex128`.
        case complex(Complex)

        /// The nearest `Double`, 1 or 0 for a truth value; `nil` for complex numbers.
        public var double: Double? {
            switch self {
            case .float(let number): Double(number)
            case .double(let number): number
            case .integer(let number): Double(number)
            case .unsigned(let number): Double(number)
            case .bool(let value): value ? 1 : 0
            case .complex: nil
            }
        }
    }
}

extension Event.Tensor {
    /// TensorFlow's name of the type, such as `half`; `type 99` for one that has none.
    public var typeName: String {
        Int32(exactly: type).flatMap(DataType.init)?.name ?? "type \(type)"
    }

    /// The first element, if it is a number.
    var firstNumber: Event.Number? {
        switch elements {
        case .floats(let numbers): numbers.first.map { .float($0) }
        case .doubles(let numbers): numbers.first.map { .double($0) }
        case .uint8s(let numbers): numbers.first.map { .integer(Int64($0)) }
        case .int32s(let numbers): numbers.first.map { .integer(Int64($0)) }
        case .int64s(let numbers): numbers.first.map { .integer($0) }
        case .uint64s(let numbers): numbers.first.map { .unsigned($0) }
        case .complexes(let numbers): numbers.first.map { .complex($0) }
        case .bools(let values): values.first.map { .bool($0) }
        case .strings, nil: nil
        }
    }
}
