import Platform
import RecordIO
import TensorBoard

/// The embeddings of runs as files of their own: `<folder>/<run>/<name>/` with `tensors.tsv`, or
/// `tensors.bytes` of float32 as they are in the log, `metadata.tsv` and `sprite.png`, as far as there
/// are any.
struct EmbeddingExport {
    private let folder: String
    private let overwrite: Bool
    private var folders = TagFolders()
    private var count = 0

    /// The longest file that is copied.
    private static let longestFile = 4 << 30

    init(folder: String, overwrite: Bool) {
        self.folder = folder
        self.overwrite = overwrite
    }

    /// Copies the files of a run's embeddings, if it has any.
    ///
    /// - Parameters:
    ///   - path: The run's folder.
    ///   - isMeant: Whether an embedding of a name is taken.
    ///   - failures: Is told of each that cannot be read or written.
    mutating func write(
        _ run: String, at path: String, _ isMeant: (String) -> Bool, _ failures: inout Failures
    ) {
        do {
            guard let embeddings = try StoredEmbedding.all(ofRun: path) else { return }
            for embedding in embeddings where isMeant(embedding.name) {
                do {
                    try write(embedding, run: run, from: path)
                    count += 1
                } catch {
                    failures.add("\(error)")
                }
            }
        } catch {
            failures.add("\(error)")
        }
    }

    private mutating func write(
        _ embedding: StoredEmbedding, run: String, from path: String
    ) throws {
        let target = "\(folder)/\(folders.folder(run: run, tag: embedding.name))"
        try Folder.create(target)
        for (source, name) in [
            (embedding.tensorPath, embedding.isBinary ? "tensors.bytes" : "tensors.tsv"),
            (embedding.metadataPath, "metadata.tsv"), (embedding.spritePath, "sprite.png"),
        ] {
            guard let source else { continue }
            let whole = FilePath.isAbsolute(source) ? source : FilePath.joining(path, source)
            guard Self.isBelow(path, whole) else {
                throw CommandError(
                    "\(embedding.name.printable) of \(path.printable): \(source.printable) is not in "
                        + "the run's folder, and is not copied; take it from there if you trust the log"
                )
            }
            let bytes = try InputFile.contents(of: whole, limit: Self.longestFile)
            let file = try OutputText("\(target)/\(name)", overwrite: overwrite)
            try file.write(bytes: bytes)
            try file.close()
        }
    }

    /// Whether a file is in a folder, wherever links lead; a file that is not there is for its reader
    /// to tell of.
    private static func isBelow(_ folder: String, _ file: String) -> Bool {
        guard let file = resolved(file) else { return true }
        guard let folder = resolved(folder) else { return false }
        return file.utf8.starts(with: (folder == "/" ? "/" : folder + "/").utf8)
    }

    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// What was written, in a line.
    var report: String { "\(folder.printable): \(count) embedding\(count == 1 ? "" : "s")\n" }
}
