import CProtobufC

extension [UInt8] {
    /// The bytes of a field of type `bytes`.
    init(_ field: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: field.data, count: field.len))
    }
}

extension String {
    /// The text of a field of type `bytes`, with NULs if it has any.
    init(_ field: ProtobufCBinaryData) {
        self.init(
            decoding: UnsafeBufferPointer(start: field.data, count: field.len), as: UTF8.self)
    }
}

/// The messages of a repeated field.
func pointees<Message>(
    _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, count: Int
) -> [Message] {
    UnsafeBufferPointer(start: pointers, count: count).compactMap { $0?.pointee }
}
