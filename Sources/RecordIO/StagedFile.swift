import Platform

/// A file that takes its name only once it is whole and on the disk: until then it has a temporary
/// one in the same folder, which is removed if the file is given up.
///
/// The file is locked while it has its temporary name, so that one left behind by a process that
/// was killed can be told from one that is being written.
public final class StagedFile {
    /// The name that it is to have.
    public let path: String
    private let file: OutputFile
    /// Where it is to be.
    private let place: String
    private var isCommitted = false

    /// Makes the file under its temporary name.
    ///
    /// - Parameters:
    ///   - path: The name that it is to have.
    ///   - followsLinks: Whether the file is to be where a link of that name leads, which stays.
    /// - Throws: `FileError`, with `EISDIR` if its name is a folder's.
    public init(_ path: String, followsLinks: Bool = false) throws(FileError) {
        if try Folder.isFolder(path) {
            throw FileError(path: path, action: .create, code: EISDIR)
        }
        self.path = path
        place = followsLinks ? Folder.place(ofFile: path) : path
        while true {
            let digits = String(UInt64.random(in: 1 << 60...UInt64.max), radix: 16)
            let temporary = Self.shortened(place, by: 21) + ".tmp-\(digits)"
            let descriptor = Descriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL)
            guard descriptor >= 0 else { throw FileError(path: path, action: .create) }
            let file = OutputFile(descriptor: descriptor, path: temporary)
            // Where a file system has no locks, nobody removes what is left behind either.
            flock(descriptor, LOCK_EX)
            // Before it was locked, it may have been taken for left behind.
            if !file.isRemoved {
                self.file = file
                return
            }
        }
    }

    deinit {
        if !isCommitted { Folder.removeFile(file.path) }
    }

    /// Appends bytes.
    public func append(_ bytes: RawSpan) throws(FileError) {
        do {
            try file.append(bytes)
        } catch {
            throw underItsName(error)
        }
    }

    /// Waits until the bytes are on the disk.
    public func synchronize() throws(FileError) {
        do {
            try file.synchronize()
        } catch {
            throw underItsName(error)
        }
    }

    private func underItsName(_ error: FileError) -> FileError {
        error.at(path)
    }

    /// Gives the file its name, in place of a file that has it. The bytes should be on the disk, and
    /// the name itself is there once the folder is.
    public func commit() throws(FileError) {
        guard FileName.rename(file.path, to: place) else {
            throw FileError(path: path, action: .write)
        }
        isCommitted = true
    }

    /// A path whose last part leaves room for so many bytes more: names have at most 255.
    private static func shortened(_ path: String, by count: Int) -> String {
        var rest = path.unicodeScalars[...]
        var length = FilePath.name(of: path).utf8.count
        while length > 255 - count, let last = rest.popLast() { length -= UTF8.width(last) }
        return String(rest)
    }

    /// The name that a file is to have, by its temporary one; cut off where that one would have been too
    /// long. `nil` for another file.
    public static func name(ofTemporary name: String) -> Substring? {
        name.wholeMatch(of: /(?s)(.+)\.tmp-[0-9a-f]{16}/)?.1
    }

    /// Removes the temporary files that killed processes left in a folder.
    ///
    /// - Parameter isOurs: Whether a file of that name would be written by us.
    public static func removeLeftovers(in folder: String, where isOurs: (Substring) -> Bool) {
        for entry in (try? Folder.entries(of: folder)) ?? [] {
            guard let name = name(ofTemporary: entry.name), isOurs(name) else { continue }
            let path = "\(folder)/\(entry.name)"
            let descriptor = Descriptor.open(path, O_WRONLY | O_NONBLOCK)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Folder.removeFile(path) }
            close(descriptor)
        }
    }
}
