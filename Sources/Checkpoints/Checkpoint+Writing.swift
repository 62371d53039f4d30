internal import RecordIO

extension Checkpoint {
    /// Writes a checkpoint as TensorFlow does: one file of data, the tensors in the order of their
    /// names' bytes, and the index.
    ///
    /// The files get their names once they are whole and on the disk, in place of a checkpoint of the
    /// same prefix. If this fails, all is as before; whenever the process is killed, or the machine
    /// stops, the prefix is that of the checkpoint before or of the new one, whole.
    ///
    /// The file of data is `<prefix>.data-00000-of-00001`; where the checkpoint before has that one,
    /// it is `-of-00002`, which readers find by the number of files in the index.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, in any order; each with a name of its own.
    ///   - prefix: The path of the files without their endings, in a folder that exists.
    /// - Throws: `CheckpointError` where names are not usable, or files cannot be written.
    public static func write(
        _ tensors: [(name: String, tensor: TensorValue)], to prefix: String
    ) throws(CheckpointError) {
        let name = FilePath.name(of: prefix)
        StagedFile.removeLeftovers(in: FilePath.folder(of: prefix)) {
            BundleFormat.checkpoint(ofFile: String($0))?.isExactly(name) ?? false
        }
        let checkpoint = try StagedCheckpoint(tensors, prefix: prefix)
        try orCheckpointError { () throws(FileError) in try checkpoint.commit() }
    }
}

/// A checkpoint whose files are whole and on the disk, and do not have their names yet.
///
/// A file of data has a name that none before it has, so that the index, which names it, is all that
/// changes hands: the bytes of the checkpoint before stay until its index is gone.
struct StagedCheckpoint {
    private let prefix: String
    private let data: StagedFile
    private let index: StagedFile

    /// Makes the files.
    init(
        _ tensors: [(name: String, tensor: TensorValue)], prefix: String
    ) throws(CheckpointError) {
        let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        if let name = sorted.map(\.name).first(where: {
            $0.utf8.first ?? BundleFormat.partKeyStart == BundleFormat.partKeyStart
        }) {
            throw CheckpointError(.reservedName, path: prefix, tensor: name)
        }
        if let pair = zip(sorted, sorted.dropFirst()).first(where: {
            $0.name.utf8.elementsEqual($1.name.utf8)
        }) {
            throw CheckpointError(.duplicateName, path: prefix, tensor: pair.0.name)
        }

        self.prefix = prefix
        let shardCount = Self.freeShardCount(prefix)
        (data, index) = try orCheckpointError { () throws(FileError) in
            let data = try StagedFile(
                BundleFormat.dataPath(prefix: prefix, shard: 0, of: shardCount))
            let index = try StagedFile(BundleFormat.indexPath(prefix: prefix))
            let table = try Self.write(sorted, to: data, shardCount)
            try data.synchronize()
            try index.append(table.span.bytes)
            try index.synchronize()
            return (data, index)
        }
    }

    /// Gives the files their names, and removes the bytes of the checkpoint before.
    func commit() throws(FileError) {
        try placeData()
        try placeIndex()
        removeReplacedData()
    }

    /// Gives the data their name, which no index tells yet.
    func placeData() throws(FileError) {
        try data.commit()
        try orRemoveData { () throws(FileError) in try synchronizeNames() }
    }

    /// Gives the index its name: from here on the checkpoint is the new one.
    func placeIndex() throws(FileError) {
        try orRemoveData { () throws(FileError) in try index.commit() }
        try synchronizeNames()
    }

    private func synchronizeNames() throws(FileError) {
        try Folder.synchronize(FilePath.folder(of: prefix))
    }

    private func orRemoveData(_ body: () throws(FileError) -> Void) throws(FileError) {
        do throws(FileError) {
            try body()
        } catch {
            Folder.removeFile(data.path)
            throw error
        }
    }

    /// Removes the data of checkpoints of the prefix that were there before, or came to nothing. What
    /// cannot be removed stays.
    func removeReplacedData() {
        let folder = FilePath.folder(of: prefix)
        let (name, dataName) = (FilePath.name(of: prefix), FilePath.name(of: data.path))
        for entry in (try? Folder.entries(of: folder)) ?? []
        where BundleFormat.checkpoint(ofDataFile: entry.name)?.isExactly(name) ?? false
            && !entry.name.isExactly(dataName)
        {
            Folder.removeFile(FilePath.joining(folder, entry.name))
        }
    }

    /// The least number of files of data whose first has a name that no file has, where there is an
    /// index that may name it.
    private static func freeShardCount(_ prefix: String) -> Int {
        guard Folder.exists(BundleFormat.indexPath(prefix: prefix)) else { return 1 }
        var count = 1
        while true {
            let path = BundleFormat.dataPath(prefix: prefix, shard: 0, of: count)
            // A folder of that name has no bytes of a checkpoint: it is in the way.
            guard Folder.exists(path), (try? Folder.isFolder(path)) == false else { return count }
            count += 1
        }
    }

    /// Writes the tensors' bytes.
    ///
    /// - Returns: The index of it.
    private static func write(
        _ tensors: [(name: String, tensor: TensorValue)], to file: StagedFile, _ shardCount: Int
    ) throws(FileError) -> [UInt8] {
        var table = TableBuilder()
        let header = BundleHeader(shardCount: shardCount)
        table.append(key: BundleFormat.headerKey, value: header.encoded())
        var offset = 0
        // Small tensors reach the system together.
        var pending: [UInt8] = []
        func append(
            _ bytes: RawSpan, maskedChecksum: UInt32, of name: String, _ tensor: TensorValue
        ) throws(FileError) {
            let entry = BundleEntry(
                type: Int(tensor.type.rawValue), shape: tensor.shape, offset: offset,
                byteCount: bytes.byteCount, maskedChecksum: maskedChecksum)
            table.append(key: Array(name.utf8), value: entry.encoded())
            offset += bytes.byteCount

            if pending.count + bytes.byteCount > 1 << 20 {
                try file.append(pending.span.bytes)
                pending.removeAll(keepingCapacity: true)
            }
            if bytes.byteCount > 1 << 20 {
                try file.append(bytes)
            } else {
                bytes.withUnsafeBytes { pending += $0 }
            }
        }
        for (name, tensor) in tensors {
            if tensor.type == .string {
                let (bytes, checksum) = StringTensor.encoded(tensor.strings)
                try append(bytes.span.bytes, maskedChecksum: checksum, of: name, tensor)
            } else {
                try tensor.withBytes { bytes throws(FileError) in
                    let checksum = CRC32C.mask(CRC32C.checksum(of: bytes))
                    try append(bytes, maskedChecksum: checksum, of: name, tensor)
                }
            }
        }
        try file.append(pending.span.bytes)
        return table.finish()
    }
}
