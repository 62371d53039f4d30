import Platform
import RecordIO

/// The tags that the writers of this process have logged in one folder, with the plugin that shows
/// each and the file it was logged in first: a tag is one to TensorBoard in all files of a run.
final class FolderTags: @unchecked Sendable {
    private struct Entry {
        let plugin: String
        /// The name of the event file.
        let file: String
    }

    // For those who hold `Fork.monitor`.
    private var entries: [ExactName: Entry] = [:]
    private var writerCount = 0

    /// Takes up tags: all of them, or none.
    ///
    /// - Parameters:
    ///   - tags: The tags, and the plugin of each.
    ///   - path: The file that they are logged in.
    /// - Throws: `Refusal` if one was logged for another plugin, in a file that is still there.
    func takeUp(_ tags: [(tag: String, plugin: String)], in path: String) throws(Refusal) {
        try Fork.monitor.locked { () throws(Refusal) in
            let (folder, file) = Self.parts(of: path)
            var added: [ExactName: Entry] = [:]
            for (tag, plugin) in tags {
                let name = ExactName(tag)
                // What was logged in files that are gone counts no more; nor does what was logged in
                // another folder, now gone, that the system had given this one's identity.
                if let entry = entries[name], Folder.exists("\(folder)/\(entry.file)") {
                    guard entry.plugin == plugin else {
                        throw Refusal(
                            tag: tag, for: plugin, loggedFor: entry.plugin, in: entry.file)
                    }
                } else {
                    added[name] = Entry(plugin: plugin, file: file)
                }
            }
            entries.merge(added) { $1 }
        }
    }

    private static func parts(of path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }
}

// MARK: All folders

extension FolderTags {
    /// Those that are written, and the last ones that were, by their identities.
    nonisolated(unsafe) private static var all: [Folder.Identity: FolderTags] = [:]
    /// The folders that nobody writes, in the order in which their last writers were closed.
    nonisolated(unsafe) private static var left: [Folder.Identity] = []
    /// How many tags these have.
    nonisolated(unsafe) private static var leftTagCount = 0

    /// How many tags are remembered of folders that nobody writes: some twenty megabytes.
    private static let longestMemory = 200_000

    /// Begins to write in a folder.
    static func enter(_ folder: Folder.Identity) -> FolderTags {
        Fork.monitor.locked {
            let tags = all[folder] ?? FolderTags()
            all[folder] = tags
            tags.writerCount += 1
            if tags.writerCount == 1, let index = left.firstIndex(of: folder) {
                left.remove(at: index)
                leftTagCount -= tags.entries.count
            }
            return tags
        }
    }

    /// Ends what `enter` has begun.
    static func leave(_ folder: Folder.Identity) {
        Fork.monitor.locked {
            guard let tags = all[folder] else { return }
            tags.writerCount -= 1
            guard tags.writerCount == 0 else { return }
            guard !tags.entries.isEmpty else {
                all[folder] = nil
                return
            }
            left.append(folder)
            leftTagCount += tags.entries.count
            while leftTagCount > longestMemory {
                let forgotten = all.removeValue(forKey: left.removeFirst())
                leftTagCount -= forgotten?.entries.count ?? 0
            }
        }
    }
}

/// A writer's part in the tags of its folder, for as long as the writer is there.
final class FolderTagsMembership: Sendable {
    /// The tags.
    let tags: FolderTags
    private let folder: Folder.Identity

    /// - Returns: `nil` if there is no such folder.
    init?(folder path: String) {
        guard let folder = Folder.file(at: path)?.identity else { return nil }
        self.folder = folder
        tags = FolderTags.enter(folder)
    }

    deinit {
        FolderTags.leave(folder)
    }
}
