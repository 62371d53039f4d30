import RecordIO
import TensorBoard

/// Pictures of a log as files: `<folder>/<run>/<tag>/<step>.png`.
struct ImageExport {
    private let folder: String
    private let overwrite: Bool
    private var folders = ImageFolders()
    private var count = 0
    private var hasFailed = false

    init(folder: String, overwrite: Bool) {
        self.folder = folder
        self.overwrite = overwrite
    }

    /// Writes the pictures under a tag; nothing for other kinds.
    ///
    /// - Parameter failures: Is told of each picture that cannot be read or written; the others are,
    ///   unless their folder cannot be made.
    mutating func write(_ tag: TagValues, run: String, _ failures: inout Failures) {
        guard tag.kind == .images, !hasFailed else { return }
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
                guard let pictures = try stored.load().pictures else {
                    throw CommandError(
                        "no picture under \(tag.tag), step \(stored.step), of \(run)")
                }
                for (index, picture) in pictures.enumerated() {
                    var name = "\(stored.step)" + (pictures.count == 1 ? "" : "-\(index)")
                    let earlier = names[name, default: 0]
                    names[name] = earlier + 1
                    if earlier > 0 { name += "~\(earlier + 1)" }
                    let type = ImageType(of: picture)
                    do {
                        try write(picture, to: "\(name).\(type.rawValue)", in: folder)
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

    private func write(_ picture: [UInt8], to name: String, in folder: String) throws {
        try Folder.create(folder)
        let file = try OutputText("\(folder)/\(name)", overwrite: overwrite)
        try file.write(bytes: picture)
        try file.close()
    }

    /// What was written, in a line.
    var report: String { "\(folder.printable): \(count) image\(count == 1 ? "" : "s")\n" }
}
