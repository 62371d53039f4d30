import Foundation
import TensorBoard
import TestSupport
import Testing

/// A writer in a folder that holds a log already hides nothing of it, unless it is asked to.
@Suite struct GoingOnTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func log(
        _ steps: Range<Int64>, tag: String = "loss", purgeStep: Int64? = nil,
        _ more: (SummaryWriter) throws -> Void = { _ in }
    ) throws {
        var options = SummaryWriter.Options()
        options.purgeStep = purgeStep
        let writer = try SummaryWriter(logdir: folder.path(of: "run"), options: options)
        for step in steps { try writer.addScalar(Float(step), tag: tag, step: step) }
        try more(writer)
        try writer.close()
    }

    /// The event files, in the order of their names' bytes.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "run"))
            .filter { $0.contains("tfevents") }
            .sorted { ExactName($0) < ExactName($1) }
    }

    /// The steps of the starts in each file.
    func starts() throws -> [[Int64]] {
        try files().map { name in
            try events(of: folder.path(of: "run/\(name)")).filter { $0.content == .session(.start) }
                .map(\.step)
        }
    }

    func makeFile(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "run"), withIntermediateDirectories: true)
        try folder.write([], to: "run/events.out.tfevents.\(name)")
    }

    @Test func onlyTheFirstFileStarts() throws {
        try log(0..<5)
        try log(5..<8)
        try log(0..<1, tag: "test/accuracy")
        #expect(try starts() == [[0], [], []])
    }

    /// TensorBoard takes a run's first start for its beginning: it purges nothing.
    @Test func purgeIsWrittenWhereItIsHeeded() throws {
        try makeFile("1000000000.other")
        try log(0..<8)
        try log(3..<5, purgeStep: 3)
        try log(4..<5, purgeStep: 4)
        #expect(try starts() == [[], [], [3, 3], [4]])
        let run = try #require(try EventLog(folder: folder.path).runs.first)
        #expect(run.name == "run" && run.files.count == 4)
    }

    /// Other programs name files otherwise. TensorBoard reads on in the order of names.
    @Test(arguments: [
        "run.tfevents", "tfevents", "my.tfevents.old", "events.out.tfevents.99999.h",
        "events.out.tfevents.host", "events.out.tfevents.9999999999.h", "z\u{301}.tfevents",
        "a.tfevents",
    ])
    func comesAfterFilesOfAnyName(name: String) throws {
        try makeFile("1")
        try FileManager.default.moveItem(
            atPath: folder.path(of: "run/events.out.tfevents.1"),
            toPath: folder.path(of: "run/\(name)"))
        for number in 1...4 {
            let known = Set(try files())
            try log(0..<1)
            let names = try files()
            #expect(names.count == number + 1)
            #expect(names.last.map { !known.contains($0) } == true, "\(names)")
        }
        #expect(try Set(files().dropFirst().map(\.utf8.count)).count == 1)
    }

    @Test func writersThatAreOpenAtOnceStartOnce() throws {
        let writers = try (0..<4).map { _ in
            try SummaryWriter(logdir: folder.path(of: "run"))
        }
        for (index, writer) in writers.enumerated() {
            try writer.addScalar(1, tag: "loss/\(index)", step: 3)
        }
        for writer in writers { try writer.close() }
        #expect(try starts() == [[0], [], [], []])
    }

    @Test func laterFilesSortLater() throws {
        // A clock that went back, a second whose files have names behind ours, letters that Unicode
        // composes, and a number that ran over.
        for name in ["4000000000.z", "4000000000.vm.é", "4000000000.vm.e\u{301}"] {
            try makeFile(name)
        }
        for _ in 0..<3 { try log(0..<1) }
        let names = try files()
        #expect(names.suffix(3).allSatisfy { $0.contains(".\(getpid()).") })
        #expect(names.count == 6)
    }

    // MARK: Steps that are left out

    @Test func lastStepIsTheGreatestOfTheRun() throws {
        let first = try SummaryWriter(logdir: folder.path(of: "run"))
        #expect(first.lastStep == nil)
        try first.addHParams(["rate": 1])
        try first.addScalars(["a": 1], tag: "both", step: -3)
        #expect(first.lastStep == -3)
        try first.addText("x", tag: "note", step: 40)
        try first.addScalar(1, tag: "loss", step: 7)
        #expect(first.lastStep == 40)
        try first.close()
        let second = try SummaryWriter(logdir: folder.path(of: "run"))
        #expect(second.lastStep == 40)
        try second.addScalar(1, tag: "loss", step: 41)
        #expect(second.lastStep == 41)
        var options = SummaryWriter.Options()
        options.purgeStep = 8
        let resumed = try SummaryWriter(logdir: folder.path(of: "run"), options: options)
        #expect(resumed.lastStep == 7)
    }

    @Test func resultsAreOfTheLastStep() throws {
        try log(0..<100) { try $0.endHParams(metrics: ["loss": 13]) }
        try log(0..<0) { try $0.addHParams(["rate": 1], metrics: ["loss": 14, "new": 1]) }
        try log(0..<0) { try $0.endHParams(metrics: ["new": 2], step: 300) }
        var steps: [String: [Int64]] = [:]
        for name in try files() {
            for event in try events(of: folder.path(of: "run/\(name)")) {
                for value in event.values { steps[value.tag, default: []].append(event.step) }
            }
        }
        #expect(steps["loss"] == Array(0..<100) + [99, 99])
        #expect(steps["new"] == [99, 300])
    }

    @Test func embeddingsWithoutAStepStandBesideEachOther() throws {
        let embedding = Embedding([1, 2], dimensions: 1)
        try log(0..<5) { writer in
            try writer.addEmbedding(embedding)
            try writer.addEmbedding(embedding)
            try writer.addEmbedding(embedding, tag: "other")
            try writer.addEmbedding(embedding, step: 2)
            try writer.addEmbedding(embedding, step: 2)
        }
        try log(0..<0) { try $0.addEmbedding(embedding) }
        let configuration = String(
            decoding: try folder.read("run/projector_config.pbtxt"), as: UTF8.self)
        let names = configuration.matches(of: /tensor_name: "(.*)"/).map { String($0.1) }
        #expect(
            names == [
                "default:00004", "default:00005", "other:00004", "default:00002", "default:00006",
            ])
    }
}

/// What users see of it.
@Suite(.waiting, .enabled(if: TensorBoardServer.program != nil, "TENSORBOARD names no TensorBoard"))
struct GoingOnInTensorBoardTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func points(_ server: TensorBoardServer, _ run: String, _ tag: String, _ count: Int)
        async throws
        -> [String]
    {
        let data = try await server.data(
            "plugin/scalars/scalars", ["run": run, "tag": tag],
            until: { data in
                let points = try? JSONSerialization.jsonObject(with: data) as? [[Any]]
                return points?.count == count
            })
        let points = try JSONSerialization.jsonObject(with: data) as? [[Any]] ?? []
        return points.map { "\($0[1]):\($0[2])" }
    }

    @Test(arguments: [true, false])
    func nothingVanishes(isFast: Bool) async throws {
        func log(
            _ run: String, _ steps: Range<Int64>, purgeStep: Int64? = nil,
            _ more: (SummaryWriter) throws -> Void = { _ in }
        ) throws {
            var options = SummaryWriter.Options()
            options.purgeStep = purgeStep
            let writer = try SummaryWriter(logdir: folder.path(of: run), options: options)
            for step in steps { try writer.addScalar(Float(step), tag: "loss", step: step) }
            try more(writer)
            try writer.close()
        }
        try log("second", 0..<5)
        try log("second", 5..<8)
        try log("score", 0..<100)
        try log("score", 0..<0) { try $0.addScalar(0.5, tag: "test/accuracy", step: 0) }
        let pair = try (0..<2).map { _ in try SummaryWriter(logdir: folder.path(of: "pair")) }
        for step in 0..<5 as Range<Int64> {
            for (writer, tag) in zip(pair, ["one", "two"]) {
                try writer.addScalar(Float(step), tag: tag, step: step)
            }
        }
        for writer in pair { try writer.close() }
        try log("results", 0..<100) { try $0.endHParams(metrics: ["loss": 13]) }
        try log("later", 0..<100)
        try log("later", 0..<0) { try $0.endHParams(metrics: ["loss": 13]) }
        try log("resumed", 0..<10)
        try log("resumed", 6..<8, purgeStep: 6)

        let server = try TensorBoardServer(
            logdir: folder.path, options: ["--load_fast=\(isFast)", "--reload_interval=1"])
        func numbers(_ range: Range<Int>) -> [String] { range.map { "\($0):\(Float($0))" } }
        // The default reader has one value a step, the last.
        let results = (isFast ? numbers(0..<99) : numbers(0..<100)) + ["99:13.0"]
        let expected: [(run: String, tag: String, points: [String])] = [
            ("second", "loss", numbers(0..<8)), ("score", "loss", numbers(0..<100)),
            ("score", "test/accuracy", ["0:0.5"]), ("pair", "one", numbers(0..<5)),
            ("pair", "two", numbers(0..<5)), ("results", "loss", results),
            ("later", "loss", results), ("resumed", "loss", numbers(0..<8)),
        ]
        for (run, tag, points) in expected {
            let shown = try await self.points(server, run, tag, points.count)
            #expect(shown == points, "\(run) \(tag)")
        }
    }
}
