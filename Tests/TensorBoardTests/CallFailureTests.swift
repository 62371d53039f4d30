import Foundation
import RecordIO
import Synchronization
import TensorBoard
import TestSupport
import Testing

/// A failure that belongs to one call ends nothing else.
@Suite(.waiting) struct CallFailureTests {
    let folder: TemporaryFolder
    let embedding = Embedding([1, 2], dimensions: 1)

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func oneEmbeddingFailsAlone() throws {
        // Files where folders are needed.
        for name in ["00003", "00004"] { try folder.write([], to: name) }
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.addEmbedding(embedding, tag: "bad one", step: 3)
        try writer.addEmbedding(embedding, tag: "good", step: 5)
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.addEmbedding(embedding, tag: "bad two", step: 4)
        let error = #expect(throws: EventFileError.self) { try writer.flush() }
        #expect(error?.path.hasSuffix("/00003") == true)
        #expect(error?.description.contains("\"bad one\" of step 3") == true)
        #expect(error?.description.hasSuffix("; and 1 more") == true)
        // It is told once.
        try writer.flush()
        try writer.addScalar(2, tag: "loss", step: 2)
        try writer.addEmbedding(embedding, tag: "bad again", step: 3)
        let last = #expect(throws: EventFileError.self) { try writer.close() }
        #expect(last?.description.contains("\"bad again\"") == true)
        #expect(try events(of: writer.path).map(\.step) == [0, 0, 1, 2])
        #expect(writer.droppedEvents == 0)
        let configuration = String(
            decoding: try folder.read("projector_config.pbtxt"), as: UTF8.self)
        #expect(configuration.matches(of: /tensor_name/).count == 1)
    }

    @Test func oneEmbeddingIsDroppedAlone() throws {
        try folder.write([], to: "00003")
        let errors = Mutex<[EventFileError]>([])
        var options = SummaryWriter.Options()
        options.failurePolicy = .dropping { error in errors.withLock { $0.append(error) } }
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        try writer.addEmbedding(embedding, tag: "bad", step: 3)
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.close()
        #expect(writer.droppedEvents == 1)
        #expect(errors.withLock { $0.map(\.problem) } == [.system(code: ENOTDIR)])
        #expect(try events(of: writer.path).map(\.step) == [0, 0, 1])
    }

    /// Names of any length, with file names that differ where the names do.
    @Test func longTagsHaveFilesOfTheirOwn() throws {
        let long = String(repeating: "層", count: 29)
        let tags = [
            long, long + "a", String(repeating: "x", count: 300),
            String(repeating: "x", count: 299) + "y", String(repeating: "/", count: 5000),
            "short",
        ]
        let writer = try SummaryWriter(logdir: folder.path)
        for tag in tags { try writer.addEmbedding(embedding, tag: tag, step: 1) }
        try writer.close()
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: folder.path(of: "00001"))
        #expect(folders.count == tags.count && folders.contains("short"))
        let configuration = String(
            decoding: try folder.read("projector_config.pbtxt"), as: UTF8.self)
        let paths = configuration.matches(of: /tensor_path: "(.*)"/).map { String($0.1) }
        #expect(Set(paths).count == tags.count)
        for path in paths {
            #expect(FileManager.default.fileExists(atPath: folder.path(of: path)))
        }
    }

    @Test func namesAreShortenedToWhatFits() {
        #expect(FileName.shortened("loss") == "loss")
        let edge = String(repeating: "a", count: 200)
        #expect(FileName.shortened(edge) == edge)
        for name in [
            edge + "a", String(repeating: "é", count: 101), String(repeating: "😀", count: 400),
        ] {
            let short = FileName.shortened(name)
            #expect((190...200).contains(short.utf8.count))
            #expect(name.hasPrefix(short.prefix { $0 != "~" }))
            #expect(FileName.shortened(name + "b") != short)
            #expect(FileName.shortened(name) == short)
        }
        #expect(FileName.shortened("abcdefghijklmnopqrstuvwxyz", to: 20).hasPrefix("abc~"))
    }

    // MARK: Places

    /// What is in the file that was moved is not lost, so it is not counted as dropped.
    @Test(arguments: ["run", "run/deep"])
    func folderThatIsRenamed(name: String) throws {
        let writer = try SummaryWriter(logdir: folder.path(of: name))
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.flush()
        try FileManager.default.moveItem(
            atPath: folder.path(of: "run"), toPath: folder.path(of: "moved"))
        try writer.addScalar(2, tag: "loss", step: 2)
        let error = #expect(throws: EventFileError.self) { try writer.flush() }
        #expect(error?.problem == .removed)
        #expect(error?.description.contains("gone from there") == true)
        #expect(throws: EventFileError.self) { try writer.close() }
        let moved = writer.path.replacingOccurrences(of: "/run/", with: "/moved/")
        #expect(try events(of: moved).map(\.step) == [0, 0, 1, 2])
    }

    @Test func goesOnWhereTheFolderWas() throws {
        let errors = Mutex<[EventFileError]>([])
        var options = SummaryWriter.Options()
        options.failurePolicy = .dropping { error in errors.withLock { $0.append(error) } }
        let writer = try SummaryWriter(logdir: folder.path(of: "run"), options: options)
        let first = writer.path
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.flush()
        try FileManager.default.moveItem(
            atPath: folder.path(of: "run"), toPath: folder.path(of: "moved"))
        try writer.addScalar(2, tag: "loss", step: 2)
        try writer.flush()
        #expect(errors.withLock { $0.map(\.problem) } == [.removed])
        #expect(writer.droppedEvents == 0)
        Thread.sleep(forTimeInterval: 1.1)
        try writer.addScalar(3, tag: "loss", step: 3)
        try writer.close()
        #expect(writer.path != first && writer.path.hasPrefix(folder.path(of: "run/")))
        #expect(try events(of: writer.path).map(\.step) == [0, 3])
        let moved = first.replacingOccurrences(of: "/run/", with: "/moved/")
        #expect(try events(of: moved).map(\.step) == [0, 0, 1, 2])
    }

    /// A program may go to another folder, from which the path that it gave leads nowhere.
    @Test func aRelativePathStaysGood() async throws {
        await #expect(processExitsWith: .exitCode(3)) { [path = folder.path as String] in
            chdir(path)
            let writer = try SummaryWriter(logdir: "run")
            chdir("/")
            try writer.addScalar(1, tag: "loss", step: 1)
            try writer.close()
            exit(3)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "run")).count == 1)
    }

    @Test(arguments: ["nowhere", "../nowhere/at/all"])
    func linkThatLeadsNowhere(target: String) throws {
        let link = folder.path(of: "link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        for logdir in [link, "\(link)/run"] {
            let error = #expect(throws: EventFileError.self) { try SummaryWriter(logdir: logdir) }
            #expect(
                error?.description
                    == "\(link): cannot create: a link to \(target), where there is nothing; make "
                    + "what it leads to, or choose another path")
        }
    }
}
