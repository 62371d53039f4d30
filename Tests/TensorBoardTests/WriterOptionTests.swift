import Foundation
import Synchronization
import TensorBoard
import TestSupport
import Testing

@Suite(.waiting) struct WriterOptionTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func filesRotateBySize() throws {
        var options = SummaryWriter.Options()
        options.maximumFileSize = 2000
        options.fileNameSuffix = ".v2"
        options.purgeStep = 5
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        let first = writer.path
        let metadata = Summary.Metadata(displayName: "Loss", description: "*falls*")
        for step in 0..<500 {
            try writer.add(
                Summary([.init(tag: "loss", content: .scalar(1), metadata: metadata)]),
                step: Int64(step))
            try writer.addScalar(Float(step), tag: "plain", step: Int64(step))
            if step % 100 == 7 { try writer.flush() }
        }
        try writer.close()
        let names = try folder.names()
        #expect(names.count > 10)
        #expect(names.allSatisfy { $0.hasSuffix(".v2") })
        #expect(folder.path(of: names[0]) == first)
        #expect(folder.path(of: names[names.count - 1]) == writer.path)
        var steps: [Int64] = []
        for (index, name) in names.enumerated() {
            let all = try events(of: folder.path(of: name))
            let size = try folder.read(name).count
            #expect(size < 2200 && (index == names.count - 1 || size >= 2000))
            guard case .fileVersion = all[0].content else {
                Issue.record("\(name) begins with \(all[0])")
                continue
            }
            // Only the first file says that logging starts.
            let starts = all.filter { $0.content == .session(.start) }
            #expect(starts.map(\.step) == (index == 0 ? [5] : []))
            // Each file says again what its tags are.
            for tag in ["loss", "plain"] {
                let described = all.flatMap(\.values).filter { $0.tag == tag }.map(\.metadata)
                #expect(described.first.map { $0?.pluginName == "scalars" } ?? true)
                #expect(described.dropFirst().allSatisfy { $0 == nil })
            }
            steps += all.filter { $0.values.first?.tag == "plain" }.map(\.step)
        }
        #expect(steps == Array(0..<500))
    }

    @Test func filesThatHoldNextToNothingHoldAnEvent() throws {
        var options = SummaryWriter.Options()
        options.maximumFileSize = 1
        let writer = try SummaryWriter(logdir: folder.path, options: options)
        for step in 1...5 as ClosedRange<Int64> {
            try writer.addScalar(1, tag: "loss", step: step)
        }
        try writer.close()
        let files = try folder.names().map { try events(of: folder.path(of: $0)) }
        #expect(files.map { $0.last?.step } == [0, 1, 2, 3, 4, 5])
    }

    @Test func nothingIsPurgedUnlessAsked() throws {
        try SummaryWriter(logdir: folder.path).close()
        let writer = try SummaryWriter(logdir: folder.path)
        try writer.close()
        #expect(try events(of: writer.path).count == 1)
    }

    @Test(arguments: ["a/b", "../x", "nul\0"])
    func suffixesThatNameOtherFilesAreRefused(suffix: String) throws {
        var options = SummaryWriter.Options()
        options.fileNameSuffix = suffix
        let error = #expect(throws: EventFileError.self) {
            try SummaryWriter(logdir: folder.path, options: options)
        }
        #expect(error?.problem == .system(code: EINVAL))
        #expect(try folder.names().isEmpty)
    }

    // MARK: Going on after failures

    /// What `report` was told.
    final class Reports: Sendable {
        let errors = Mutex<[EventFileError]>([])

        var options: SummaryWriter.Options {
            var options = SummaryWriter.Options()
            options.failurePolicy = .dropping { error in self.errors.withLock { $0.append(error) } }
            return options
        }

        var problems: [EventFileError.Problem] { errors.withLock { $0.map(\.problem) } }
    }

    @Test func goesOnInANewFileWhenTheFolderIsRemoved() throws {
        let reports = Reports()
        let logdir = folder.path(of: "run")
        let writer = try SummaryWriter(logdir: logdir, options: reports.options)
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.flush()
        let first = writer.path
        try FileManager.default.removeItem(atPath: logdir)
        try writer.addScalar(2, tag: "loss", step: 2)
        try writer.flush()
        #expect(reports.problems == [.removed])
        #expect(writer.droppedEvents == 1)
        // At once it is not tried again.
        try writer.addScalar(3, tag: "loss", step: 3)
        try writer.flush()
        #expect(writer.droppedEvents == 2 && reports.problems.count == 1)
        Thread.sleep(forTimeInterval: 1.1)
        try writer.addScalar(4, tag: "loss", step: 4)
        try writer.close()
        #expect(writer.droppedEvents == 2 && writer.path != first)
        let written = try events(of: writer.path)
        #expect(written.map(\.step) == [0, 4])
        #expect(written[1].values[0].metadata?.pluginName == "scalars")
    }

    @Test func startsWithoutAFolder() throws {
        let reports = Reports()
        let file = try folder.write([], to: "file")
        let writer = try SummaryWriter(logdir: file, options: reports.options)
        #expect(writer.path == file)
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.close()
        #expect(writer.droppedEvents == 1)
        #expect(reports.problems == [.system(code: ENOTDIR)])
        #expect(try folder.read("file").isEmpty)
    }

    @Test(.enabled(if: TemporaryFileSystem.isAvailable, "only root may mount"))
    func goesOnInTheSameFileWhenThereIsRoomAgain() throws {
        let disk = try TemporaryFileSystem(bytes: 1 << 16)
        let filler = "\(disk.path)/filler"
        let reports = Reports()
        let writer = try SummaryWriter(logdir: "\(disk.path)/run", options: reports.options)
        try writer.addScalar(1, tag: "loss", step: 1)
        try writer.flush()
        let room =
            try FileManager.default.attributesOfFileSystem(forPath: disk.path)[
                .systemFreeSize] as? Int
        try Data(repeating: 1, count: try #require(room)).write(to: URL(filePath: filler))
        // More than what is left of the file's last page.
        for step in 2...1000 { try writer.addScalar(1, tag: "other", step: Int64(step)) }
        try writer.flush()
        let dropped = writer.droppedEvents
        #expect((1...999).contains(dropped))
        #expect(reports.problems == [.system(code: ENOSPC)])
        try FileManager.default.removeItem(atPath: filler)
        Thread.sleep(forTimeInterval: 1.1)
        try writer.addScalar(1, tag: "other", step: 2000)
        try writer.close()
        let written = try events(of: writer.path)
        #expect(written.count == 2 + 1 + 999 - dropped + 1)
        #expect(written.last?.step == 2000)
        #expect(written.last?.values[0].metadata != nil, "what it said of the tag may be lost")
        #expect(writer.droppedEvents == dropped)
    }

    // MARK: Forks, signals and the program's end

    @Test func forkedWriterLeavesTheFileAlone() throws {
        typealias Fork = @convention(c) () -> pid_t
        let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
        for isDropping in [false, true] {
            let reports = Reports()
            let writer = try SummaryWriter(
                logdir: folder.path(of: "\(isDropping)"),
                options: isDropping ? reports.options : .init())
            try writer.addScalar(1, tag: "loss", step: 1)
            let child = fork()
            if child == 0 {
                // Nothing but what a copy may do: no test's machinery, no other thread.
                var status: Int32 = isDropping && writer.droppedEvents == 0 ? 0 : 1
                do throws(EventFileError) {
                    try writer.addScalar(2, tag: "loss", step: 2)
                    try writer.flush()
                    if isDropping, writer.droppedEvents == 1 { status = 42 }
                } catch {
                    if !isDropping, error.problem == .forked { status = 42 }
                }
                try? writer.close()
                _exit(status)
            }
            var status: Int32 = 0
            waitpid(child, &status, 0)
            #expect(status >> 8 & 255 == 42 && status & 127 == 0)
            try writer.addScalar(3, tag: "loss", step: 3)
            try writer.close()
            #expect(try events(of: writer.path).map(\.step) == [0, 0, 1, 3])
        }
    }

    /// A writer of the copy's own works, and is closed at the copy's end; the original's is not.
    @Test func forkedProcessMayHaveItsOwnWriter() async throws {
        await #expect(processExitsWith: .exitCode(0)) { [path = folder.path as String] in
            typealias Fork = @convention(c) () -> pid_t
            let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
            let parents = try SummaryWriter(logdir: path)
            try parents.addScalar(1, tag: "parent", step: 1)
            let child = fork()
            if child == 0 {
                let own = try SummaryWriter(logdir: path)
                try own.addScalar(1, tag: "child", step: 2)
                exit(7)
            }
            var status: Int32 = 0
            waitpid(child, &status, 0)
            exit(status == 7 << 8 ? 0 : 1)
        }
        let files = try folder.names()
        #expect(files.count == 2)
        let tags = try files.map {
            try events(of: folder.path(of: $0)).flatMap(\.values).map(\.tag)
        }
        #expect(tags == [["parent"], ["child"]])
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func nothingIsLostAtASignal(signal: Int32) async throws {
        await #expect(processExitsWith: .signal(signal)) { [path = folder.path as String, signal] in
            SummaryWriter.flushOnSignals()
            SummaryWriter.flushOnSignals()
            var options = SummaryWriter.Options()
            options.flushInterval = .seconds(1000)
            let writer = try SummaryWriter(logdir: path, options: options)
            try writer.addScalar(1, tag: "loss", step: 1)
            kill(getpid(), signal)
            while true { sleep(100) }
        }
        let file = try #require(try folder.names().first)
        #expect(try events(of: folder.path(of: file)).count == 3)
    }

    /// The program's own handler still runs, the program goes on, and what it ignores is ignored.
    @Test func signalsOfTheProgramStayItsOwn() async throws {
        await #expect(processExitsWith: .exitCode(5)) { [path = folder.path as String] in
            signal(SIGUSR2, SIG_IGN)
            signal(SIGUSR1) { _ in _ = write(STDERR_FILENO, "handled\n", 8) }
            SummaryWriter.flushOnSignals([SIGUSR1, SIGUSR2, SIGTERM])
            var options = SummaryWriter.Options()
            options.flushInterval = .seconds(1000)
            let writer = try SummaryWriter(logdir: path, options: options)
            for step in 1...3 as ClosedRange<Int64> {
                try writer.addScalar(1, tag: "loss", step: step)
                kill(getpid(), SIGUSR1)
                kill(getpid(), SIGUSR2)
                let start = ContinuousClock.now
                while try events(of: writer.path).last?.step != step {
                    if start.duration(to: .now) > .seconds(20) { exit(1) }
                    usleep(5000)
                }
            }
            exit(5)
        }
    }
}
