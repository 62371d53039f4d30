internal import RecordIO

extension Checkpoint {
    /// Writes a checkpoint as TensorFlow does: one file of data, the tensors in the order of their
    /// names' bytes, and the index.
    ///
    /// The files get their names once they are whole and on the disk, the data first, in place of a
    /// checkpoint of the same prefix. If this fails, all is as before. If the process is killed
    /// between the two, a checkpoint that was there before is damaged, which readers notice;
    /// `CheckpointSaver` avoids that.
    ///
    /// - Parameters:
    ///   - tensors: The tensors, in any order; each with a name of its own.
    ///   - prefix: The path of the files without their endings, in a folder that exists.
    /// - Throws: `CheckpointError` where names are not usable, or files cannot be written.
    public static func write(
        _ tensors: [(name: String, tensor: TensorValue)], to prefix: String
    ) throws(CheckpointError) {
        let checkpoint = try StagedCheckpoint(tensors, prefix: prefix)
        try orCheckpointError { () throws(FileError) in try checkpoint.commit() }
    }
}

/// A checkpoint whose files are whole and on the disk, and do not have their names yet.
struct StagedCheckpoint {
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

        (data, index) = try orCheckpointError { () throws(FileError) in
            let data = try StagedFile(BundleFormat.dataPath(prefix: prefix, shard: 0, of: 1))
            let index = try StagedFile(BundleFormat.indexPath(prefix: prefix))
            let table = try Self.write(sorted, to: data)
            try data.synchronize()
            try index.append(table.span.bytes)
            try index.synchronize()
            return (data, index)
        }
    }

    /// Gives the files their names.
    func commit() throws(FileError) {
        try data.commit()
        try index.commit()
        try Folder.synchronize(FilePath.folder(of: index.path))
    }

    /// Writes the tensors' bytes.
    ///
    /// - Returns: The index of it.
    private static func write(
        _ tensors: [(name: String, tensor: TensorValue)], to file: StagedFile
    ) throws(FileError) -> [UInt8] {
        var table = TableBuilder()
        table.append(key: BundleFormat.headerKey, value: BundleHeader().encoded())
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
