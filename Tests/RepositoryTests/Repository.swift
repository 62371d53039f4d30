import Foundation

/// The files of the repository, as they lie beside this one.
enum Repository {
    /// The folder of `Package.swift`.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The text of a file.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    /// The paths of the files in some folders whose names have one of the endings.
    static func files(in folders: [String], endings: Set<String>) -> [String] {
        folders.flatMap { folder in
            let names = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
            return (names?.allObjects ?? []).compactMap { $0 as? String }
                .filter { endings.contains(URL(filePath: $0).pathExtension) }
                .map { "\(folder)/\($0)" }
        }.sorted()
    }
}
