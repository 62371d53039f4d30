/// The value of a node's attribute (TensorFlow's `AttrValue`).
public enum AttributeValue: Sendable, Equatable {
    /// A string of any bytes.
    case bytes([UInt8])
    /// A whole number.
    case int(Int64)
    /// A floating-point number.
    case float(Float)
    /// A truth value.
    case bool(Bool)
    /// A type of elements.
    case type(DataType)
    /// A shape, perhaps not wholly known.
    case shape(TensorShape)
    /// A constant of that shape. A single element stands for a whole tensor of it.
    case tensor(TensorValue, shape: [Int])
    /// A list of strings.
    case bytesList([[UInt8]])
    /// A list of whole numbers.
    case intList([Int64])
    /// A list of floating-point numbers.
    case floatList([Float])
    /// A list of truth values.
    case boolList([Bool])
    /// A list of types.
    case typeList([DataType])
    /// A list of shapes.
    case shapeList([TensorShape])

    /// A constant.
    public static func tensor(_ value: TensorValue) -> Self {
        .tensor(value, shape: value.shape)
    }

    /// The text's UTF-8 bytes, such as `"NHWC"` for `data_format`.
    public static func string(_ text: String) -> Self {
        .bytes(Array(text.utf8))
    }
}
