internal import RecordIO

/// A checkpoint in TensorFlow's format V2: tensors by name, in an index and one or more files of
/// data.
///
/// ```swift
/// try Checkpoint.write([("bias", TensorData([0.5, 1] as [Float], shape: [2]))], to: "log/model")
///
/// let checkpoint = try Checkpoint(opening: "log/model")
/// checkpoint.tensors.map(\.name)                        // ["bias"]
/// try checkpoint.tensor(named: "bias").values(of: Float.self)  // [0.5, 1]
/// ```
///
/// Opening reads the index, whole, and checks it; tensors are read one by one as they are asked
/// for, and checked.
public struct Checkpoint: Sendable {
    /// The path of the files without their endings, such as `log/model.ckpt-100`.
    public let prefix: String

    /// What the index holds, by the bytes of the names.
    private let entries: [(name: String, entry: BundleEntry)]
    private let shardCount: Int

    /// Opens a checkpoint.
    ///
    /// - Parameter prefix: The path of its files without their endings.
    /// - Throws: `CheckpointError` where there is none, or its index is damaged.
    public init(opening prefix: String) throws(CheckpointError) {
        self.prefix = prefix
        let path = BundleFormat.indexPath(prefix: prefix)
        guard Folder.exists(path) else { throw CheckpointError(.noCheckpoint, path: prefix) }
        let bytes = try orCheckpointError { () throws(FileError) in
            try InputFile.contents(of: path, limit: BundleFormat.longestIndex)
        }
        let table = try TableReader(bytes, path: path)
        shardCount = try table.bundleHeader(path: path).shardCount

        var entries: [(name: String, entry: BundleEntry)] = []
        for tableEntry in table.entries.dropFirst() {
            // A part of a partitioned tensor, which stands in the index under its own name, too.
            if tableEntry.key.first == BundleFormat.partKeyStart { continue }
            guard let name = String(validating: tableEntry.key, as: UTF8.self) else {
                throw CheckpointError(.damaged(.wrongTensor), path: path, offset: tableEntry.offset)
            }
            guard
                let entry = BundleEntry(decoding: table.value(of: tableEntry)),
                entry.isSound(shardCount: shardCount)
            else {
                throw CheckpointError(
                    .damaged(.wrongTensor), path: path, offset: tableEntry.offset, tensor: name)
            }
            entries.append((name, entry))
        }
        self.entries = entries
    }

    /// The tensors that can be read, by the bytes of their names. Tensors of strings are not among
    /// them, nor such as are stored in parts.
    public var tensors: [TensorDescription] {
        entries.compactMap { Self.description(name: $0.name, $0.entry) }
    }

    /// Reads a tensor.
    ///
    /// - Throws: `CheckpointError` where there is none of that name, it is not of numbers, or its
    ///   bytes cannot be read or are damaged.
    public func tensor(named name: String) throws(CheckpointError) -> TensorData {
        let index = BundleFormat.indexPath(prefix: prefix)
        guard let entry = entry(named: name) else {
            throw CheckpointError(.noSuchTensor, path: index, tensor: name)
        }
        guard !entry.isPartitioned else {
            throw CheckpointError(.partitioned, path: index, tensor: name)
        }
        guard let elementType = entry.elementType else {
            throw CheckpointError(.notNumbers(type: entry.type), path: index, tensor: name)
        }
        let bytes = try bytes(of: entry, name: name)
        return TensorData(elementType: elementType, shape: entry.shape, bytes: bytes)
    }

    /// The description of the tensor of a name; `nil` if there is none, or it cannot be read.
    func description(named name: String) -> TensorDescription? {
        entry(named: name).flatMap { Self.description(name: name, $0) }
    }

    private static func description(name: String, _ entry: BundleEntry) -> TensorDescription? {
        guard let elementType = entry.elementType, !entry.isPartitioned else { return nil }
        return TensorDescription(name: name, elementType: elementType, shape: entry.shape)
    }

    /// Finds an entry by the bytes of its name: names that Swift takes for equal, because they are
    /// written with other code points, are different tensors.
    private func entry(named name: String) -> BundleEntry? {
        var range = entries.startIndex..<entries.endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if entries[middle].name.utf8.lexicographicallyPrecedes(name.utf8) {
                range = middle + 1..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        guard
            range.lowerBound < entries.endIndex,
            entries[range.lowerBound].name.utf8.elementsEqual(name.utf8)
        else { return nil }
        return entries[range.lowerBound].entry
    }

    /// Reads a tensor's bytes, and checks them.
    private func bytes(of entry: BundleEntry, name: String) throws(CheckpointError) -> [UInt8] {
        let path = BundleFormat.dataPath(prefix: prefix, shard: entry.shard, of: shardCount)
        func damaged(_ damage: CheckpointError.Damage, at offset: Int) -> CheckpointError {
            CheckpointError(.damaged(damage), path: path, offset: offset, tensor: name)
        }
        let bytes = try orCheckpointError(tensor: name) { () throws(FileError) in
            let file = try InputFile(opening: path)
            // No more memory than the file can fill.
            let available = max(0, try file.byteCount() - entry.offset)
            return try file.bytes(min(entry.byteCount, available), at: entry.offset)
        }
        guard bytes.count == entry.byteCount else {
            throw damaged(.truncated, at: entry.offset + bytes.count)
        }
        guard CRC32C.mask(CRC32C.checksum(of: bytes.span.bytes)) == entry.maskedChecksum else {
            throw damaged(.wrongChecksum, at: entry.offset)
        }
        return bytes
    }
}

extension TableReader {
    /// Reads a checkpoint's header, which is the first entry of its index.
    fileprivate func bundleHeader(path: String) throws(CheckpointError) -> BundleHeader {
        guard
            let first = entries.first, first.key == BundleFormat.headerKey,
            let header = BundleHeader(decoding: value(of: first)), header.shardCount > 0
        else { throw CheckpointError(.damaged(.wrongHeader), path: path, offset: 0) }
        guard !header.isBigEndian else { throw CheckpointError(.bigEndian, path: path, offset: 0) }
        let version = BundleFormat.version
        guard header.minimumReader <= version, !header.badReaders.contains(version) else {
            throw CheckpointError(.tooNew(version: header.minimumReader), path: path, offset: 0)
        }
        return header
    }
}
