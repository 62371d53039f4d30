internal import CTensorBoardProtos
internal import RecordIO

// The messages of a checkpoint in format V1; only here are their C structures seen.

/// What a file of slices says of itself: TensorFlow's `SavedTensorSliceMeta`.
struct SavedSlicesMeta {
    /// What it says of a tensor, and which parts of it the file has.
    struct Tensor {
        let name: String
        let type: Int
        let shape: [Int]
        let slices: [TensorSlice]
    }

    let tensors: [Tensor]
    let versions: FormatVersions

    /// Decodes the first value of a file; `nil` if the bytes are not it.
    init?(decoding bytes: ArraySlice<UInt8>) {
        let message = bytes.withUnsafeBufferPointer {
            tensorflow__saved_tensor_slices__unpack(nil, $0.count, $0.baseAddress)
        }
        guard let message else { return nil }
        defer { tensorflow__saved_tensor_slices__free_unpacked(message, nil) }
        guard let meta = message.pointee.meta?.pointee else { return nil }
        versions = FormatVersions(meta.versions?.pointee)
        var tensors: [Tensor] = []
        for case let tensor? in UnsafeBufferPointer(start: meta.tensor, count: meta.n_tensor) {
            guard
                let name = tensor.pointee.name,
                let shape = [Int](tensor.pointee.shape?.pointee)
            else { return nil }
            tensors.append(
                Tensor(
                    name: String(cString: name), type: Int(tensor.pointee.type.rawValue),
                    shape: shape,
                    slices: UnsafeBufferPointer(
                        start: tensor.pointee.slice, count: tensor.pointee.n_slice
                    ).compactMap { $0.map { TensorSlice($0.pointee) } }))
        }
        self.tensors = tensors
    }
}

/// The elements of a part of a tensor: TensorFlow's `SavedSlice`.
struct SavedSlice {
    let name: String
    let elements: TensorValue

    /// Decodes the value of a part; `nil` if the bytes are not one, or not of so many elements.
    init?(decoding bytes: ArraySlice<UInt8>, _ elementType: DataType, shape: [Int]) {
        let message = bytes.withUnsafeBufferPointer {
            tensorflow__saved_tensor_slices__unpack(nil, $0.count, $0.baseAddress)
        }
        guard let message else { return nil }
        defer { tensorflow__saved_tensor_slices__free_unpacked(message, nil) }
        guard
            let slice = message.pointee.data?.pointee, let name = slice.name,
            let data = slice.data?.pointee, let count = elementCount(ofShape: shape)
        else { return nil }
        self.name = String(cString: name)
        if elementType == .string {
            let strings = data.strings
            guard strings.count == count else { return nil }
            elements = TensorValue(byteStrings: strings, shape: shape)
        } else {
            let numbers = data.numbers(elementType)
            guard numbers.count == count * elementType.byteCount else { return nil }
            elements = TensorValue(type: elementType, bytes: numbers, shape: shape)
        }
    }
}

extension FormatVersions {
    /// What a message says; a message that is left out says zero of everything.
    init(_ message: Tensorflow__VersionDef?) {
        guard let message else { return }
        producer = Int(message.producer)
        minimumReader = Int(message.min_consumer)
        badReaders = UnsafeBufferPointer(
            start: message.bad_consumers, count: message.n_bad_consumers
        ).map(Int.init)
    }
}

extension TensorSlice {
    init(_ message: Tensorflow__TensorSliceProto) {
        extents = UnsafeBufferPointer(start: message.extent, count: message.n_extent).compactMap {
            $0.map { extent in
                let isCut =
                    extent.pointee.has_length_case
                    == TENSORFLOW__TENSOR_SLICE_PROTO__EXTENT__HAS_LENGTH_LENGTH
                return Extent(
                    start: Int(extent.pointee.start),
                    count: isCut ? Int(extent.pointee.length) : nil)
            }
        }
    }
}

extension [Int] {
    /// The sizes of a shape; `nil` if it is not known, or has more dimensions than TensorFlow's may.
    init?(_ message: Tensorflow__TensorShapeProto?) {
        guard let message, message.unknown_rank == 0, message.n_dim <= 254 else { return nil }
        self = UnsafeBufferPointer(start: message.dim, count: message.n_dim).compactMap {
            $0.map { Int($0.pointee.size) }
        }
    }
}

extension Tensorflow__TensorProto {
    fileprivate var strings: [[UInt8]] {
        UnsafeBufferPointer(start: string_val, count: n_string_val).map {
            [UInt8](UnsafeBufferPointer(start: $0.data, count: $0.len))
        }
    }

    /// The bytes of the elements, from the list of their type or as they are, little-endian.
    fileprivate func numbers(_ elementType: DataType) -> [UInt8] {
        if tensor_content.len > 0 {
            return [UInt8](
                UnsafeBufferPointer(start: tensor_content.data, count: tensor_content.len))
        }
        switch elementType {
        case .float: return Self.bytes(float_val, n_float_val)
        case .double: return Self.bytes(double_val, n_double_val)
        case .complex64: return Self.bytes(scomplex_val, n_scomplex_val)
        case .complex128: return Self.bytes(dcomplex_val, n_dcomplex_val)
        case .int64: return Self.bytes(int64_val, n_int64_val)
        case .uint64: return Self.bytes(uint64_val, n_uint64_val)
        case .uint32: return Self.bytes(uint32_val, n_uint32_val)
        case .int32, .qint32: return Self.bytes(int_val, n_int_val)
        case .half, .bfloat16: return Self.bytes(half_val, n_half_val, of: 2)
        case .int16, .uint16, .qint16, .quint16: return Self.bytes(int_val, n_int_val, of: 2)
        case .bool:
            return UnsafeBufferPointer(start: bool_val, count: n_bool_val).map { $0 == 0 ? 0 : 1 }
        case .int8, .uint8, .qint8, .quint8, .float8E5M2, .float8E4M3FN, .float8E4M3FNUZ,
            .float8E4M3B11FNUZ, .float8E5M2FNUZ, .int4, .uint4, .int2, .uint2:
            return Self.bytes(int_val, n_int_val, of: 1)
        default: return []  // No numbers.
        }
    }

    private static func bytes<Number>(
        _ numbers: UnsafeMutablePointer<Number>?, _ count: Int
    ) -> [UInt8] {
        Array(UnsafeRawBufferPointer(UnsafeBufferPointer(start: numbers, count: count)))
    }

    /// The lowest bytes of each number.
    private static func bytes(
        _ numbers: UnsafeMutablePointer<Int32>?, _ count: Int, of size: Int
    ) -> [UInt8] {
        UnsafeBufferPointer(start: numbers, count: count).flatMap { number in
            withUnsafeBytes(of: number.littleEndian) { Array($0.prefix(size)) }
        }
    }
}
