import CProtobufC
import CTensorBoardProtos
import RecordIO

extension Event.Tensor {
    /// Reads a `TensorProto`, as TensorFlow's `tensor.cc` does: `tensor_content` has the elements'
    /// bytes if it is not empty, else a list has the elements, which depends on their type.
    init(_ message: Tensorflow__TensorProto) {
        type = Int(message.dtype.rawValue)
        shape =
            message.tensor_shape.map { shape in
                pointees(shape.pointee.dim, count: shape.pointee.n_dim).map { Int($0.size) }
            } ?? []
        elements =
            message.tensor_content.len == 0
            ? Elements(lists: message) : Elements(content: message, shape: shape)
    }
}

extension Event.Tensor.Elements {
    /// The elements of a list; `nil` for types that have none here.
    fileprivate init?(lists message: Tensorflow__TensorProto) {
        let ints = UnsafeBufferPointer(start: message.int_val, count: message.n_int_val)
        let halves = UnsafeBufferPointer(start: message.half_val, count: message.n_half_val)
            .lazy.map { UInt16(truncatingIfNeeded: $0) }
        switch message.dtype {
        case TENSORFLOW__DATA_TYPE__DT_FLOAT:
            self = .floats(
                Array(UnsafeBufferPointer(start: message.float_val, count: message.n_float_val)))
        case TENSORFLOW__DATA_TYPE__DT_HALF:
            self = .floats(halves.map { Float(halfBits: $0) })
        case TENSORFLOW__DATA_TYPE__DT_BFLOAT16:
            self = .floats(halves.map { Float(bfloat16Bits: $0) })
        case TENSORFLOW__DATA_TYPE__DT_DOUBLE:
            self = .doubles(
                Array(UnsafeBufferPointer(start: message.double_val, count: message.n_double_val)))
        case TENSORFLOW__DATA_TYPE__DT_UINT8, TENSORFLOW__DATA_TYPE__DT_QUINT8:
            self = .uint8s(ints.map { UInt8(truncatingIfNeeded: $0) })
        case TENSORFLOW__DATA_TYPE__DT_INT8, TENSORFLOW__DATA_TYPE__DT_QINT8:
            self = .int32s(ints.map { Int32(Int8(truncatingIfNeeded: $0)) })
        case TENSORFLOW__DATA_TYPE__DT_INT16, TENSORFLOW__DATA_TYPE__DT_QINT16:
            self = .int32s(ints.map { Int32(Int16(truncatingIfNeeded: $0)) })
        case TENSORFLOW__DATA_TYPE__DT_UINT16, TENSORFLOW__DATA_TYPE__DT_QUINT16:
            self = .int32s(ints.map { Int32(UInt16(truncatingIfNeeded: $0)) })
        case TENSORFLOW__DATA_TYPE__DT_INT32, TENSORFLOW__DATA_TYPE__DT_QINT32:
            self = .int32s(Array(ints))
        case TENSORFLOW__DATA_TYPE__DT_UINT32:
            self = .int64s(
                UnsafeBufferPointer(start: message.uint32_val, count: message.n_uint32_val)
                    .map { Int64($0) })
        case TENSORFLOW__DATA_TYPE__DT_INT64:
            self = .int64s(
                Array(UnsafeBufferPointer(start: message.int64_val, count: message.n_int64_val)))
        case TENSORFLOW__DATA_TYPE__DT_UINT64:
            self = .uint64s(
                Array(UnsafeBufferPointer(start: message.uint64_val, count: message.n_uint64_val)))
        case TENSORFLOW__DATA_TYPE__DT_COMPLEX64:
            self.init(
                parts: UnsafeBufferPointer(
                    start: message.scomplex_val, count: message.n_scomplex_val
                ).map { Double($0) })
        case TENSORFLOW__DATA_TYPE__DT_COMPLEX128:
            self.init(
                parts: Array(
                    UnsafeBufferPointer(
                        start: message.dcomplex_val, count: message.n_dcomplex_val)))
        case TENSORFLOW__DATA_TYPE__DT_BOOL:
            self = .bools((0..<message.n_bool_val).map { message.bool_val[$0] != 0 })
        case TENSORFLOW__DATA_TYPE__DT_STRING:
            self = .strings((0..<message.n_string_val).map { Array(message.string_val[$0]) })
        default: return nil
        }
    }

    /// The elements whose bytes stand one behind another; `nil` for types that are not read.
    fileprivate init?(content message: Tensorflow__TensorProto, shape: [Int]) {
        let content = UnsafeRawBufferPointer(
            start: message.tensor_content.data, count: message.tensor_content.len
        ).bytes
        let elements: Self? =
            switch message.dtype {
            case TENSORFLOW__DATA_TYPE__DT_STRING:
                Self.strings(of: content, shape: shape).map { .strings($0) }
            case TENSORFLOW__DATA_TYPE__DT_UINT8, TENSORFLOW__DATA_TYPE__DT_QUINT8,
                TENSORFLOW__DATA_TYPE__DT_INT8, TENSORFLOW__DATA_TYPE__DT_QINT8,
                TENSORFLOW__DATA_TYPE__DT_BOOL:
                Self(content.withUnsafeBytes { Array($0) }, of: message.dtype)
            case TENSORFLOW__DATA_TYPE__DT_HALF, TENSORFLOW__DATA_TYPE__DT_BFLOAT16,
                TENSORFLOW__DATA_TYPE__DT_INT16, TENSORFLOW__DATA_TYPE__DT_QINT16,
                TENSORFLOW__DATA_TYPE__DT_UINT16, TENSORFLOW__DATA_TYPE__DT_QUINT16:
                content.words(UInt16.self).flatMap { Self($0, of: message.dtype) }
            case TENSORFLOW__DATA_TYPE__DT_FLOAT, TENSORFLOW__DATA_TYPE__DT_INT32,
                TENSORFLOW__DATA_TYPE__DT_QINT32, TENSORFLOW__DATA_TYPE__DT_UINT32,
                TENSORFLOW__DATA_TYPE__DT_COMPLEX64:
                content.words(UInt32.self).flatMap { Self($0, of: message.dtype) }
            case TENSORFLOW__DATA_TYPE__DT_DOUBLE, TENSORFLOW__DATA_TYPE__DT_INT64,
                TENSORFLOW__DATA_TYPE__DT_UINT64, TENSORFLOW__DATA_TYPE__DT_COMPLEX128:
                content.words(UInt64.self).flatMap { Self($0, of: message.dtype) }
            default: nil
            }
        guard let elements else { return nil }
        self = elements
    }

    /// Elements of a byte.
    private init(_ bytes: [UInt8], of type: Tensorflow__DataType) {
        switch type {
        case TENSORFLOW__DATA_TYPE__DT_BOOL: self = .bools(bytes.map { $0 != 0 })
        case TENSORFLOW__DATA_TYPE__DT_INT8, TENSORFLOW__DATA_TYPE__DT_QINT8:
            self = .int32s(bytes.map { Int32(Int8(bitPattern: $0)) })
        default: self = .uint8s(bytes)
        }
    }

    /// Elements of two bytes.
    private init(_ words: [UInt16], of type: Tensorflow__DataType) {
        switch type {
        case TENSORFLOW__DATA_TYPE__DT_HALF: self = .floats(words.map { Float(halfBits: $0) })
        case TENSORFLOW__DATA_TYPE__DT_BFLOAT16:
            self = .floats(words.map { Float(bfloat16Bits: $0) })
        case TENSORFLOW__DATA_TYPE__DT_INT16, TENSORFLOW__DATA_TYPE__DT_QINT16:
            self = .int32s(words.map { Int32(Int16(bitPattern: $0)) })
        default: self = .int32s(words.map { Int32($0) })
        }
    }

    /// Elements of four bytes, or parts of complex ones.
    private init?(_ words: [UInt32], of type: Tensorflow__DataType) {
        switch type {
        case TENSORFLOW__DATA_TYPE__DT_FLOAT: self = .floats(words.map { Float(bitPattern: $0) })
        case TENSORFLOW__DATA_TYPE__DT_COMPLEX64:
            self.init(parts: words.map { Double(Float(bitPattern: $0)) })
        case TENSORFLOW__DATA_TYPE__DT_UINT32: self = .int64s(words.map { Int64($0) })
        default: self = .int32s(words.map { Int32(bitPattern: $0) })
        }
    }

    /// Elements of eight bytes, or parts of complex ones.
    private init?(_ words: [UInt64], of type: Tensorflow__DataType) {
        switch type {
        case TENSORFLOW__DATA_TYPE__DT_DOUBLE:
            self = .doubles(words.map { Double(bitPattern: $0) })
        case TENSORFLOW__DATA_TYPE__DT_COMPLEX128:
            self.init(parts: words.map { Double(bitPattern: $0) })
        case TENSORFLOW__DATA_TYPE__DT_INT64: self = .int64s(words.map { Int64(bitPattern: $0) })
        default: self = .uint64s(words)
        }
    }

    /// Real and imaginary parts in turn; `nil` if one is missing.
    private init?(parts: [Double]) {
        guard parts.count.isMultiple(of: 2) else { return nil }
        self = .complexes(
            stride(from: 0, to: parts.count, by: 2).map {
                Event.Complex(real: parts[$0], imaginary: parts[$0 + 1])
            })
    }

    /// The strings of a content: the lengths of all, as varints, then the bytes of all
    /// (`EncodeStringList` of TensorFlow's `tensor_coding.cc`).
    private static func strings(of content: RawSpan, shape: [Int]) -> [[UInt8]]? {
        var count = 1
        for size in shape {
            guard size >= 0 else { return nil }
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            // Each length takes a byte.
            guard !overflows, product <= content.byteCount else { return nil }
            count = product
        }
        var position = 0
        var lengths: [Int] = []
        for _ in 0..<count {
            guard let length = Varint.decode(UInt32.self, from: content, at: &position) else {
                return nil
            }
            lengths.append(Int(length))
        }
        var strings: [[UInt8]] = []
        for length in lengths {
            guard length <= content.byteCount - position else { return nil }
            strings.append(
                content.extracting(position..<position + length).withUnsafeBytes { Array($0) })
            position += length
        }
        return position == content.byteCount ? strings : nil
    }
}

extension RawSpan {
    /// Numbers that stand one behind another, little-endian; `nil` if the last one is cut.
    fileprivate func words<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> [Word]? {
        let size = Word.bitWidth / 8
        guard byteCount.isMultiple(of: size) else { return nil }
        return [Word](unsafeUninitializedCapacity: byteCount / size) { words, count in
            count = byteCount / size
            for index in 0..<count {
                words[index] = Word(littleEndianIn: self, at: index * size)
            }
        }
    }
}
