internal import Platform
internal import RecordIO

/// A folder for one run's files, which is removed with them when its last reference goes.
final class TemporaryRun {
    let path: String

    /// - Throws: ``BenchmarkError/noFolder(path:)``.
    init() throws(BenchmarkError) {
        let parent = Folder.temporary
        var template = Array("\(parent)/gan-bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .noFolder(path: parent) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for entry in (try? Folder.entries(of: path)) ?? [] {
            Folder.removeFile("\(path)/\(entry.name)")
        }
        Folder.removeIfEmpty(path)
    }
}
