internal import Platform
internal import RecordIO

/// Which files of a checkpoint there are.
struct CheckpointFiles {
    /// In which of TensorFlow's formats they are.
    enum Format {
        /// V2: an index and files of data.
        case bundle
        /// V1: these files.
        case slices([String])
    }

    /// The path of the files without their endings.
    let prefix: String
    let format: Format

    /// Looks for a checkpoint.
    ///
    /// - Parameter path: The path of its files without their endings, or of one of them.
    init(of path: String) throws(CheckpointError) {
        let isFile = Folder.exists(path) && (try? Folder.isFolder(path)) != true
        // One of the files may be named, as a shell completes it.
        let candidates = [path] + (isFile ? [BundleFormat.checkpoint(ofFile: path)] : [])
        for case let prefix? in candidates
        where Folder.exists(BundleFormat.indexPath(prefix: prefix)) {
            self.init(prefix: prefix, format: .bundle)
            return
        }
        if let shards = try Self.shards(of: Self.shard(path)?.prefix ?? path) {
            self.init(prefix: path, format: .slices(shards))
            return
        }
        if isFile {
            self.init(prefix: path, format: .slices([path]))
            return
        }
        let name = FilePath.name(of: path)
        let hasOtherFiles = Self.names(beside: path).contains {
            BundleFormat.checkpoint(ofFile: $0)?.isExactly(name) ?? false
        }
        throw CheckpointError(hasOtherFiles ? .noIndex : .noCheckpoint, path: path)
    }

    /// Whether there is a checkpoint.
    static func exist(_ prefix: String) -> Bool {
        (try? CheckpointFiles(of: prefix)) != nil
    }

    /// The checkpoint that a file of a folder belongs to, by its name, or by its end for one of format
    /// V1, which may have any name; `nil` for another file, and for one that was never given its name.
    static func checkpoint(ofFile name: String, in folder: String) -> String? {
        guard Self.name(ofLeftover: name) == nil else { return nil }
        if let prefix = BundleFormat.checkpoint(ofFile: name) ?? shard(name)?.prefix {
            return prefix
        }
        guard let file = try? InputFile(opening: FilePath.joining(folder, name)),
            let byteCount = try? file.byteCount(), byteCount >= TableFormat.footerLength
        else { return nil }
        let magic = withUnsafeBytes(of: TableFormat.magic.littleEndian) { Array($0) }
        return (try? file.bytes(magic.count, at: byteCount - magic.count)) == magic ? name : nil
    }

    /// The name that a file was to have which a killed process has left under a temporary one, ours or
    /// TensorFlow's (`tensor_bundle.cc`, `tensor_slice_writer.cc`); `nil` for another file.
    static func name(ofLeftover name: String) -> Substring? {
        StagedFile.name(ofTemporary: name) ?? name.wholeMatch(of: /(?s)(.+)\.tempstate[0-9]+/)?.1
    }

    private init(prefix: String, format: Format) {
        self.prefix = prefix
        self.format = format
    }

    /// The files of slices whose names begin with a prefix, all of them; `nil` if there are none.
    private static func shards(of prefix: String) throws(CheckpointError) -> [String]? {
        let name = FilePath.name(of: prefix)
        let counts = names(beside: prefix).compactMap { shard($0) }
            .filter { $0.prefix.isExactly(name) }.map(\.count)
        guard let count = counts.max() else { return nil }
        let paths = (0..<count).map { BundleFormat.shardPath(prefix, $0, of: count) }
        if let missing = paths.first(where: { !Folder.exists($0) }) {
            throw CheckpointError(FileError(path: missing, action: .open, code: ENOENT))
        }
        return paths
    }

    /// What the name of one of several files of slices says: `<prefix>-00001-of-00002`, or of all of
    /// them, as TensorFlow's state file has it: `<prefix>-?????-of-00002`.
    private static func shard(_ name: String) -> (prefix: String, count: Int)? {
        guard
            let match = name.wholeMatch(of: /(?s)(.+)-([0-9]{5}|\?{5})-of-([0-9]{5})/),
            let count = Int(match.3), Int(match.2).map({ $0 < count }) ?? true,
            BundleFormat.checkpoint(ofFile: name) == nil
        else { return nil }
        return (String(match.1), count)
    }

    private static func names(beside path: String) -> [String] {
        ((try? Folder.entries(of: FilePath.folder(of: path))) ?? []).filter { !$0.isFolder }.map(
            \.name)
    }
}
