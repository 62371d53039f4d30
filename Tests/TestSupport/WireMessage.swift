/// A protobuf message as its bytes have it, without its type: to look into files by other means
/// than the ones that wrote them.
public struct WireMessage: Equatable {
    /// The fields, in the order in which they are written.
    public let fields: [Field]

    /// A field: its number and its value.
    public struct Field: Equatable {
        /// The field's number.
        public let number: Int
        /// The value.
        public let value: Value
    }

    /// The ways in which values are written.
    public enum Value: Equatable {
        /// A whole number or a truth value.
        case varint(UInt64)
        /// The bits of a `double` or `fixed64`.
        case fixed64(UInt64)
        /// The bits of a `float` or `fixed32`.
        case fixed32(UInt32)
        /// A string, bytes, a message, or packed numbers.
        case bytes([UInt8])
    }

    /// Reads a message.
    ///
    /// - Throws: If the bytes are not a message.
    public init(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        var fields: [Field] = []
        while !rest.isEmpty {
            let tag = try Self.varint(&rest)
            let value: Value
            switch tag & 7 {
            case 0: value = .varint(try Self.varint(&rest))
            case 1: value = .fixed64(try Self.fixed(8, &rest))
            case 2: value = .bytes(Array(try Self.take(Int(clamping: Self.varint(&rest)), &rest)))
            case 5: value = .fixed32(UInt32(try Self.fixed(4, &rest)))
            default: throw Failure()
            }
            fields.append(Field(number: Int(tag >> 3), value: value))
        }
        self.fields = fields
    }

    /// The bytes are not a message.
    public struct Failure: Error {}

    /// The messages of a field.
    public func messages(_ number: Int) throws -> [WireMessage] {
        try fields.compactMap { field in
            guard field.number == number, case .bytes(let bytes) = field.value else { return nil }
            return try WireMessage(bytes)
        }
    }

    /// The bytes of a field that occurs once; empty if it does not occur.
    public func bytes(_ number: Int) -> [UInt8] {
        if case .bytes(let bytes) = value(number) { bytes } else { [] }
    }

    /// The text of a field that occurs once; empty if it does not occur.
    public func string(_ number: Int) -> String {
        String(decoding: bytes(number), as: UTF8.self)
    }

    /// The texts of a field that may occur several times.
    public func strings(_ number: Int) -> [String] {
        fields.compactMap { field in
            guard field.number == number, case .bytes(let bytes) = field.value else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The whole number of a field; 0 if it does not occur.
    public func int(_ number: Int) -> Int {
        if case .varint(let bits) = value(number) { Int(truncatingIfNeeded: bits) } else { 0 }
    }

    /// The number of a field of type `double`; 0 if it does not occur.
    public func double(_ number: Int) -> Double {
        if case .fixed64(let bits) = value(number) { Double(bitPattern: bits) } else { 0 }
    }

    /// The number of a field of type `float`; 0 if it does not occur.
    public func float(_ number: Int) -> Float {
        if case .fixed32(let bits) = value(number) { Float(bitPattern: bits) } else { 0 }
    }

    /// The value of a field; `nil` if it does not occur.
    private func value(_ number: Int) -> Value? {
        fields.first { $0.number == number }?.value
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            let byte = try take(1, &rest).first ?? 0
            number |= UInt64(byte & 0x7f) << UInt64(shift)
            if byte < 0x80 { return number }
        }
        throw Failure()
    }

    private static func fixed(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        try take(count, &rest).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func take(
        _ count: Int, _ rest: inout ArraySlice<UInt8>
    ) throws -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw Failure() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
