internal import RecordIO

/// A checkpoint in TensorFlow's format V2, of which the index has been read.
struct Bundle: CheckpointContents {
    let tensors: [StoredTensor]

    private let prefix: String
    private let shardCount: Int
    private let isBigEndian: Bool
    /// What the index says of each tensor.
    private let entries: [BundleEntry]
    /// And of the parts of partitioned ones, by their keys.
    private let parts: [[UInt8]: BundleEntry]

    var path: String { BundleFormat.indexPath(prefix: prefix) }

    /// Reads the index of a checkpoint, whole.
    init(opening prefix: String) throws(CheckpointError) {
        self.prefix = prefix
        let path = BundleFormat.indexPath(prefix: prefix)
        let file = try orCheckpointError { () throws(FileError) in
            let file = try InputFile(opening: path)
            let (byteCount, limit) = (try file.byteCount(), BundleFormat.longestIndex)
            guard byteCount <= limit else {
                throw FileError(path: path, obstacle: .tooLarge(byteCount: byteCount, limit: limit))
            }
            return file
        }
        let table = try TableReader(file, longestBlock: BundleFormat.longestIndex)

        var header: BundleHeader?
        var (tensors, entries, parts) = (
            [StoredTensor](), [BundleEntry](), [[UInt8]: BundleEntry]()
        )
        for block in table.blocks.indices {
            for entry in try table.entries(of: block) {
                guard let header else {
                    header = try Self.header(entry, path: path)
                    continue
                }
                let (name, bundleEntry) = try Self.tensor(entry, header, path: path)
                if let name {
                    tensors.append(
                        StoredTensor(name: name, type: bundleEntry.type, shape: bundleEntry.shape))
                    entries.append(bundleEntry)
                } else {
                    parts[entry.key] = bundleEntry
                }
            }
        }
        guard let header else {
            throw CheckpointError(.damaged(.wrongHeader), path: path, offset: 0)
        }
        shardCount = header.shardCount
        isBigEndian = header.isBigEndian
        self.tensors = tensors
        self.entries = entries
        self.parts = parts
    }

    /// Reads the header, which is the first entry.
    private static func header(
        _ entry: TableReader.Entry, path: String
    ) throws(CheckpointError) -> BundleHeader {
        guard
            entry.key == BundleFormat.headerKey, let header = BundleHeader(decoding: entry.value),
            header.shardCount > 0
        else { throw CheckpointError(.damaged(.wrongHeader), path: path, offset: 0) }
        if let problem = header.versions.problem {
            throw CheckpointError(problem, path: path, offset: 0)
        }
        return header
    }

    /// Reads what the index says of a tensor, or of a part of one, which has no name.
    private static func tensor(
        _ entry: TableReader.Entry, _ header: BundleHeader, path: String
    ) throws(CheckpointError) -> (name: String?, BundleEntry) {
        let isPart = entry.key.first == BundleFormat.partKeyStart
        let name = isPart ? nil : String(validating: entry.key, as: UTF8.self)
        guard
            isPart || name != nil, let bundleEntry = BundleEntry(decoding: entry.value),
            bundleEntry.isSound(shardCount: header.shardCount)
        else {
            throw CheckpointError(
                .damaged(.wrongTensor), path: path, offset: entry.offset, tensor: name)
        }
        return (name, bundleEntry)
    }

    func tensor(at index: Int, _ elementType: DataType) throws(CheckpointError) -> TensorValue {
        let (name, entry) = (tensors[index].name, entries[index])
        guard entry.slices.isEmpty else {
            return try partitioned(entry, elementType, name: name)
        }
        return try tensor(entry, elementType, name: name)
    }

    /// Puts a partitioned tensor together.
    private func partitioned(
        _ entry: BundleEntry, _ elementType: DataType, name: String
    ) throws(CheckpointError) -> TensorValue {
        let damaged = CheckpointError(.damaged(.wrongParts), path: path, tensor: name)
        var stored: [(ranges: [Range<Int>], entry: BundleEntry)] = []
        var count = 0
        for slice in entry.slices {
            var part = entry
            if slice.extents.contains(where: { $0.count != nil }) {
                guard let found = parts[slice.key(ofTensor: name)], found.slices.isEmpty else {
                    throw damaged
                }
                part = found
            }
            guard
                let ranges = slice.ranges(in: entry.shape), part.type == entry.type,
                part.shape == ranges.map(\.count), let size = elementCount(ofShape: part.shape)
            else { throw damaged }
            let (sum, overflow) = count.addingReportingOverflow(size)
            guard !overflow else { throw damaged }
            count = sum
            stored.append((ranges, part))
        }
        var whole = PartitionedTensor(elementType: elementType, shape: entry.shape)
        guard whole.hasRoom(for: count) else { throw damaged }
        for (ranges, part) in stored {
            whole.add(try tensor(part, elementType, name: name), at: ranges)
        }
        guard let tensor = whole.tensor() else { throw damaged }
        return tensor
    }

    /// Reads a tensor's bytes, and checks them.
    private func tensor(
        _ entry: BundleEntry, _ elementType: DataType, name: String
    ) throws(CheckpointError) -> TensorValue {
        let path = BundleFormat.dataPath(prefix: prefix, shard: entry.shard, of: shardCount)
        func damaged(_ damage: CheckpointError.Damage, at offset: Int) -> CheckpointError {
            CheckpointError.textInPlace(of: path)
                ?? CheckpointError(.damaged(damage), path: path, offset: offset, tensor: name)
        }
        let bytes = try orCheckpointError(tensor: name) { () throws(FileError) in
            let file = try InputFile(opening: path)
            // No more memory than the file can fill.
            let available = max(0, try file.byteCount() - entry.offset)
            let count = min(entry.byteCount, available)
            guard count <= Memory.physical else {
                throw FileError(
                    path: path, obstacle: .tooLarge(byteCount: count, limit: Memory.physical))
            }
            return try file.bytes(count, at: entry.offset)
        }
        guard bytes.count == entry.byteCount else {
            throw damaged(.truncated, at: entry.offset + bytes.count)
        }
        if elementType == .string {
            let strings = StringTensor.strings(
                in: bytes, count: elementCount(ofShape: entry.shape) ?? 0,
                isBigEndian: isBigEndian)
            guard let strings, strings.maskedChecksum == entry.maskedChecksum else {
                throw damaged(.wrongChecksum, at: entry.offset)
            }
            return TensorValue(byteStrings: strings.strings, shape: entry.shape)
        }
        guard CRC32C.mask(CRC32C.checksum(of: bytes.span.bytes)) == entry.maskedChecksum else {
            throw damaged(.wrongChecksum, at: entry.offset)
        }
        return TensorValue(
            type: elementType,
            bytes: isBigEndian ? Self.swapped(bytes, elementType.partByteCount) : bytes,
            shape: entry.shape)
    }

    /// Numbers of so many bytes with their bytes the other way round.
    private static func swapped(_ bytes: [UInt8], _ size: Int) -> [UInt8] {
        guard size > 1 else { return bytes }
        return bytes.indices.map { index in
            let start = index / size * size
            return bytes[start + size - 1 - (index - start)]
        }
    }
}
