import RecordIO
import TensorBoard

/// Values of one kind as files of their own: `<folder>/<run>/<tag>/<step>.<ending>`.
struct FileExport {
    private let kind: Series.Kind
    private let folder: String
    private let overwrite: Bool
    private let words: (one: String, many: String)
    /// The files that a value holds, with their endings.
    private let files: (Event.Value) -> [(bytes: [UInt8], ending: String)]?
    private var folders = TagFolders()
    private var count = 0
    private var hasFailed = false

    /// Pictures, as they are in the log.
    static func images(folder: String, overwrite: Bool) -> FileExport {
        FileExport(.images, folder, overwrite, ("image", "images")) { value in
            value.pictures?.map { ($0, ImageType(of: $0).rawValue) }
        }
    }

    /// Sounds, as they are in the log.
    static func audio(folder: String, overwrite: Bool) -> FileExport {
        FileExport(.audio, folder, overwrite, ("sound", "sounds")) { value in
            value.sounds?.map { ($0, $0.starts(with: "RIFF".utf8) ? "wav" : "bin") }
        }
    }

    /// Texts, as they are in the log: Markdown, or a table with a row in each line.
    static func texts(folder: String, overwrite: Bool) -> FileExport {
        FileExport(Series.Kind(rawValue: "text"), folder, overwrite, ("text", "texts")) { value in
            value.markdown.map { [(Array($0.utf8), "md")] }
        }
    }

    private init(
        _ kind: Series.Kind, _ folder: String, _ overwrite: Bool,
        _ words: (one: String, many: String),
        files: @escaping (Event.Value) -> [(bytes: [UInt8], ending: String)]?
    ) {
        (self.kind, self.folder, self.overwrite, self.words, self.files) =
            (kind, folder, overwrite, words, files)
    }

    /// Writes the values under a tag; nothing for other kinds.
    ///
    /// - Parameter failures: Is told of each that cannot be read or written; the others are, unless
    ///   their folder cannot be made.
    mutating func write(_ tag: TagValues, run: String, _ failures: inout Failures) {
        guard tag.kind == kind, !hasFailed else { return }
        do {
            try Folder.create(self.folder)
        } catch {
            hasFailed = true
            failures.add("\(error)")
            return
        }
        let folder = "\(folder)/\(folders.folder(run: run, tag: tag.tag))"
        // The same step may be logged twice.
        var names: [String: Int] = [:]
        for stored in tag.stored {
            do {
                guard let files = files(try stored.load()) else {
                    throw CommandError(
                        "no \(kind == .images ? "picture" : words.one) under \(tag.tag), step \(stored.step), of \(run)"
                    )
                }
                for (index, file) in files.enumerated() {
                    var name = "\(stored.step)" + (files.count == 1 ? "" : "-\(index)")
                    let earlier = names[name, default: 0]
                    names[name] = earlier + 1
                    if earlier > 0 { name += "~\(earlier + 1)" }
                    do {
                        try write(file.bytes, to: "\(name).\(file.ending)", in: folder)
                        count += 1
                    } catch {
                        failures.add("\(error)")
                    }
                }
            } catch {
                failures.add("\(error)")
            }
        }
    }

    private func write(_ bytes: [UInt8], to name: String, in folder: String) throws {
        try Folder.create(folder)
        let file = try OutputText("\(folder)/\(name)", overwrite: overwrite)
        try file.write(bytes: bytes)
        try file.close()
    }

    /// What was written, in a line.
    var report: String {
        "\(folder.printable): \(count) \(count == 1 ? words.one : words.many)\n"
    }
}

extension Event.Value {
    /// The sounds, each a whole file: one of TensorFlow 1's message, or all those of TensorFlow 2's
    /// tensor, whose rows are a sound and a label.
    fileprivate var sounds: [[UInt8]]? {
        switch content {
        case .audio(_, _, _, let file): return [file]
        case .tensor(let tensor):
            guard case .strings(let strings) = tensor.elements else { return nil }
            guard tensor.shape.count == 2, tensor.shape[1] == 2 else { return strings }
            return stride(from: 0, to: strings.count, by: 2).map { strings[$0] }
        default: return nil
        }
    }

    /// The text, or the texts of a tensor: of rank 2, a row in a line, with tabs between them.
    fileprivate var markdown: String? {
        guard case .tensor(let tensor) = content, let texts = text else { return nil }
        let columns = tensor.shape.count == 2 ? max(1, tensor.shape[1]) : 1
        let rows = stride(from: 0, to: texts.count, by: columns).map { start in
            texts[start..<min(start + columns, texts.count)].joined(separator: "\t")
        }
        return rows.joined(separator: "\n") + "\n"
    }
}
