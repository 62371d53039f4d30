import Foundation
import TensorBoard
import TestSupport
import Testing

@Suite struct EventLogTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func listsTensorFlowsLogs() throws {
        try copy("tensorflow1.tfevents", to: "one/a/x.tfevents.1")
        try copy("tensorflow2.tfevents", to: "two/x.tfevents.1")
        try copy("tensorflow2.tfevents", to: "x.tfevents.1")
        try folder.write([1], to: "one/notes.txt")
        let log = try EventLog(folder: folder.path)
        #expect(log.runs.map(\.name) == [".", "one/a", "two"])
        #expect(log.runs[1].files == ["\(folder.path)/one/a/x.tfevents.1"])

        let one = log.runs[1].values()
        #expect(one.problems == [])
        #expect(
            one.tags.map(\.tag) == [
                "__run_graph__", "loss", "weights", "picture/image/0", "picture/image/1",
                "tone/audio/0",
            ])
        #expect(
            one.tags.map(\.kind) == [.graphs, .scalars, .histograms, .images, .images, .audio])
        #expect(one.tags.map(\.count) == [1, 2, 2, 2, 2, 2])
        #expect(one.tags.dropFirst().allSatisfy { $0.steps ?? (0, 0) == (3, 7) })
        #expect(one.eventCount == 6)

        let two = log.runs[2].values()
        #expect(two.problems == [])
        #expect(two.tags.map(\.tag) == ["loss", "weights", "picture", "note", "tone"])
        #expect(
            two.tags.map(\.kind.description)
                == ["scalars", "histograms", "images", "text", "audio"])
        #expect(two.tags.map(\.count) == [3, 3, 1, 1, 1])
        #expect(two.tags.map(\.steps?.first) == [1, 1, 2, 2, 2])
        #expect(two.tags.map(\.steps?.last) == [5, 5, 2, 2, 2])
    }

    /// Pipes, sockets and devices are named for what they are; the others are read.
    @Test func whatIsNamedLikeAnEventFile() throws {
        try copy("tensorflow2.tfevents", to: "run/x.tfevents.1")
        let pipe = folder.path(of: "run/pipe.tfevents.2")
        try #require(mkfifo(pipe, 0o600) == 0)
        for (name, target) in [("null", "/dev/null"), ("link", pipe), ("gone", "/nowhere")] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path(of: "run/\(name).tfevents"), withDestinationPath: target)
        }
        try #require(mkfifo(folder.path(of: "run/other"), 0o600) == 0)
        let log = try EventLog(folder: folder.path)
        #expect(log.runs.map { $0.files.count } == [1])
        #expect(
            log.problems.map(\.description) == [
                "\(folder.path)/run/link.tfevents: is a pipe, not a file; check the path",
                "\(folder.path)/run/null.tfevents: is a device, not a file; check the path",
                "\(pipe): is a pipe, not a file; check the path",
            ])
        var follower = EventFollower(folder: folder.path)
        for count in [3, 0] {
            var problems = 0
            try follower.poll { if case .problem = $0.news { problems += 1 } }
            #expect(problems == count)
        }
    }

    @Test func readsTensorFlowsEvents() throws {
        let events = try events(of: Fixtures.path("tensorflow1.tfevents"))
        #expect(
            events.first?.content
                == .fileVersion("brain.Event:2", writer: "tensorflow.core.util.events_writer"))
        #expect(events.last?.content == .session(.start))
        let values = events.flatMap(\.values)
        #expect(values[0].content == .scalar(0.5))
        #expect(values[1].content == .histogram(Histogram(counting: [1, 2] as [Float])))
        guard case .image(2, 2, 1, let png) = values[2].content else {
            Issue.record("no picture: \(values[2])")
            return
        }
        #expect(try DecodedPNG(png).pixels == [255, 255, 255, 255])
        guard case .audio(8000, 1, 8, let sound) = values[4].content else {
            Issue.record("no sound: \(values[4])")
            return
        }
        #expect(sound.starts(with: "RIFF".utf8))
        let tensors = try TensorBoardTests.events(of: Fixtures.path("tensorflow2.tfevents"))
        guard case .tensor(let loss) = tensors[1].values[0].content else {
            Issue.record("no tensor: \(tensors[1])")
            return
        }
        #expect(loss.type == DataType.float.rawValue && loss.shape == [])
        #expect(loss.elements == .floats([1]))
        #expect(tensors[1].values[0].metadata?.description == "*falls*")
    }

    @Test func checkNamesTheFirstDamage() throws {
        let writer = try SummaryWriter(logdir: folder.path(of: "run"))
        for step in 1...3 { try writer.addScalar(1, tag: "loss", step: Int64(step)) }
        try writer.close()
        let offsets = try events(of: writer.path).map(\.offset)
        #expect(reports().map(\.eventCount) == [5])
        #expect(reports().map(\.problem) == [nil])

        let name = "run/" + (try #require(writer.path.split(separator: "/").last))
        let whole = try folder.read(name)
        var damaged = whole
        damaged[offsets[3] + 20] ^= 1
        try folder.write(damaged, to: name)
        let report = try #require(reports().first)
        #expect(report.eventCount == 3)
        #expect(report.byteCount == offsets[3])
        #expect(report.problem?.problem == .damagedData)
        #expect(report.problem?.offset == offsets[3])
        #expect(
            report.problem?.description == "\(writer.path): damaged at byte \(offsets[3]): "
                + "a record's data have a wrong checksum")

        try folder.write(whole.dropLast(), to: name)
        #expect(reports().first?.problem?.problem == .truncated)
        let values = try EventLog(folder: folder.path).runs[0].values()
        #expect(values.eventCount == 4)
        #expect(values.problems.map(\.offset) == [offsets[4]])
    }

    @Test func aFileCanBeReadWhileItGrows() throws {
        let writer = try SummaryWriter(logdir: folder.path)
        var reader = try EventFileReader(path: writer.path)
        #expect(try reader.next() != nil && reader.next() != nil)
        for step in 1...3 {
            #expect(try reader.next() == nil)
            try writer.addScalar(1, tag: "loss", step: Int64(step))
            try writer.flush()
            #expect(try reader.next()?.step == Int64(step))
        }
    }

    @Test func missingFolder() {
        let error = #expect(throws: EventFileError.self) {
            try EventLog(folder: folder.path(of: "none"))
        }
        #expect(error?.description.hasSuffix("No such file or directory; check the path") == true)
    }

    private func copy(_ fixture: String, to name: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: folder.path(of: name)).deletingLastPathComponent(),
            withIntermediateDirectories: true)
        try folder.write(Fixtures.bytes(fixture), to: name)
    }

    private func reports() -> [EventLog.FileReport] {
        var reports: [EventLog.FileReport] = []
        (try? EventLog(folder: folder.path))?.check { reports.append($0) }
        return reports
    }
}
