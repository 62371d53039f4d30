import Checkpoints
import Foundation
import RecordIO
import TestSupport
import Testing

/// Writes that fail: all that was there stays, and nothing is added.
struct WriteFailureTests {
    private func tensors(
        count: Int, value: Float
    ) -> [(name: String, tensor: TensorValue)] {
        [("v", TensorValue([Float](repeating: value, count: count), shape: [count]))]
    }

    /// The names and bytes of all files of a folder.
    private func contents(of path: String) throws -> [String: Data] {
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Data(contentsOf: URL(filePath: "\(path)/\($0)")))
            })
    }

    /// The system's number for the reason why `body` fails.
    private func code(_ body: () throws -> Void) -> Int32? {
        do {
            try body()
        } catch let error as CheckpointError {
            if case .system(let error) = error.problem { return error.code }
        } catch {}
        return nil
    }

    /// Whatever room there is, from none to enough, a save succeeds or changes nothing.
    @Test(
        .enabled(if: TemporaryFileSystem.isAvailable, "only root may mount"),
        arguments: Array(stride(from: 0, through: 112, by: 4)))
    func diskThatRunsFull(freeKilobytes: Int) throws {
        let disk = try TemporaryFileSystem(bytes: 256 << 10)
        let saver = try CheckpointSaver(folder: disk.path, maxToKeep: 1)
        try saver.save(tensors(count: 6000, value: 1), globalStep: 1)
        let used = 24 + 4 + 4 + 4  // The data, the index, the state file, in kilobytes; and a page.
        try Data(count: (256 - used - freeKilobytes) << 10)
            .write(to: URL(filePath: "\(disk.path)/filler"))
        let before = try contents(of: disk.path)

        for step in [1, 2] {
            let code = code { try saver.save(tensors(count: 6000, value: 2), globalStep: step) }
            if code == nil { return }
            #expect(code == ENOSPC)
            #expect(try contents(of: disk.path) == before)
            #expect(saver.checkpoints == ["\(disk.path)/model.ckpt-1"])
        }
        // Emptied, not removed: a process that another test starts at this moment may hold it open,
        // and with it the room that it takes.
        try Data().write(to: URL(filePath: "\(disk.path)/filler"))
        try saver.save(tensors(count: 6000, value: 3), globalStep: 2)
        #expect(
            try Checkpoint(opening: saver.checkpoints[0]).tensor(named: "v")
                == tensors(count: 6000, value: 3)[0].tensor)
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "only root may mount"))
    func readOnlyFileSystem() throws {
        let disk = try TemporaryFileSystem(bytes: 256 << 10)
        let saver = try CheckpointSaver(folder: disk.path)
        try saver.save(tensors(count: 10, value: 1), globalStep: 1)
        try disk.makeReadOnly()
        #expect(code { try saver.save(tensors(count: 10, value: 1), globalStep: 2) } == EROFS)
        #expect(try CheckpointSaver(folder: disk.path).checkpoints == saver.checkpoints)
        #expect(code { _ = try CheckpointSaver(folder: "\(disk.path)/new") } == EROFS)
    }

    @Test func aFolderThatIsNotThere() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: CheckpointError.self) {
            try Checkpoint.write([], to: folder.path(of: "none/model"))
        }
        let path = folder.path(of: "none/model.data-00000-of-00001")
        #expect(error?.problem == .system(FileError(path: path, action: .create, code: ENOENT)))
    }

    @Test func aFileInPlaceOfTheFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write([1], to: "file")
        #expect(code { _ = try CheckpointSaver(folder: folder.path(of: "file")) } == ENOTDIR)
        #expect(try folder.read("file") == [1])
    }

    @Test(arguments: ["model.ckpt-1.index", "model.ckpt-1.data-00000-of-00001", "checkpoint"])
    func aFolderInPlaceOfAFile(name: String) throws {
        let folder = try TemporaryFolder()
        let saver = try CheckpointSaver(folder: folder.path)
        try folder.makeFolder(name)
        #expect(code { try saver.save(tensors(count: 10, value: 1), globalStep: 1) } == EISDIR)
        #expect(try folder.names() == [name])
    }
}
