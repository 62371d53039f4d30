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
            case .tensor(let elements, let shape):
                $0.value_case = TENSORFLOW__ATTR_VALUE__VALUE_TENSOR
                $0.tensor = elements.constantMessage(shape: shape, in: arena)
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
