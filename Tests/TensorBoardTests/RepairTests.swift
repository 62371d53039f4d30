import Foundation
import RecordIO
import TensorBoard
import TestSupport
import Testing

/// What a repair makes of damaged files.
@Suite(.waiting) struct RepairTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "new"), withIntermediateDirectories: true)
    }

    /// Writes files into a run, and repairs them.
    @discardableResult
    func repaired(_ files: [String: [UInt8]]) throws -> [EventLog.RepairReport] {
        try FileManager.default.createDirectory(
            atPath: folder.path(of: "log"), withIntermediateDirectories: true)
        for (name, bytes) in files { try folder.write(bytes, to: "log/\(name)") }
        var reports: [EventLog.RepairReport] = []
        let run = try #require(try EventLog(folder: folder.path(of: "log")).runs.first)
        try run.repair(into: folder.path(of: "new")) { reports.append(try $0.get()) }
        return reports
    }

    /// Repairs one file, and reads the new one.
    func repaired(_ bytes: [UInt8]) throws -> (report: EventLog.RepairReport, events: [Event]) {
        let report = try #require(try repaired(["tfevents": bytes]).first)
        #expect(EventLog.check(report.output).problem == nil)
        return (report, try events(of: report.output))
    }

    /// A file of another writer, whose records with a tag's first value are damaged.
    func damaged(
        _ fixture: String, tags: [String], by damage: ([UInt8]) -> [UInt8]
    ) throws -> [UInt8] {
        let path = try Fixtures.path(fixture)
        var rest = Set(tags)
        var bytes: [UInt8] = []
        for (record, event) in zip(try DamagedLog.records(path), try events(of: path)) {
            let isFirst = event.values.contains { rest.remove($0.tag) != nil }
            bytes += isFirst ? damage(record) : DamagedLog.framed([record])
        }
        #expect(rest.isEmpty)
        return bytes
    }

    static let firstTags = [
        "loss/scalar_summary", "weights/histogram_summary", "note/text_summary",
        "picture/image_summary",
    ]

    /// TensorFlow 1 writes metadata once. Only the checksum of that record is wrong, or a byte of
    /// its value: it still says of what kind the tag is.
    @Test(arguments: [-1, -6]) func metadataOfTheDamagedRecord(position: Int) throws {
        let bytes = try damaged("first-metadata.tfevents", tags: Self.firstTags) {
            DamagedLog.damaged($0, at: position)
        }
        let (report, events) = try repaired(bytes)
        #expect(report.eventCount == 13 && report.skipped.count == 1)
        #expect(report.filledTags == Self.firstTags)
        expectFirstMetadata(events, of: Self.firstTags)
        // Or all but one letter of that.
        let description = events.flatMap(\.values).first?.metadata?.description
        #expect(description?.hasPrefix("*fall") == true)
    }

    /// The record is lost altogether: another file of the run says it, whether it is before or
    /// behind.
    @Test(arguments: ["a", "z"]) func metadataOfAnotherFile(name: String) throws {
        let bytes = try damaged("first-metadata.tfevents", tags: Self.firstTags) { record in
            Array(repeating: 0xaa, count: record.count)
        }
        let whole = try Fixtures.bytes("first-metadata.tfevents")
        let reports = try repaired(["m.tfevents": bytes, "\(name).tfevents": whole])
        let report = try #require(reports.first { $0.path.hasSuffix("m.tfevents") })
        #expect(report.filledTags == Self.firstTags)
        expectFirstMetadata(try events(of: report.output), of: Self.firstTags)
        let other = try #require(reports.first { $0.path != report.path })
        #expect(other.filledTags == [] && other.skipped == [])
        #expect(try folder.read("new/\(name).tfevents") == whole)
    }

    /// No record says it any more: numbers and pictures do, texts might be anything.
    @Test func metadataOfNoRecord() throws {
        let bytes = try damaged("first-metadata.tfevents", tags: Self.firstTags) { record in
            Array(repeating: 0xaa, count: record.count)
        }
        let (report, events) = try repaired(bytes)
        let guessed = Self.firstTags.filter { $0 != "note/text_summary" }
        #expect(report.filledTags == guessed)
        expectFirstMetadata(events, of: guessed)
    }

    private func expectFirstMetadata(_ events: [Event], of tags: [String]) {
        let plugins = [
            "loss/scalar_summary": "scalars", "weights/histogram_summary": "histograms",
            "note/text_summary": "text", "picture/image_summary": "images",
        ]
        for tag in tags {
            let values = events.flatMap(\.values).filter { $0.tag == tag }
            #expect(values.count == 3)
            #expect(values.map { $0.metadata?.pluginName } == [plugins[tag], nil, nil])
        }
    }

    /// These write metadata with every value: nothing but the damaged record is missing.
    @Test(arguments: [
        ("tensorboardX-steps.tfevents", ["note/text_summary", "curve"]),
        ("tensorflow2-graph.tfevents", ["loss", "note"]),
        ("tensorflow2.tfevents", ["loss", "weights"]), ("torch.tfevents", ["curves/loss"]),
    ])
    func writersOfMetadataWithEachValue(fixture: String, tags: [String]) throws {
        var lost: [[UInt8]] = []
        let bytes = try damaged(fixture, tags: tags) { record in
            lost.append(record)
            return DamagedLog.damaged(record, at: 20)
        }
        let (report, events) = try repaired(bytes)
        #expect(report.filledTags == [])
        let all = try DamagedLog.records(Fixtures.path(fixture))
        #expect(lost.count == tags.count)
        #expect(
            try folder.read("new/tfevents")
                == DamagedLog.framed(all.filter { !lost.contains($0) }))
        for tag in tags {
            let value = try #require(events.flatMap(\.values).first { $0.tag == tag })
            #expect(value.kind != nil)
        }
    }

    @Test func ourWriter() throws {
        let writer = try SummaryWriter(logdir: folder.path(of: "ours"))
        for step in 1...3 { try writer.addText("a", tag: "note", step: Int64(step)) }
        try writer.close()
        var bytes: [UInt8] = []
        for (record, event) in zip(
            try DamagedLog.records(writer.path), try events(of: writer.path))
        {
            let isFirst = event.step == 1
            bytes += isFirst ? DamagedLog.damaged(record, at: -5) : DamagedLog.framed([record])
        }
        let (report, events) = try repaired(bytes)
        #expect(report.skipped.count == 1)
        let values = events.flatMap(\.values)
        #expect(values.map(\.kind?.rawValue).prefix(1) == ["text"])
        #expect(values.map(\.text) == [["a"], ["a"]])
    }

    /// A length or its checksum is damaged, the data are whole: so is the record, then.
    @Test(arguments: 0..<12) func damagedLengths(position: Int) throws {
        let points = (1...4).map { DamagedLog.scalar($0) }
        let whole = DamagedLog.framed(points)
        for index in points.indices {
            let bytes =
                DamagedLog.framed(Array(points[..<index]))
                + DamagedLog.damaged(points[index], at: position, by: 0x41)
                + DamagedLog.framed(Array(points[(index + 1)...]))
            let (report, events) = try repaired(bytes)
            #expect(report.restoredLengthCount == 1 && report.skipped == [])
            #expect(events.map(\.step) == [1, 2, 3, 4])
            #expect(try folder.read("new/tfevents") == whole)
            try FileManager.default.removeItem(atPath: folder.path(of: "new/tfevents"))
        }
    }

    @Test func timesAndTexts() throws {
        let (report, events) = try repaired(
            DamagedLog.framed([
                DamagedLog.scalar(1, wallTime: .nan), DamagedLog.scalar(2),
                DamagedLog.scalar(3, wallTime: -.infinity),
                DamagedLog.scalar(4, tag: [0x78, 0xff, 0, 0x79]), DamagedLog.scalar(5),
            ]))
        #expect(report.mendedCount == 3 && report.skipped == [])
        #expect(events.map(\.step) == [1, 2, 3, 4, 5])
        #expect(events.map(\.wallTime) == [1002, 1002, 1002, 1004, 1005])
        #expect(events.flatMap(\.values).map(\.tag) == ["x", "x", "x", "x\u{fffd}\0y", "x"])
        #expect(events.flatMap(\.values).map(\.scalar) == [1, 2, 3, 4, 5])
    }

    /// A field with the number 0 in two bytes, which libprotobuf-c takes and would write in one.
    @Test func fieldsOfNoNumber() throws {
        let bad = DamagedLog.scalar(2, wallTime: .nan) + [0x80, 0, 7]
        let (report, events) = try repaired(
            DamagedLog.framed([DamagedLog.scalar(1), bad, DamagedLog.scalar(3)]))
        #expect(report.skipped.count == 1)
        #expect(events.map(\.step) == [1, 3])
    }

    @Test(arguments: ["ZLIB", "GZIP"]) func compressedRecords(name: String) throws {
        let (report, _) = try repaired(Fixtures.bytes("compressed-\(name).tfevents"))
        #expect(report.eventCount == 10 && report.skipped == [])
        #expect(try folder.read("new/tfevents") == Fixtures.bytes("tensorflow2.tfevents"))
    }

    @Test func otherFormats() throws {
        let reports = try repaired([
            "a.tfevents": Array("<html>".utf8), "b.tfevents": Array(repeating: 0xaa, count: 100),
            "c.tfevents": DamagedLog.framed([DamagedLog.scalar(1)]), "d.tfevents": [],
        ])
        #expect(reports.map(\.eventCount) == [0, 0, 1, 0])
        #expect(reports.map(\.skipped) == [[0..<6], [0..<100], [], []])
        #expect(reports.map(\.problem?.problem) == [.otherFormat, nil, nil, nil])
        #expect(try names("new") == ["c.tfevents", "d.tfevents"])
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: path)).sorted()
    }

    // MARK: In TensorBoard

    /// Both readers show all that is left of every tag.
    @Test(
        .enabled(
            if: TensorBoardServer.program != nil,
            "SKIPPED: no TensorBoard; tools/test installs one and names it by $TENSORBOARD"),
        arguments: ["true", "false"])
    func tensorBoardShowsTheRest(loadFast: String) async throws {
        try repaired([
            "tfevents": damaged("first-metadata.tfevents", tags: Self.firstTags) {
                DamagedLog.damaged($0, at: -1)
            }
        ])
        for (run, fixture, tags) in [
            ("x", "tensorboardX-steps.tfevents", ["note/text_summary", "curve"]),
            ("two", "tensorflow2-graph.tfevents", ["loss", "note"]),
        ] {
            for part in ["log", "new"] {
                try FileManager.default.createDirectory(
                    atPath: folder.path(of: "\(part)/\(run)"), withIntermediateDirectories: true)
            }
            let bytes = try damaged(fixture, tags: tags) { DamagedLog.damaged($0, at: 3) + [7] }
            let path = try folder.write(bytes, to: "log/\(run)/tfevents")
            let report = try EventFileReader.repair(
                path, to: folder.path(of: "new/\(run)/tfevents"))
            #expect(report.skipped.count == tags.count || report.skipped.count == 1)
        }
        let server = try TensorBoardServer(
            logdir: folder.path(of: "new"),
            options: ["--load_fast=\(loadFast)", "--reload_interval=1"])
        func steps(_ plugin: String, _ run: String, _ tag: String) async throws -> [Int] {
            let data = try await server.data(
                "plugin/\(plugin)", ["run": run, "tag": tag, "sample": "0"]
            ) { DamagedLog.steps($0)?.count == 3 }
            return DamagedLog.steps(data) ?? []
        }
        #expect(try await steps("scalars/scalars", ".", "loss/scalar_summary") == [2, 3, 4])
        #expect(
            try await steps("histograms/histograms", ".", "weights/histogram_summary") == [2, 3, 4])
        #expect(try await steps("text/text", ".", "note/text_summary") == [2, 3, 4])
        #expect(try await steps("images/images", ".", "picture/image_summary") == [2, 3, 4])
        #expect(try await steps("text/text", "x", "note/text_summary") == [2, 3, 4])
        #expect(try await steps("scalars/scalars", "two", "loss") == [2, 3, 4])
        #expect(try await steps("text/text", "two", "note") == [2, 3, 4])
    }
}
