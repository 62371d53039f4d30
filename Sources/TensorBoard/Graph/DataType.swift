/// The types of a tensor's elements, with TensorFlow's numbers (`types.proto`).
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
    /// Strings of any bytes.
    case string = 7
    /// Two IEEE 754 binary32, real and imaginary.
    case complex64 = 8
    /// A signed number of 64 bits.
    case int64 = 9
    /// A truth value, one byte.
    case bool = 10
    /// The upper half of an IEEE 754 binary32.
    case bfloat16 = 14
    /// An unsigned number of 16 bits.
    case uint16 = 17
    /// Two IEEE 754 binary64, real and imaginary.
    case complex128 = 18
    /// IEEE 754 binary16.
    case half = 19
    /// A handle of a resource such as a variable.
    case resource = 20
    /// An unsigned number of 32 bits.
    case uint32 = 22
    /// An unsigned number of 64 bits.
    case uint64 = 23
    /// A reference to a variable of `float`.
    case floatReference = 101
    /// A reference to a variable of `double`.
    case doubleReference = 102
    /// A reference to a variable of `int32`.
    case int32Reference = 103
    /// A reference to a variable of `int64`.
    case int64Reference = 109
    /// A reference to a variable of `bool`.
    case boolReference = 110
}
