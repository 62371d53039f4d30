// Arrays are TensorFlow's: who imports `Checkpoints` has them.
@_exported public import TensorFlowTypes

extension DataType {
    /// The type that has TensorFlow's number; `nil` where arrays have no such elements, as of
    /// references, resources and variants.
    init?(ofArrays number: Int) {
        guard let type = Int32(exactly: number).flatMap(DataType.init), type.isOfArrays else {
            return nil
        }
        self = type
    }
}
