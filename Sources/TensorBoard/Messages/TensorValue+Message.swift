import CProtobufC
import CTensorBoardProtos

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
    /// About how many bytes of memory the elements take.
    var cost: Int {
        switch elements {
        case .string(let strings): strings.reduce(0) { $0 + 32 + $1.count }
        default: count * type.byteCount
        }
    }

    /// The array as a summary has it: numbers as one piece, strings one by one.
    func message(in arena: MessageArena) -> UnsafeMutablePointer<Tensorflow__TensorProto> {
        arena.make(tensorflow__tensor_proto__init) {
            $0.dtype = type.message
            $0.tensor_shape = TensorShape(shape).message(in: arena)
            if case .string(let strings) = elements {
                ($0.n_string_val, $0.string_val) = arena.repeated(strings)
            } else {
                $0.tensor_content = content(in: arena)
            }
        }
    }

    /// The array as a graph's constant of `shape`. Several numbers go into the message as one piece;
    /// a single one, strings, truth values and bytes one by one, as TensorFlow's `make_tensor_proto`
    /// does it, and the defaults of its ops have them.
    func constantMessage(
        shape: [Int], in arena: MessageArena
    ) -> UnsafeMutablePointer<Tensorflow__TensorProto> {
        arena.make(tensorflow__tensor_proto__init) {
            $0.dtype = type.message
            $0.tensor_shape = TensorShape(shape).message(in: arena)
            switch elements {
            case .string(let strings):
                ($0.n_string_val, $0.string_val) = arena.repeated(strings)
            case .float(let numbers) where numbers.count == 1:
                ($0.n_float_val, $0.float_val) = arena.repeated(numbers)
            case .double(let numbers) where numbers.count == 1:
                ($0.n_double_val, $0.double_val) = arena.repeated(numbers)
            case .int32(let numbers) where numbers.count == 1:
                ($0.n_int_val, $0.int_val) = arena.repeated(numbers)
            case .int64(let numbers) where numbers.count == 1:
                ($0.n_int64_val, $0.int64_val) = arena.repeated(numbers)
            case .bool(let values):
                ($0.n_bool_val, $0.bool_val) = arena.repeated(values.map { $0 ? 1 : 0 })
            case .uint8(let bytes):
                ($0.n_int_val, $0.int_val) = arena.repeated(bytes.map(Int32.init))
            case .float, .double, .int32, .int64, .bytes:
                $0.tensor_content = content(in: arena)
            }
        }
    }

    /// The numbers' bytes.
    private func content(in arena: MessageArena) -> ProtobufCBinaryData {
        switch elements {
        case .uint8(let bytes), .bytes(_, let bytes): arena.bytes(bytes)
        default: withBytes { bytes in bytes.withUnsafeBytes { arena.bytes($0) } }
        }
    }
}
