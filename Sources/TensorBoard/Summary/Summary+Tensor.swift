extension Summary {
    /// A tensor that a plugin of TensorBoard shows.
    public struct Tensor: Sendable, Equatable {
        /// The type of the elements.
        public let type: DataType
        /// The shape; `[]` is a scalar's.
        public let shape: [Int]
        /// The elements, the last dimension varying fastest.
        public let elements: Elements

        /// The ways in which elements are written.
        public enum Elements: Sendable, Equatable {
            /// Numbers or truth values, little-endian, back to back.
            case bytes([UInt8])
            /// Strings of any bytes.
            case strings([[UInt8]])
        }

        /// Makes a tensor of type `float`.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(_ elements: [Float], shape: [Int]) {
            self.init(type: .float, numbers: elements, shape: shape)
        }

        /// Makes a tensor of type `double`.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(_ elements: [Double], shape: [Int]) {
            self.init(type: .double, numbers: elements, shape: shape)
        }

        /// Makes a tensor of type `int32`.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(_ elements: [Int32], shape: [Int]) {
            self.init(type: .int32, numbers: elements, shape: shape)
        }

        /// Makes a tensor of type `int64`.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(_ elements: [Int64], shape: [Int]) {
            self.init(type: .int64, numbers: elements, shape: shape)
        }

        /// Makes a tensor of type `uint8`.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(_ elements: [UInt8], shape: [Int]) {
            self.init(type: .uint8, numbers: elements, shape: shape)
        }

        /// Makes a tensor of strings of any bytes.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(byteStrings: [[UInt8]], shape: [Int]) {
            self.init(
                type: .string, shape: shape, count: byteStrings.count,
                elements: .strings(byteStrings))
        }

        /// Makes a tensor of texts.
        ///
        /// - Precondition: As many elements as the shape has.
        public init(strings: [String], shape: [Int]) {
            self.init(byteStrings: strings.map { Array($0.utf8) }, shape: shape)
        }

        init<Number: BitwiseCopyable>(type: DataType, numbers: [Number], shape: [Int]) {
            self.init(
                type: type, shape: shape, count: numbers.count,
                elements: .bytes(numbers.withUnsafeBytes { Array($0) }))
        }

        private init(type: DataType, shape: [Int], count: Int, elements: Elements) {
            precondition(
                shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
                "\(count) elements for a tensor of shape \(shape)")
            self.type = type
            self.shape = shape
            self.elements = elements
        }
    }

    /// Which of TensorBoard's plugins shows a tag's tensors, and what it has to know.
    public struct Plugin: Sendable, Equatable {
        /// The plugin's name, such as `text`.
        public var name: String
        /// A message of the plugin's, serialized; taken from the first value of a tag in a file.
        public var content: [UInt8]
        /// How TensorBoard keeps the values.
        public var dataClass: DataClass

        /// The ways in which TensorBoard keeps values.
        public enum DataClass: Sendable {
            /// Numbers of a curve: tensors of type `float` and rank 0.
            case scalar
            /// Tensors of some kilobytes.
            case tensor
            /// Files: a tensor of rank 1 of strings.
            case blobSequence
        }

        /// Names a plugin.
        public init(name: String, content: [UInt8] = [], dataClass: DataClass = .tensor) {
            self.name = name
            self.content = content
            self.dataClass = dataClass
        }

        static let text = Plugin(name: "text")
    }
}

extension Summary.Value {
    /// A tensor, for the plugin that knows what it means.
    public static func tensor(
        _ tensor: Summary.Tensor, plugin: Summary.Plugin, tag: String
    ) -> Self {
        Self(tag: tag, content: .tensor(tensor, plugin))
    }
}
