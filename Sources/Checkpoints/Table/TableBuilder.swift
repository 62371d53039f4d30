internal import RecordIO

/// Makes a table, byte for byte as TensorFlow does; `TableFormat` has the format.
struct TableBuilder {
    private var bytes: [UInt8] = []
    private var dataBlock = BlockBuilder(restartInterval: TableFormat.restartInterval)
    private var indexBlock = BlockBuilder(restartInterval: 1)
    private var lastKey: [UInt8]?
    /// A data block that is in `bytes` and not yet in the index: its key there depends on the first
    /// key of the next block.
    private var pendingBlock: BlockHandle?

    /// Adds an entry.
    ///
    /// - Precondition: The key is above all keys before it.
    mutating func append(key: [UInt8], value: [UInt8]) {
        if let lastKey {
            precondition(lastKey.lexicographicallyPrecedes(key), "keys must rise")
            // An entry beyond the usual size gets a block of its own.
            if key.count + value.count >= 2 * TableFormat.blockLength { endDataBlock() }
            if let pendingBlock {
                let separator = Self.shortSeparator(from: lastKey, below: key)
                indexBlock.append(key: separator, value: pendingBlock.encoded)
                self.pendingBlock = nil
            }
        }
        dataBlock.append(key: key, value: value)
        lastKey = key
        if dataBlock.byteCount >= TableFormat.blockLength { endDataBlock() }
    }

    /// Ends the table.
    ///
    /// - Returns: The whole file.
    consuming func finish() -> [UInt8] {
        endDataBlock()
        var emptyBlock = BlockBuilder(restartInterval: TableFormat.restartInterval)
        let metaindex = append(emptyBlock.finish())
        if let pendingBlock, let lastKey {
            indexBlock.append(key: Self.shortSuccessor(of: lastKey), value: pendingBlock.encoded)
        }
        let index = append(indexBlock.finish())
        return bytes + TableFormat.footer(metaindex: metaindex, index: index)
    }

    private mutating func endDataBlock() {
        if !dataBlock.isEmpty { pendingBlock = append(dataBlock.finish()) }
    }

    /// Appends a block with its trailer.
    private mutating func append(_ contents: [UInt8]) -> BlockHandle {
        let handle = BlockHandle(offset: bytes.count, length: contents.count)
        bytes += contents
        bytes.append(TableFormat.uncompressed)
        let checksum = CRC32C.checksum(
            of: bytes.span.bytes.extracting(droppingFirst: handle.offset))
        bytes.append(littleEndian: CRC32C.mask(checksum))
        return handle
    }
}

extension TableBuilder {
    /// A short key that is not below `key` and is below `limit`: where one byte of `key` can be
    /// raised without reaching `limit`, the part up to it, raised; else `key` itself.
    static func shortSeparator(from key: [UInt8], below limit: [UInt8]) -> [UInt8] {
        guard
            let difference = zip(key, limit).enumerated().first(where: { $1.0 != $1.1 }),
            // No byte is above 0xff, so such a one cannot be raised either.
            Int(difference.element.0) + 1 < Int(difference.element.1)
        else { return key }
        return key[..<difference.offset] + [difference.element.0 + 1]
    }

    /// A short key that is not below `key`: its first byte that can be raised, raised, and what is
    /// before it.
    static func shortSuccessor(of key: [UInt8]) -> [UInt8] {
        guard let position = key.firstIndex(where: { $0 != 0xff }) else { return key }
        return key[..<position] + [key[position] + 1]
    }
}
