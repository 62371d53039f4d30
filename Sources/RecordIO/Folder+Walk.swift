extension Folder {
    /// A folder that a walk came to.
    public struct Visit: Sendable {
        /// The folder's path.
        public let path: String
        /// The path from the walk's folder to this one; `.` for that folder itself.
        public let name: String
        /// What lies in it.
        public let entries: [Entry]
    }

    /// Goes through a folder and all folders below it, those that links lead to included. Each is
    /// visited once, whatever the number of its names: under that which takes no links, or else the
    /// fewest; of several such ones the one that comes first.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - report: Is given the error of each folder that cannot be read, and of each link that
    ///     cannot be followed; the walk goes on.
    ///   - visit: Is given each other folder: what is below a folder after it, by the bytes of the
    ///     names; what links lead to after everything that is reached without them.
    /// - Throws: `FileError` if the walk's folder itself cannot be read.
    public static func walk(
        _ path: String, report: (FileError) -> Void, visit: (Visit) -> Void
    ) throws(FileError) {
        var seen: Set<Identity> = []
        // Folders are taken from the end of the first list; then the links that were met.
        var folders = [Visit(path: path, name: ".", entries: [])]
        var links: [Visit] = []
        var isFirst = true
        while !folders.isEmpty || !links.isEmpty {
            if folders.isEmpty {
                folders = links.reversed()
                links = []
            }
            let folder = folders.removeLast()
            let entries: [Entry]
            do throws(FileError) {
                let identity = try FileStatus(of: folder.path).identity
                guard seen.insert(identity).inserted else { continue }
                entries = try self.entries(of: folder.path)
            } catch {
                if isFirst { throw error }
                report(error)
                continue
            }
            isFirst = false
            func below(_ entry: Entry) -> Visit {
                Visit(
                    path: FilePath.joining(folder.path, entry.name),
                    name: folder.name == "." ? entry.name : "\(folder.name)/\(entry.name)",
                    entries: [])
            }
            for entry in entries {
                guard let code = entry.linkFailure else { continue }
                report(FileError(path: below(entry).path, action: .open, code: code))
            }
            visit(Visit(path: folder.path, name: folder.name, entries: entries))
            folders += entries.reversed().filter { $0.isFolder && !$0.isLink }.map(below)
            links += entries.filter { $0.isFolder && $0.isLink }.map(below)
        }
    }
}
