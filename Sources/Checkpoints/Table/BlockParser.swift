internal import RecordIO

/// Reads the entries of one block, and checks its checksum and its restarts.
struct BlockParser {
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
