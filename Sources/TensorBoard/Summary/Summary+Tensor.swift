extension Summary {
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
        _ tensor: TensorValue, plugin: Summary.Plugin, tag: String
    ) -> Self {
        Self(tag: tag, content: .tensor(tensor, plugin))
    }
}
