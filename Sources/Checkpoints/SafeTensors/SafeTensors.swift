public import RecordIO
public import TensorFlowTypes

/// Hugging Face's file format for tensors (<https://github.com/huggingface/safetensors>, its README):
///
///     length   of the header: u64, little-endian, at most 100,000,000
///     header   JSON, beginning with {: each tensor's name → {"dtype": "F32", "shape": [2, 3],
///              "data_offsets": [0, 24]}, offsets from the end of the header; and "__metadata__" →
///              texts by name; then spaces
///     data     the tensors, little-endian and row-major, back to back without holes
///
/// ```swift
/// var file = SafeTensors()
/// file.tensors = [("bias", TensorValue([0.5, 1], shape: [2]))]
/// try file.write(to: "model.safetensors")
/// try SafeTensors(reading: "model.safetensors").tensor("bias")?.floats  // [0.5, 1]
/// ```
public struct SafeTensors: Sendable {
    /// The tensors, each of numbers or truth values.
    public var tensors: [(name: String, tensor: TensorValue)] = []
    /// What the file says of itself, by name.
    public var metadata: [String: String] = [:]

    /// A file without tensors.
    public init() {}

    /// The tensor of that name.
    public func tensor(_ name: String) -> TensorValue? {
        tensors.first { $0.name == name }?.tensor
    }

    /// The most bytes that a header may have.
    static let greatestHeader = 100_000_000

    /// The format's names of types, in the order in which its own library writes tensors: those of
    /// large elements first, so that all lie at multiples of their elements' size.
    static let types: [(name: String, type: DataType)] = [
        ("U64", .uint64), ("I64", .int64), ("F64", .double), ("F32", .float), ("U32", .uint32),
        ("I32", .int32), ("BF16", .bfloat16), ("F16", .half), ("U16", .uint16), ("I16", .int16),
        ("I8", .int8), ("U8", .uint8), ("BOOL", .bool),
    ]

    /// Whether tensors of a type can be in a file.
    public static func has(_ type: DataType) -> Bool { types.contains { $0.type == type } }
}

extension SafeTensors {
    /// The bytes of the file, its tensors ordered by type and name as the format's own library does.
    ///
    /// - Precondition: ``has(_:)`` each tensor's type, and no two have the same name.
    public var bytes: [UInt8] {
        let typed = tensors.map { name, tensor in
            guard let place = Self.types.firstIndex(where: { $0.type == tensor.type }) else {
                preconditionFailure("the format has no tensors of \(tensor.type)")
            }
            return (place: place, name: name, tensor: tensor)
        }
        let sorted = typed.sorted { ($0.place, $0.name) < ($1.place, $1.name) }
        var entries: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map {
                "\($0.key.quotedForJSON):\($0.value.quotedForJSON)"
            }
            entries.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for (place, name, tensor) in sorted {
            let end = offset + tensor.count * tensor.type.byteCount
            let shape = tensor.shape.map(String.init).joined(separator: ",")
            entries.append(
                "\(name.quotedForJSON):{\"dtype\":\"\(Self.types[place].name)\",\"shape\":[\(shape)],"
                    + "\"data_offsets\":[\(offset),\(end)]}")
            offset = end
        }
        var header = Array("{\(entries.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: 32, count: (8 - header.count % 8) % 8)
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        bytes.reserveCapacity(8 + header.count + offset)
        bytes += header
        for (_, _, tensor) in sorted {
            tensor.withBytes { numbers in numbers.withUnsafeBytes { bytes += $0 } }
        }
        return bytes
    }

    /// Writes the file, in place of one that has the name: whole, or not at all.
    ///
    /// - Precondition: As ``bytes`` has it.
    /// - Throws: `FileError`; the old file is then as it was.
    public func write(to path: String) throws(FileError) {
        let file = try StagedFile(path, followsLinks: true)
        try file.append(bytes.span.bytes)
        try file.commit()
    }
}

extension String {
    /// The text as JSON has it (RFC 8259, section 7).
    fileprivate var quotedForJSON: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
