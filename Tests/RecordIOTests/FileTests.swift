import Foundation
import RecordIO
import TestSupport
import Testing

@Suite struct FileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func appendsCutsAndCloses() throws {
        let file = try OutputFile(creating: folder.path(of: "new"))
        try file.append(([1, 2, 3] as [UInt8]).span.bytes)
        try file.append(([4, 5] as [UInt8]).span.bytes)
        #expect(file.byteCount == 5)
        try file.truncate(to: 2)
        try file.append(([6] as [UInt8]).span.bytes)
        try file.synchronize()
        #expect(!file.isRemoved)
        try file.close()
        try file.close()
        #expect(try folder.read("new") == [1, 2, 6])
    }

    @Test func neverWritesOverAFile() throws {
        let path = try folder.write([1], to: "old")
        #expect(throws: FileError(path: path, action: .create, code: EEXIST)) {
            try OutputFile(creating: path)
        }
        #expect(try folder.read("old") == [1])
    }

    @Test func noticesThatItsFileIsRemoved() throws {
        let file = try OutputFile(creating: folder.path(of: "gone"))
        try FileManager.default.removeItem(atPath: file.path)
        #expect(file.isRemoved)
    }

    @Test func readsAtAnyOffset() throws {
        let file = try InputFile(opening: folder.write([1, 2, 3, 4], to: "file"))
        #expect(try file.byteCount() == 4)
        var memory = [UInt8](repeating: 0, count: 3)
        #expect(try memory.withUnsafeMutableBytes { try file.read(into: $0, at: 2) } == 2)
        #expect(memory == [3, 4, 0])
        #expect(try memory.withUnsafeMutableBytes { try file.read(into: $0, at: 9) } == 0)
    }

    @Test func errorsSayWhatToDo() throws {
        let missing = #expect(throws: FileError.self) {
            try InputFile(opening: folder.path(of: "missing"))
        }
        #expect(
            missing?.description
                == "\(folder.path)/missing: cannot open: No such file or directory; check the path")
        let isFolder = #expect(throws: FileError.self) { try InputFile(opening: folder.path) }
        #expect(isFolder?.code == EISDIR)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func fullDisk() throws {
        let file = OutputFile(descriptor: open("/dev/full", O_WRONLY | O_CLOEXEC), path: "log/x")
        let error = #expect(throws: FileError.self) {
            try file.append(([1] as [UInt8]).span.bytes)
        }
        #expect(file.byteCount == 0)
        #expect(
            error?.description
                == "log/x: cannot write: No space left on device; "
                + "make room on that disk, or choose another folder")
    }

    /// A name as long as names may be has a temporary one, too.
    @Test(arguments: [2, 233, 234, 235, 255]) func stagedFilesOfLongNames(count: Int) throws {
        for letter in ["x", "é"] {
            let name = String(repeating: letter, count: count / letter.utf8.count)
            let file = try StagedFile(folder.path(of: name))
            try file.append(([1] as [UInt8]).span.bytes)
            let names = try folder.names().filter { $0.contains(".tmp-") }
            #expect(names.count == 1)
            #expect(name.hasPrefix(names[0].prefix { $0 != "." }))
            try file.commit()
            #expect(try folder.read(name) == [1])
        }
        let tooLong = String(repeating: "x", count: 256)
        #expect(throws: FileError.self) {
            let file = try StagedFile(folder.path(of: tooLong))
            try file.commit()
        }
        #expect(try !folder.names().contains { $0.contains(".tmp-") })
    }
}
