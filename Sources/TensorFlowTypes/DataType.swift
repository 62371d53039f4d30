/// The types of a tensor's elements, with TensorFlow's names and numbers (`types.proto`).
///
/// References are what TensorFlow 1's variables give out; they stand in graphs alone.
public enum DataType: Int32, Sendable, CaseIterable {
    /// IEEE 754 binary32.
    case float = 1
    /// IEEE 754 binary64.
    case double = 2
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
    case half = 19
    /// A handle of a resource such as a variable.
    case resource = 20
    /// Data that only their own C++ code can read.
    case variant = 21
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

    /// A reference to a variable of `float`.
    case floatReference = 101
    /// A reference to a variable of `double`.
    case doubleReference = 102
    /// A reference to a variable of `int32`.
    case int32Reference = 103
    /// A reference to a variable of `uint8`.
    case uint8Reference = 104
    /// A reference to a variable of `int16`.
    case int16Reference = 105
    /// A reference to a variable of `int8`.
    case int8Reference = 106
    /// A reference to a variable of `string`.
    case stringReference = 107
    /// A reference to a variable of `complex64`.
    case complex64Reference = 108
    /// A reference to a variable of `int64`.
    case int64Reference = 109
    /// A reference to a variable of `bool`.
    case boolReference = 110
    /// A reference to a variable of `qint8`.
    case qint8Reference = 111
    /// A reference to a variable of `quint8`.
    case quint8Reference = 112
    /// A reference to a variable of `qint32`.
    case qint32Reference = 113
    /// A reference to a variable of `bfloat16`.
    case bfloat16Reference = 114
    /// A reference to a variable of `qint16`.
    case qint16Reference = 115
    /// A reference to a variable of `quint16`.
    case quint16Reference = 116
    /// A reference to a variable of `uint16`.
    case uint16Reference = 117
    /// A reference to a variable of `complex128`.
    case complex128Reference = 118
    /// A reference to a variable of `half`.
    case halfReference = 119
    /// A reference to a variable of `resource`.
    case resourceReference = 120
    /// A reference to a variable of `variant`.
    case variantReference = 121
    /// A reference to a variable of `uint32`.
    case uint32Reference = 122
    /// A reference to a variable of `uint64`.
    case uint64Reference = 123
    /// A reference to a variable of `float8E5M2`.
    case float8E5M2Reference = 124
    /// A reference to a variable of `float8E4M3FN`.
    case float8E4M3FNReference = 125
    /// A reference to a variable of `float8E4M3FNUZ`.
    case float8E4M3FNUZReference = 126
    /// A reference to a variable of `float8E4M3B11FNUZ`.
    case float8E4M3B11FNUZReference = 127
    /// A reference to a variable of `float8E5M2FNUZ`.
    case float8E5M2FNUZReference = 128
    /// A reference to a variable of `int4`.
    case int4Reference = 129
    /// A reference to a variable of `uint4`.
    case uint4Reference = 130
    /// A reference to a variable of `int2`.
    case int2Reference = 131
    /// A reference to a variable of `uint2`.
    case uint2Reference = 132
}

extension DataType {
    /// Whether it is a reference to a variable of another type.
    public var isReference: Bool { rawValue > 100 }

    /// TensorFlow's name of the type in Python (`dtypes.py`), such as `float32`, `half`'s `float16`, and
    /// `float32_ref`.
    public var name: String {
        switch self {
        case .float: "float32"
        case .double: "float64"
        case .half: "float16"
        case .float8E5M2: "float8_e5m2"
        case .float8E4M3FN: "float8_e4m3fn"
        case .float8E4M3FNUZ: "float8_e4m3fnuz"
        case .float8E4M3B11FNUZ: "float8_e4m3b11fnuz"
        case .float8E5M2FNUZ: "float8_e5m2fnuz"
        default:
            if isReference, let type = DataType(rawValue: rawValue - 100) {
                "\(type.name)_ref"
            } else {
                "\(self)"
            }
        }
    }
}
