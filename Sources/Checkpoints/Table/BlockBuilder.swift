internal import RecordIO

/// Makes the contents of one block.
struct BlockBuilder {
    private let restartInterval: Int
    private var entries: [UInt8] = []
    private var restarts: [UInt32] = [0]
    private var countSinceRestart = 0
    private var lastKey: [UInt8] = []

    init(restartInterval: Int) {
        self.restartInterval = restartInterval
    }

    /// Whether it has no entry.
    var isEmpty: Bool { entries.isEmpty }

    /// How many bytes the contents have.
    var byteCount: Int { entries.count + 4 * restarts.count + 4 }

    /// Adds an entry, whose key is above all keys before it.
    mutating func append(key: [UInt8], value: [UInt8]) {
        var shared = 0
        if countSinceRestart < restartInterval {
            while shared < min(lastKey.count, key.count), lastKey[shared] == key[shared] {
                shared += 1
            }
        } else {
            restarts.append(UInt32(entries.count))
            countSinceRestart = 0
        }
        Varint.append(UInt64(shared), to: &entries)
        Varint.append(UInt64(key.count - shared), to: &entries)
        Varint.append(UInt64(value.count), to: &entries)
        entries += key[shared...]
        entries += value
        countSinceRestart += 1
        lastKey = key
    }

    /// Ends the block, and begins another one.
    ///
    /// - Returns: The contents.
    mutating func finish() -> [UInt8] {
        defer { self = BlockBuilder(restartInterval: restartInterval) }
        for restart in restarts { entries.append(littleEndian: restart) }
        entries.append(littleEndian: UInt32(restarts.count))
        return entries
    }
}
