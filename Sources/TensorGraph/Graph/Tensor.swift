public import TensorFlowTypes

/// One output of a node: a symbolic array whose numbers exist only while a session runs.
///
/// Named as TensorFlow names it, `node:index` (`discriminator/conv1/Relu:0`).
public struct Tensor: Hashable {
    /// The node that makes it.
    public let node: Node
    /// Which of the node's outputs it is, from 0.
    public let index: Int

    /// The type of its elements.
    public var type: DataType { node.outputs[index].type }
    /// What is known of its shape before the graph runs.
    public var shape: Shape { node.outputs[index].shape }
    /// TensorFlow's name for it.
    public var name: String { "\(node.name):\(index)" }
    /// The graph that it belongs to.
    public var graph: Graph { node.graph }

    /// Its value where that follows from constants and static shapes alone.
    var constantValue: Value? { node.constants[index] }

    /// The integers that it holds as far as static shapes tell them: `nil` for a size that is open,
    /// or for all of them.
    var sizes: [Int?]? {
        if let constantValue { return constantValue.ints }
        return node.op.sizes?(OpContext(node))[index]
    }

    /// Its spelling as an input in a GraphDef: the first output goes by the node's name alone.
    var inputName: String { index == 0 ? node.name : name }
}

extension Tensor: CustomStringConvertible {
    /// The name, the type and the shape.
    public var description: String { "\(name) \(type) \(shape)" }
}

/// The type and the static shape of a tensor.
public struct TensorType: Sendable, Hashable {
    /// The type of the elements.
    public var type: DataType
    /// The shape, as far as it is known.
    public var shape: Shape

    /// A float32 tensor by default.
    public init(_ shape: Shape, _ type: DataType = .float) {
        self.type = type
        self.shape = shape
    }
}

/// What can stand where an op wants a tensor: a tensor itself, or a variable, which is read.
public protocol TensorConvertible {
    /// The tensor that stands for it.
    var tensor: Tensor { get }
}

extension Tensor: TensorConvertible {
    /// The tensor itself.
    public var tensor: Tensor { self }
}
