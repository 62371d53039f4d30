/// A constant tensor (TensorFlow's `TensorProto`).
///
/// A single element stands for a whole tensor of that element, whatever the shape.
public struct TensorValue: Sendable, Equatable {
    /// The shape, wholly known.
    public var shape: [Int]
    /// The elements, the last dimension varying fastest.
    public var elements: Elements

    /// Makes a constant.
    ///
    /// - Precondition: As many elements as the shape has, or one.
    public init(shape: [Int], elements: Elements) {
        let size = shape.reduce(1, *)
        precondition(
            elements.count == size || elements.count == 1,
            "\(elements.count) elements for a tensor of shape \(shape)")
        self.shape = shape
        self.elements = elements
    }

    /// The elements of a tensor, by type.
    public enum Elements: Sendable, Equatable {
        /// Elements of type `float`.
        case floats([Float])
        /// Elements of type `double`.
        case doubles([Double])
        /// Elements of type `uint8`.
        case uint8s([UInt8])
        /// Elements of type `int32`.
        case int32s([Int32])
        /// Elements of type `int64`.
        case int64s([Int64])
        /// Elements of type `bool`.
        case bools([Bool])
        /// Elements of type `string`: any bytes.
        case strings([[UInt8]])

        /// How many there are.
        public var count: Int {
            switch self {
            case .floats(let elements): elements.count
            case .doubles(let elements): elements.count
            case .uint8s(let elements): elements.count
            case .int32s(let elements): elements.count
            case .int64s(let elements): elements.count
            case .bools(let elements): elements.count
            case .strings(let elements): elements.count
            }
        }

        /// Their type.
        public var type: DataType {
            switch self {
            case .floats: .float
            case .doubles: .double
            case .uint8s: .uint8
            case .int32s: .int32
            case .int64s: .int64
            case .bools: .bool
            case .strings: .string
            }
        }
    }
}
