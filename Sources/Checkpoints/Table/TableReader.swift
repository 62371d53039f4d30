internal import RecordIO

/// The entries of a table; `TableFormat` has the format.
///
/// Nothing of the file is believed: every checksum is checked, every length, offset and restart,
/// that keys rise, that the index agrees with the blocks, and that the blocks lie back to back, so
/// that each byte of the file has its place.
struct TableReader {
    /// The whole file.
    let bytes: [UInt8]
    /// All entries, their keys rising.
    private(set) var entries: [Entry] = []

    private let path: String
    /// How many more bytes the entries' keys may have; see `maximumExpansion`.
    private var keyBudget: Int

    /// Keys share what they begin with, so that a crafted file could hold keys that take far more
    /// memory than the file: its square. With a restart every 16 entries they take at most 16 times
    /// the file, and this is a multiple of that for other writers.
    private static let maximumExpansion = 64

    /// A key and its value.
    struct Entry {
        let key: [UInt8]
        /// Where the value is in the file.
        let value: Range<Int>
        /// Where the entry starts in the file.
        let offset: Int
    }

    /// Reads a table.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - path: The file's path, for errors.
    init(_ bytes: [UInt8], path: String) throws(CheckpointError) {
        self.bytes = bytes
        self.path = path
        keyBudget = Self.maximumExpansion * bytes.count
        let (metaindex, index) = try footer()
        _ = try entries(of: metaindex)

        var nextOffset = 0
        var previousBound: [UInt8]?
        for entry in try entries(of: index) {
            let block = try handle(in: entry)
            guard block.offset == nextOffset else {
                throw damaged(.misplacedBlock, at: entry.offset)
            }
            let blockEntries = try entries(of: block)
            guard
                let first = blockEntries.first, let last = blockEntries.last,
                previousBound?.lexicographicallyPrecedes(first.key) ?? true,
                !entry.key.lexicographicallyPrecedes(last.key)
            else { throw damaged(.wrongIndex, at: entry.offset) }
            entries += blockEntries
            nextOffset = block.end
            previousBound = entry.key
        }
        guard nextOffset == metaindex.offset else {
            throw damaged(.misplacedBlock, at: nextOffset)
        }
    }

    /// The bytes of an entry's value.
    func value(of entry: Entry) -> ArraySlice<UInt8> {
        bytes[entry.value]
    }

    private func damaged(_ damage: CheckpointError.Damage, at offset: Int) -> CheckpointError {
        CheckpointError(.damaged(damage), path: path, offset: offset)
    }

    /// Reads the footer: the handles of the metaindex and the index.
    private func footer() throws(CheckpointError) -> (metaindex: BlockHandle, index: BlockHandle) {
        let start = bytes.count - TableFormat.footerLength
        guard start >= 0 else { throw damaged(.truncated, at: bytes.count) }
        let footer = bytes.span.bytes.extracting(droppingFirst: start)
        let magicOffset = TableFormat.footerLength - 8
        guard UInt64(littleEndianIn: footer, at: magicOffset) == TableFormat.magic else {
            throw damaged(.noTable, at: start + magicOffset)
        }
        let handles = footer.extracting(first: magicOffset)
        var position = 0
        guard
            let metaindex = BlockHandle(decoding: handles, at: &position, limit: start),
            let index = BlockHandle(decoding: handles, at: &position, limit: start),
            metaindex.end == index.offset, index.end == start,
            bytes[(start + position)..<(start + magicOffset)].allSatisfy({ $0 == 0 })
        else { throw damaged(.wrongFooter, at: start) }
        return (metaindex, index)
    }

    /// The handle that is an index entry's value.
    private func handle(in entry: Entry) throws(CheckpointError) -> BlockHandle {
        let value = bytes.span.bytes.extracting(entry.value)
        var position = 0
        guard
            let handle = BlockHandle(decoding: value, at: &position, limit: bytes.count),
            position == value.byteCount
        else { throw damaged(.wrongIndex, at: entry.offset) }
        return handle
    }

    /// Reads all entries of a block.
    private mutating func entries(of block: BlockHandle) throws(CheckpointError) -> [Entry] {
        var parser = try BlockParser(bytes, block: block, path: path)
        var entries: [Entry] = []
        while let entry = try parser.next() {
            keyBudget -= entry.key.count
            guard keyBudget >= 0 else { throw damaged(.oversizedKeys, at: entry.offset) }
            entries.append(entry)
        }
        return entries
    }
}

/// Reads the entries of one block, and checks its checksum and its restarts.
private struct BlockParser {
    private let bytes: [UInt8]
    private let path: String
    /// Where the contents start in the file.
    private let start: Int
    /// Where the entries end and the restarts begin.
    private let entriesEnd: Int
    private let restartCount: Int
    private var position: Int
    private var restartIndex = 0
    private var lastKey: [UInt8]?

    init(_ bytes: [UInt8], block: BlockHandle, path: String) throws(CheckpointError) {
        self.bytes = bytes
        self.path = path
        start = block.offset
        position = start
        let end = start + block.length
        let file = bytes.span.bytes
        let checksum = CRC32C.checksum(of: file.extracting(start...end))
        guard CRC32C.mask(checksum) == UInt32(littleEndianIn: file, at: end + 1) else {
            throw CheckpointError(.damaged(.wrongChecksum), path: path, offset: start)
        }
        guard bytes[end] == TableFormat.uncompressed else {
            throw CheckpointError(.compressed, path: path, offset: end)
        }
        guard block.length >= 4 else {
            throw CheckpointError(.damaged(.wrongRestarts), path: path, offset: start)
        }
        restartCount = Int(UInt32(littleEndianIn: file, at: end - 4))
        entriesEnd = end - 4 - 4 * restartCount
        // A block without entries has a restart, too.
        guard entriesEnd > start || (entriesEnd == start && restartCount == 1 && restart(0) == 0)
        else { throw damaged(.wrongRestarts, at: end - 4) }
    }

    /// Reads the next entry; `nil` after the last one.
    mutating func next() throws(CheckpointError) -> TableReader.Entry? {
        let offset = position
        guard offset < entriesEnd else {
            if entriesEnd > start, restartIndex < restartCount {
                throw damaged(.wrongRestarts, at: restartOffset(restartIndex))
            }
            return nil
        }
        let bytes = bytes
        let entries = bytes.span.bytes.extracting(first: entriesEnd)
        guard
            let shared = Varint.decode(UInt32.self, from: entries, at: &position),
            let unshared = Varint.decode(UInt32.self, from: entries, at: &position),
            let valueLength = Varint.decode(UInt32.self, from: entries, at: &position),
            Int(shared) <= lastKey?.count ?? 0,
            Int(unshared) + Int(valueLength) <= entriesEnd - position
        else { throw damaged(.wrongEntry, at: offset) }

        let keyEnd = position + Int(unshared)
        let key = Array((lastKey ?? []).prefix(Int(shared)) + bytes[position..<keyEnd])
        if let lastKey, !lastKey.lexicographicallyPrecedes(key) {
            throw damaged(.keysNotRising, at: offset)
        }
        try checkRestart(at: offset, shared: Int(shared))
        position = keyEnd + Int(valueLength)
        lastKey = key
        return TableReader.Entry(key: key, value: keyEnd..<position, offset: offset)
    }

    /// Checks that the block's first entry is a restart, and that nothing is shared at restarts.
    private mutating func checkRestart(at offset: Int, shared: Int) throws(CheckpointError) {
        let isRestart = restartIndex < restartCount && restart(restartIndex) == offset - start
        guard isRestart ? shared == 0 : offset > start else {
            throw damaged(.wrongRestarts, at: restartOffset(restartIndex))
        }
        if isRestart { restartIndex += 1 }
    }

    private func restartOffset(_ index: Int) -> Int {
        entriesEnd + 4 * index
    }

    private func restart(_ index: Int) -> Int {
        Int(UInt32(littleEndianIn: bytes.span.bytes, at: restartOffset(index)))
    }

    private func damaged(_ damage: CheckpointError.Damage, at offset: Int) -> CheckpointError {
        CheckpointError(.damaged(damage), path: path, offset: offset)
    }
}
