import Foundation
import RecordIO
import TestSupport
import Testing

@Suite struct FolderTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test(arguments: ["a", "a/b/c", "a//b/", "./a/../b"])
    func makesFoldersAbove(path: String) throws {
        let path = folder.path(of: path)
        for _ in 1...2 { try Folder.create(path) }
        #expect(try Folder.isFolder(path))
    }

    /// A mark behind a slash is one character with it to Swift, and none to the system.
    @Test(arguments: ["a/\u{301}b/c", "\u{301}/\u{301}\u{301}/", "x//\u{20dd}"])
    func makesFoldersThatBeginWithAMark(path: String) throws {
        let path = folder.path(of: path)
        try Folder.create(path)
        #expect(try Folder.isFolder(path))
    }

    @Test func fileInTheWay() throws {
        let file = try folder.write([], to: "file")
        for path in [file, "\(file)/a", "\(file)/a/b"] {
            #expect(throws: FileError(path: file, action: .create, code: ENOTDIR)) {
                try Folder.create(path)
            }
        }
        #expect(try !Folder.isFolder(file))
        #expect(try !Folder.isFolder(folder.path(of: "missing")))
        #expect(try !Folder.isFolder("\(file)/below"))
    }

    @Test func entriesByName() throws {
        try folder.write([], to: "b")
        try folder.write([], to: ".hidden")
        try Folder.create(folder.path(of: "a"))
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: folder.path(of: "link"), withDestinationPath: folder.path(of: "a"))
        try files.createSymbolicLink(
            atPath: folder.path(of: "nowhere"), withDestinationPath: "missing")
        let entries = try Folder.entries(of: folder.path)
        #expect(entries.map(\.name) == [".hidden", "a", "b", "link"])
        #expect(entries.map(\.isFolder) == [false, true, false, true])
        #expect(entries[1].identity == entries[3].identity)
        #expect(entries[1].identity != entries[2].identity)
        #expect(throws: FileError.self) { try Folder.entries(of: folder.path(of: "b")) }
    }
}
