internal import RecordIO

/// A table in a file, whose blocks are read as they are asked for; `TableFormat` has the format.
///
/// Nothing of the file is believed: every checksum is checked, every length, offset and restart,
/// that keys rise, that the index agrees with the blocks, and that the blocks lie back to back, so
/// that each byte of the file has its place.
struct TableReader: Sendable {
    /// The blocks of entries, in the order of their keys.
    let blocks: [Block]

    private let file: InputFile
    var path: String { file.path }
    /// The most bytes that a block takes, as it lies in the file and unpacked.
    private let longestBlock: Int

    /// The most bytes that the index of the blocks may have.
    private static let longestIndex = 1 << 28

    /// Where a block is.
    struct Block: Sendable {
        fileprivate let handle: BlockHandle
        /// A key that is not below the block's last one, and below the next block's first one.
        let bound: [UInt8]
        /// Where the index speaks of it.
        fileprivate let offset: Int
    }

    /// A key and its value.
    struct Entry {
        let key: [UInt8]
        let value: ArraySlice<UInt8>
        /// Where the entry starts in the file; its block, if that is compressed.
        let offset: Int
    }

    /// Reads a table's footer and its index.
    ///
    /// - Throws: `CheckpointError`, which says what a file is that is no table, if that is known.
    init(_ file: InputFile, longestBlock: Int) throws(CheckpointError) {
        do throws(CheckpointError) {
            try self.init(reading: file, longestBlock: longestBlock)
        } catch {
            if error.problem == .damaged(.noTable) || error.problem == .damaged(.truncated) {
                try CheckpointError.checkIsNotForeign(file)
            }
            throw error
        }
    }

    private init(reading file: InputFile, longestBlock: Int) throws(CheckpointError) {
        self.file = file
        self.longestBlock = longestBlock
        let (metaindex, index) = try Self.footer(of: file)
        _ = try Self.entries(of: metaindex, in: file, limit: Self.longestIndex)

        var blocks: [Block] = []
        var nextOffset = 0
        for entry in try Self.entries(of: index, in: file, limit: Self.longestIndex) {
            let handle = try Self.handle(in: entry, limit: metaindex.offset, path: file.path)
            guard handle.offset == nextOffset else {
                throw file.damaged(.misplacedBlock, at: entry.offset)
            }
            blocks.append(Block(handle: handle, bound: entry.key, offset: entry.offset))
            nextOffset = handle.end
        }
        guard nextOffset == metaindex.offset else {
            throw file.damaged(.misplacedBlock, at: nextOffset)
        }
        self.blocks = blocks
    }

    /// Reads a block: at least one entry, their keys rising.
    func entries(of index: Int) throws(CheckpointError) -> [Entry] {
        let block = blocks[index]
        let entries = try Self.entries(of: block.handle, in: file, limit: longestBlock)
        guard
            let first = entries.first, let last = entries.last,
            index == 0 || blocks[index - 1].bound.lexicographicallyPrecedes(first.key),
            !block.bound.lexicographicallyPrecedes(last.key)
        else { throw file.damaged(.wrongIndex, at: block.offset) }
        return entries
    }

    /// Finds the entry with a key; `nil` if there is none.
    func entry(_ key: [UInt8]) throws(CheckpointError) -> Entry? {
        var range = blocks.startIndex..<blocks.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if blocks[middle].bound.lexicographicallyPrecedes(key) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard blocks.indices.contains(range.lowerBound) else { return nil }
        return try entries(of: range.lowerBound).first { $0.key == key }
    }

    /// Reads the footer: the handles of the metaindex and the index.
    private static func footer(
        of file: InputFile
    ) throws(CheckpointError) -> (metaindex: BlockHandle, index: BlockHandle) {
        let byteCount = try orCheckpointError { () throws(FileError) in try file.byteCount() }
        let start = byteCount - TableFormat.footerLength
        guard start >= 0 else { throw file.damaged(.truncated, at: byteCount) }
        let bytes = try orCheckpointError { () throws(FileError) in
            try file.bytes(TableFormat.footerLength, at: start)
        }
        guard bytes.count == TableFormat.footerLength else {
            throw file.damaged(.truncated, at: start + bytes.count)
        }
        let footer = bytes.span.bytes
        let magicOffset = TableFormat.footerLength - 8
        guard UInt64(littleEndianIn: footer, at: magicOffset) == TableFormat.magic else {
            throw file.damaged(.noTable, at: start + magicOffset)
        }
        var position = 0
        guard
            let metaindex = BlockHandle(decoding: footer, at: &position, limit: start),
            let index = BlockHandle(decoding: footer, at: &position, limit: start),
            metaindex.end == index.offset, index.end == start,
            // No checksum covers the footer, but nothing in it is left open either.
            bytes.elementsEqual(TableFormat.footer(metaindex: metaindex, index: index))
        else { throw file.damaged(.wrongFooter, at: start) }
        return (metaindex, index)
    }

    /// The handle that is an index entry's value.
    private static func handle(
        in entry: Entry, limit: Int, path: String
    ) throws(CheckpointError) -> BlockHandle {
        var position = 0
        guard
            let handle = BlockHandle(
                decoding: entry.value.span.bytes, at: &position, limit: limit),
            position == entry.value.count
        else { throw CheckpointError(.damaged(.wrongIndex), path: path, offset: entry.offset) }
        return handle
    }

    /// Reads all entries of a block.
    private static func entries(
        of block: BlockHandle, in file: InputFile, limit: Int
    ) throws(CheckpointError) -> [Entry] {
        var parser = try BlockParser(BlockContents(of: block, in: file, limit: limit))
        var entries: [Entry] = []
        // Keys share what they begin with, so that a crafted block could hold keys that take far
        // more memory than itself: its square. With a restart every 16 entries they take at most 16
        // times the block, and this is a multiple of that for other writers.
        var keyBudget = min(64 * (block.length + 64), longestKeys)
        while let entry = try parser.next() {
            keyBudget -= entry.key.count
            guard keyBudget >= 0 else { throw file.damaged(.oversizedKeys, at: entry.offset) }
            entries.append(entry)
        }
        return entries
    }

    /// The most bytes that the keys of a block may have together.
    private static let longestKeys = 1 << 30
}

extension InputFile {
    fileprivate func damaged(
        _ damage: CheckpointError.Damage, at offset: Int
    ) -> CheckpointError {
        CheckpointError(.damaged(damage), path: path, offset: offset)
    }
}
