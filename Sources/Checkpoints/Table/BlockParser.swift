internal import RecordIO

/// Reads the entries of one block, and checks its restarts.
struct BlockParser {
    private let contents: BlockContents
    private var bytes: [UInt8] { contents.bytes }
    /// Where the entries end and the restarts begin.
    private let entriesEnd: Int
    private let restartCount: Int
    private var position = 0
    private var restartIndex = 0
    private var lastKey: [UInt8]?

    init(_ contents: BlockContents) throws(CheckpointError) {
        self.contents = contents
        let bytes = contents.bytes
        guard bytes.count >= 4 else {
            throw CheckpointError(
                .damaged(.wrongRestarts), path: contents.path, offset: contents.start)
        }
        restartCount = Int(UInt32(littleEndianIn: bytes.span.bytes, at: bytes.count - 4))
        entriesEnd = bytes.count - 4 - 4 * restartCount
        // A block without entries has a restart, too.
        guard entriesEnd > 0 || (entriesEnd == 0 && restartCount == 1 && restart(0) == 0)
        else { throw damaged(.wrongRestarts, at: bytes.count - 4) }
    }

    /// Reads the next entry; `nil` after the last one.
    mutating func next() throws(CheckpointError) -> TableReader.Entry? {
        let offset = position
        guard offset < entriesEnd else {
            if entriesEnd > 0, restartIndex < restartCount {
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
        return TableReader.Entry(
            key: key, value: bytes[keyEnd..<position], offset: contents.offset(of: offset))
    }

    /// Checks that the block's first entry is a restart, and that nothing is shared at restarts.
    private mutating func checkRestart(at offset: Int, shared: Int) throws(CheckpointError) {
        let isRestart = restartIndex < restartCount && restart(restartIndex) == offset
        guard isRestart ? shared == 0 : offset > 0 else {
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

    private func damaged(_ damage: CheckpointError.Damage, at position: Int) -> CheckpointError {
        CheckpointError(
            .damaged(damage), path: contents.path, offset: contents.offset(of: position))
    }
}
