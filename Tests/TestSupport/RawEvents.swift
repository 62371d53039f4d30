/// The bytes of an event file, put together by hand: what writes event files has no part in it.
public struct RawEvents {
    /// The file.
    public private(set) var bytes: [UInt8] = []
    /// Where each record starts.
    public private(set) var offsets: [Int] = []

    /// Begins a file.
    ///
    /// - Parameter version: What its first event says; `nil` for none.
    public init(version: String? = "brain.Event:2") {
        if let version { add(step: 0, wallTime: 1, field(3, Array(version.utf8))) }
    }

    /// A value of a summary, serialized.
    public struct Value {
        let bytes: [UInt8]

        /// - Parameters:
        ///   - tag: The tag's bytes.
        ///   - plugin: The plugin that the value's metadata name, if it has any.
        ///   - content: A field of `Summary.Value`.
        public init(tag: some Sequence<UInt8>, plugin: String? = nil, _ content: [UInt8]) {
            let metadata = plugin.map { field(9, field(1, field(1, Array($0.utf8)))) } ?? []
            bytes = field(1, Array(tag)) + metadata + content
        }

        /// TensorFlow 1's scalar.
        public static func scalar(_ number: Float, _ tag: String) -> Value {
            Value(tag: tag.utf8, [0x15] + little(number.bitPattern))
        }

        /// TensorFlow 1's picture.
        public static func image(_ file: [UInt8], _ tag: String) -> Value {
            Value(tag: tag.utf8, field(4, field(4, file)))
        }

        /// A tensor.
        ///
        /// - Parameters:
        ///   - type: TensorFlow's number of the type.
        ///   - content: The elements in one of the fields of `TensorProto`.
        public static func tensor(
            _ tag: String, plugin: String?, type: Int, shape: [Int] = [], _ content: [UInt8]
        ) -> Value {
            let sizes = shape.flatMap { field(2, [0x08] + varint(UInt64($0))) }
            let message = [0x08] + varint(UInt64(type)) + field(2, sizes) + content
            return Value(tag: tag.utf8, plugin: plugin, field(8, message))
        }
    }

    /// Adds a summary.
    public mutating func add(step: Int64, wallTime: Double = 1, _ values: Value...) {
        add(step: step, wallTime: wallTime, field(5, values.flatMap { field(1, $0.bytes) }))
    }

    /// Adds the record of a start.
    public mutating func start(step: Int64) {
        add(step: step, wallTime: 1, field(7, [0x08, 0x01]))
    }

    /// Adds an event.
    ///
    /// - Parameter content: A field of `Event`.
    public mutating func add(step: Int64, wallTime: Double, _ content: [UInt8]) {
        let number = [0x10] + varint(UInt64(bitPattern: step))
        add([0x09] + little(wallTime.bitPattern) + number + content)
    }

    /// Adds a record.
    public mutating func add(_ data: [UInt8]) {
        offsets.append(bytes.count)
        let length = little(UInt64(data.count))
        bytes += length + little(checksum(length)) + data + little(checksum(data))
    }

    /// Changes a bit of a record's data, whose checksum stays.
    public mutating func damageData(ofRecord index: Int, byte: Int) {
        bytes[offsets[index] + 12 + byte] ^= 1
    }
}

/// A field of type string, bytes or message.
public func field(_ number: Int, _ content: [UInt8]) -> [UInt8] {
    varint(UInt64(number << 3 | 2)) + varint(UInt64(content.count)) + content
}

/// A varint.
public func varint(_ number: UInt64) -> [UInt8] {
    number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7f) | 0x80] + varint(number >> 7)
}

/// A number's bytes, the lowest first.
public func little(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

/// The masked CRC32C, a bit at a time.
private func checksum(_ bytes: [UInt8]) -> UInt32 {
    let register = bytes.reduce(UInt32.max) { register, byte in
        (0..<8).reduce(register ^ UInt32(byte)) { register, _ in
            register & 1 == 1 ? register >> 1 ^ 0x82f6_3b78 : register >> 1
        }
    }
    let checksum = ~register
    return (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
}
