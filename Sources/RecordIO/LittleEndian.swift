extension FixedWidthInteger where Self: BitwiseCopyable {
    /// The number that stands in little-endian order at a byte offset.
    ///
    /// - Precondition: The bytes reach that far.
    public init(littleEndianIn bytes: RawSpan, at offset: Int) {
        precondition(offset >= 0 && offset + MemoryLayout<Self>.size <= bytes.byteCount)
        self.init(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Self.self))
    }

    /// Writes the number in little-endian order at a byte offset.
    ///
    /// - Precondition: The memory reaches that far.
    public func storeLittleEndian(in memory: UnsafeMutableRawBufferPointer, at offset: Int) {
        memory.storeBytes(of: littleEndian, toByteOffset: offset, as: Self.self)
    }
}

extension [UInt8] {
    /// Appends a number's bytes, the lowest first.
    public mutating func append<Number: FixedWidthInteger>(littleEndian number: Number) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}
