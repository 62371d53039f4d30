internal import RecordIO

/// A sorted table of keys and values, in the format of leveldb's files:
///
///     table    = data-block* metaindex-block index-block footer
///     block    = contents type(1) checksum(4)            type 0: as they are, 1: by Snappy
///     contents = entry* restart(4)* restart-count(4)
///     entry    = shared(varint32) unshared(varint32) value-length(varint32) key-suffix value
///     footer   = metaindex-handle index-handle zeros magic(8)             48 bytes
///     handle   = offset(varint64) length(varint64)                        of a block's contents
///
/// Fixed numbers are little-endian; a checksum is the masked CRC32C of contents and type. A key is
/// the first `shared` bytes of the key before it, then `key-suffix`. At a restart nothing is
/// shared; the restarts are the offsets of such entries in the contents. The index block has one
/// entry for each data block: a key that is not below the block's last one and is below the next
/// block's first one, and the block's handle. The metaindex block is empty.
///
/// Source: leveldb's `doc/table_format.md`; TensorFlow's `tsl/lib/io/table_builder.cc`.
enum TableFormat {
    /// A data block is ended once it has as many bytes.
    static let blockLength = 262_144
    /// How many entries follow a restart, with it, in a data block.
    static let restartInterval = 16
    /// The bytes of a block after its contents.
    static let trailerLength = 5
    /// The bytes of the footer.
    static let footerLength = 48
    /// The footer's last 8 bytes.
    static let magic: UInt64 = 0xdb47_7524_8b80_fb57
    /// The type of a block whose contents are not compressed.
    static let uncompressed: UInt8 = 0
    /// The type of a block whose contents are compressed by Snappy.
    static let snappy: UInt8 = 1

    /// The last bytes of the file.
    static func footer(metaindex: BlockHandle, index: BlockHandle) -> [UInt8] {
        var footer = metaindex.encoded + index.encoded
        footer += repeatElement(0, count: footerLength - 8 - footer.count)
        footer.append(littleEndian: magic)
        return footer
    }
}

/// Where a block's contents are in the file, in bytes.
struct BlockHandle: Equatable {
    let offset: Int
    let length: Int

    /// Where the block ends, its trailer included.
    var end: Int { offset + length + TableFormat.trailerLength }

    /// The handle as the index and the footer hold it.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        Varint.append(UInt64(offset), to: &bytes)
        Varint.append(UInt64(length), to: &bytes)
        return bytes
    }

    init(offset: Int, length: Int) {
        self.offset = offset
        self.length = length
    }

    /// Decodes the handle at `position`, and moves `position` behind it; `nil` if there is none, or
    /// if its block reaches beyond byte `limit` of the file.
    init?(decoding bytes: RawSpan, at position: inout Int, limit: Int) {
        guard
            let offset = Varint.decode(from: bytes, at: &position),
            let length = Varint.decode(from: bytes, at: &position),
            let start = Int(exactly: offset), start <= limit,
            let count = Int(exactly: length), count <= limit - start - TableFormat.trailerLength
        else { return nil }
        self.init(offset: start, length: count)
    }
}
