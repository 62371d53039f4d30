/// A tensor's name, type and shape.
public struct TensorDescription: Equatable, Sendable {
    /// The name, such as `conv1/weights`.
    public let name: String
    /// The type of the elements.
    public let type: DataType
    /// The size of each dimension; empty for a single number.
    public let shape: [Int]

    /// Makes a description.
    public init(name: String, type: DataType, shape: [Int]) {
        self.name = name
        self.type = type
        self.shape = shape
    }
}
