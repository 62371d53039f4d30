/// What a checkpoint's files hold, in either of TensorFlow's formats.
protocol CheckpointContents: Sendable {
    /// The tensors, by the bytes of their names.
    var tensors: [StoredTensor] { get }
    /// The file that tells of them.
    var path: String { get }

    /// Reads a tensor, and checks it.
    func tensor(at index: Int, _ elementType: DataType) throws(CheckpointError) -> TensorValue
}

/// What a checkpoint's files say of a tensor.
struct StoredTensor: Sendable {
    let name: String
    /// TensorFlow's number for the type of the elements; perhaps none of an array.
    let type: Int
    let shape: [Int]

    /// The type of the elements; `nil` for one that cannot be read.
    var elementType: DataType? {
        DataType(ofArrays: type)
    }

    var description: TensorDescription? {
        elementType.map { TensorDescription(name: name, type: $0, shape: shape) }
    }

    func hasTypeAndShape(of other: StoredTensor) -> Bool {
        type == other.type && shape == other.shape
    }
}
