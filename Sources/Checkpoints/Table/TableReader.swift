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
        var position = 0
        guard
            let metaindex = BlockHandle(decoding: footer, at: &position, limit: start),
            let index = BlockHandle(decoding: footer, at: &position, limit: start),
            metaindex.end == index.offset, index.end == start,
            // No checksum covers the footer, but nothing in it is left open either.
            bytes[start...].elementsEqual(
                TableFormat.footer(metaindex: metaindex, index: index))
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
