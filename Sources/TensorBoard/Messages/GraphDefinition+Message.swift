import CProtobufC
import CTensorBoardProtos

extension GraphDefinition {
    /// The graph as a serialized `GraphDef`.
    public func serialized() -> [UInt8] {
        let arena = MessageArena()
        return arena.make(tensorflow__graph_def__init) {
            ($0.n_node, $0.node) = arena.repeated(nodes.map { $0.message(in: arena) })
            $0.versions = arena.make(tensorflow__version_def__init) {
                $0.producer = producerVersion
            }
        }.packed()
    }
}

extension GraphDefinition.Node {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__NodeDef> {
        arena.make(tensorflow__node_def__init) {
            $0.name = arena.string(name)
            $0.op = arena.string(op)
            $0.device = arena.string(device)
            ($0.n_input, $0.input) = arena.repeated(inputs.map { arena.string($0) })
            ($0.n_attr, $0.attr) = arena.repeated(
                attributes.map { attribute in
                    arena.make(tensorflow__node_def__attr_entry__init) {
                        $0.key = arena.string(attribute.name)
                        $0.value = attribute.value.message(in: arena)
                    }
                })
        }
    }
}

extension AttributeValue {
    fileprivate func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__AttrValue> {
        arena.make(tensorflow__attr_value__init) {
            switch self {
            case .bytes(let bytes):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_S
                $0.s = arena.bytes(bytes)
            case .int(let number):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_I
                $0.i = number
            case .float(let number):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_F
                $0.f = number
            case .bool(let isTrue):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_B
                $0.b = isTrue ? 1 : 0
            case .type(let type):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_TYPE
                $0.type = type.message
            case .shape(let shape):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_SHAPE
                $0.shape = shape.message(in: arena)
            case .tensor(let tensor):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_TENSOR
                $0.tensor = tensor.message(in: arena)
            case .bytesList, .intList, .floatList, .boolList, .typeList, .shapeList:
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_LIST
                $0.list = listMessage(in: arena)
            }
        }
    }

    private func listMessage(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__AttrValue__ListValue> {
        arena.make(tensorflow__attr_value__list_value__init) {
            switch self {
            case .bytesList(let list):
                ($0.n_s, $0.s) = arena.repeated(list.map { arena.bytes($0) })
            case .intList(let list):
                ($0.n_i, $0.i) = arena.repeated(list)
            case .floatList(let list):
                ($0.n_f, $0.f) = arena.repeated(list)
            case .boolList(let list):
                ($0.n_b, $0.b) = arena.repeated(list.map { $0 ? 1 : 0 })
            case .typeList(let list):
                ($0.n_type, $0.type) = arena.repeated(list.map(\.message))
            case .shapeList(let list):
                ($0.n_shape, $0.shape) = arena.repeated(list.map { $0.message(in: arena) })
            case .bytes, .int, .float, .bool, .type, .shape, .tensor:
                break  // No lists.
            }
        }
    }
}

extension DataType {
    var message: Tensorflow__DataType {
        Tensorflow__DataType(UInt32(rawValue))
    }
}

extension TensorShape {
    func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__TensorShapeProto> {
        arena.make(tensorflow__tensor_shape_proto__init) {
            guard let dimensions else {
                $0.unknown_rank = 1
                return
            }
            ($0.n_dim, $0.dim) = arena.repeated(
                dimensions.map { size in
                    arena.make(tensorflow__tensor_shape_proto__dim__init) {
                        $0.size = size.map(Int64.init) ?? -1
                    }
                })
        }
    }
}

extension TensorValue {
    /// Several numbers go into the message as one piece; a single one, strings, truth values and
    /// bytes one by one, as TensorFlow's `make_tensor_proto` does it, and the defaults of its ops
    /// have them.
    func message(
        in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__TensorProto> {
        arena.make(tensorflow__tensor_proto__init) {
            $0.dtype = elements.type.message
            $0.tensor_shape = TensorShape(shape).message(in: arena)
            switch elements {
            case .strings(let strings):
                ($0.n_string_val, $0.string_val) = arena.repeated(strings.map { arena.bytes($0) })
            case .floats(let numbers) where numbers.count == 1:
                ($0.n_float_val, $0.float_val) = arena.repeated(numbers)
            case .doubles(let numbers) where numbers.count == 1:
                ($0.n_double_val, $0.double_val) = arena.repeated(numbers)
            case .int32s(let numbers) where numbers.count == 1:
                ($0.n_int_val, $0.int_val) = arena.repeated(numbers)
            case .int64s(let numbers) where numbers.count == 1:
                ($0.n_int64_val, $0.int64_val) = arena.repeated(numbers)
            case .bools(let values):
                ($0.n_bool_val, $0.bool_val) = arena.repeated(values.map { $0 ? 1 : 0 })
            case .uint8s(let bytes):
                ($0.n_int_val, $0.int_val) = arena.repeated(bytes.map(Int32.init))
            case .floats(let numbers):
                $0.tensor_content = numbers.withUnsafeBytes { arena.bytes($0) }
            case .doubles(let numbers):
                $0.tensor_content = numbers.withUnsafeBytes { arena.bytes($0) }
            case .int32s(let numbers):
                $0.tensor_content = numbers.withUnsafeBytes { arena.bytes($0) }
            case .int64s(let numbers):
                $0.tensor_content = numbers.withUnsafeBytes { arena.bytes($0) }
            }
        }
    }
}
