import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct WriteFailureTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func logFolderThatIsAFile() throws {
        let file = try folder.write([1, 2], to: "file")
        for logdir in [file, "\(file)/run"] {
            let error = #expect(throws: EventFileError.self) {
                try SummaryWriter(logdir: logdir)
            }
            #expect(
                error?.description
                    == "\(file): cannot create: Not a directory; "
                    + "a file stands where a folder is needed: choose another path")
        }
        #expect(try folder.read("file") == [1, 2])
    }

    @Test(.enabled(if: getuid() != 0, "root may write anywhere"))
    func logFolderWithoutPermission() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        let error = #expect(throws: EventFileError.self) { try SummaryWriter(logdir: folder.path) }
        #expect(error?.problem == .system(code: EACCES))
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "only root may mount"))
    func readOnlyFileSystem() throws {
        let disk = try TemporaryFileSystem(bytes: 1 << 16)
        try disk.makeReadOnly()
        let error = #expect(throws: EventFileError.self) { try SummaryWriter(logdir: disk.path) }
        #expect(error?.problem == .system(code: EROFS))
        #expect(
            error?.description.hasSuffix("; change its permissions, or choose another folder")
                == true)
    }

    /// The disk runs full inside a record: everything before it stays readable, the error says so,
    /// and nothing more is written, though there be room again.
    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "only root may mount"))
    func diskThatRunsFull() throws {
        let disk = try TemporaryFileSystem(bytes: 1 << 16)
        let writer = try SummaryWriter(logdir: disk.path)
        let noise = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let image = Image(height: 100, width: 100, channels: 1, pixels: noise)
        let thrown = #expect(throws: EventFileError.self) {
            for step in 1...1000 {
                try writer.add(Summary([.image(image, tag: "i")]), step: Int64(step))
                if step % 5 == 0 { try writer.flush() }
            }
        }
        let error = try #require(thrown)
        #expect(error.path == writer.path)
        #expect(error.problem == .system(code: ENOSPC))
        let written = try events(of: writer.path)
        #expect((2...1000).contains(written.count))
        #expect(written.map(\.step) == [0, 0] + (1...Int64(written.count - 2)))

        for file in try FileManager.default.contentsOfDirectory(atPath: disk.path)
        where !writer.path.hasSuffix(file) {
            try FileManager.default.removeItem(atPath: "\(disk.path)/\(file)")
        }
        #expect(throws: error) { try writer.addScalar(1, tag: "loss", step: 2000) }
        #expect(throws: error) { try writer.flush() }
        #expect(throws: error) { try writer.close() }
        #expect(try events(of: writer.path) == written)
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "only root may mount"))
    func diskThatIsFullFromTheStart() throws {
        let disk = try TemporaryFileSystem(bytes: 4096)
        try Data(repeating: 1, count: 4096).write(to: URL(filePath: "\(disk.path)/filler"))
        let error = #expect(throws: EventFileError.self) { try SummaryWriter(logdir: disk.path) }
        #expect(error?.problem == .system(code: ENOSPC))
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["filler"])
    }

    @Test func fileThatIsRemoved() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        try FileManager.default.removeItem(atPath: writer.path)
        try writer.addScalar(1, tag: "loss", step: 1)
        let error = #expect(throws: EventFileError.self) { try writer.flush() }
        #expect(error?.problem == .removed)
        #expect(throws: EventFileError.self) { try writer.close() }
    }
}
