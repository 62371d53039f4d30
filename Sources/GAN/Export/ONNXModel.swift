internal import CTensorBoardProtos
internal import TensorBoard
internal import TensorGraph

/// A network in ONNX's terms (<https://onnx.ai/onnx/operators/>), of version 13 of its operators.
struct ONNXModel {
    var nodes: [Node] = []
    var constants: [(name: String, value: TensorValue)] = []
    /// What it is given and what it gives, float32; `nil` for the number of images.
    var inputs: [(name: String, shape: [Int?])] = []
    var outputs: [(name: String, shape: [Int?])] = []
    var producerVersion = ""
    var words = ""

    /// An operator's use.
    struct Node {
        let op: String
        let inputs: [String]
        let output: String
        var attributes: [(name: String, value: Attribute)] = []
    }

    /// An operator's parameter.
    enum Attribute {
        case float(Float)
        case int(Int)
        case string(String)
        case ints([Int])
    }

    private static let operatorVersion: Int64 = 13
    /// The first version of the format with those operators.
    private static let formatVersion: Int64 = 7
    /// The name of the number of images.
    private static let batch = "N"

    /// The file's bytes, a serialized `ModelProto`.
    func serialized() -> [UInt8] {
        let arena = MessageArena()
        return arena.make(onnx__model_proto__init) {
            $0.ir_version = Self.formatVersion
            $0.producer_name = arena.string("GANBoard")
            $0.producer_version = arena.string(producerVersion)
            $0.doc_string = arena.string(words)
            ($0.n_opset_import, $0.opset_import) = arena.repeated([
                arena.make(onnx__operator_set_id_proto__init) {
                    $0.domain = arena.string("")
                    $0.version = Self.operatorVersion
                }
            ])
            $0.graph = arena.make(onnx__graph_proto__init) {
                $0.name = arena.string("generator")
                ($0.n_node, $0.node) = arena.repeated(nodes.map { $0.message(in: arena) })
                ($0.n_initializer, $0.initializer) = arena.repeated(
                    constants.map { Self.message($0.name, $0.value, in: arena) })
                ($0.n_input, $0.input) = arena.repeated(
                    inputs.map { Self.message($0.name, $0.shape, in: arena) })
                ($0.n_output, $0.output) = arena.repeated(
                    outputs.map { Self.message($0.name, $0.shape, in: arena) })
            }
        }.packed()
    }

    private static func message(
        _ name: String, _ value: TensorValue, in arena: MessageArena
    ) -> UnsafeMutablePointer<Onnx__TensorProto> {
        arena.make(onnx__tensor_proto__init) {
            ($0.n_dims, $0.dims) = arena.repeated(value.shape.map(Int64.init))
            $0.data_type =
                switch value.type {
                case .float: 1
                case .int32: 6
                default: 7
                }
            $0.name = arena.string(name)
            $0.raw_data = arena.bytes(value.bytes)
        }
    }

    private static func message(
        _ name: String, _ shape: [Int?], in arena: MessageArena
    ) -> UnsafeMutablePointer<Onnx__ValueInfoProto> {
        arena.make(onnx__value_info_proto__init) {
            $0.name = arena.string(name)
            $0.type = arena.make(onnx__type_proto__init) {
                $0.tensor_type = arena.make(onnx__type_proto__tensor__init) {
                    $0.elem_type = 1
                    $0.shape = arena.make(onnx__tensor_shape_proto__init) {
                        ($0.n_dim, $0.dim) = arena.repeated(
                            shape.map { size in
                                arena.make(onnx__tensor_shape_proto__dimension__init) {
                                    if let size {
                                        $0.value_case =
                                            ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                                        $0.dim_value = Int64(size)
                                    } else {
                                        $0.value_case =
                                            ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM
                                        $0.dim_param = arena.string(Self.batch)
                                    }
                                }
                            })
                    }
                }
            }
        }
    }
}

extension ONNXModel.Node {
    fileprivate func message(in arena: MessageArena) -> UnsafeMutablePointer<Onnx__NodeProto> {
        arena.make(onnx__node_proto__init) {
            $0.name = arena.string(output)
            $0.op_type = arena.string(op)
            ($0.n_input, $0.input) = arena.repeated(inputs.map { arena.string($0) })
            ($0.n_output, $0.output) = arena.repeated([arena.string(output)])
            ($0.n_attribute, $0.attribute) = arena.repeated(
                attributes.map { name, value in
                    arena.make(onnx__attribute_proto__init) {
                        $0.name = arena.string(name)
                        switch value {
                        case .float(let float):
                            $0.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT
                            $0.f = float
                        case .int(let int):
                            $0.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT
                            $0.i = Int64(int)
                        case .string(let string):
                            $0.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING
                            $0.s = arena.bytes(Array(string.utf8))
                        case .ints(let ints):
                            $0.type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
                            ($0.n_ints, $0.ints) = arena.repeated(ints.map(Int64.init))
                        }
                    }
                })
        }
    }
}
