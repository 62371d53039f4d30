// Arrays and shapes are TensorFlow's: who imports `TensorGraph` has them.
@_exported public import TensorFlowTypes

/// An array on the host: what is fed, fetched, and stored in constants. Graphs' code says `Value`
/// of it, beside ``Tensor``, which has numbers only while a session runs.
public typealias Value = TensorValue

/// A tensor's shape, as far as it is known when the graph is built: `Shape` beside ``TensorType``.
public typealias Shape = TensorShape

extension DataType {
    /// The types that a graph computes with.
    static let computed: Set<DataType> = [.float, .int32, .int64, .bool, .string]
}
